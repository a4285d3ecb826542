"""What schemathesis sends for scalars that it does not know."""

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

schemathesis.graphql.scalar("BoardCursor", st.text(max_size=60).map(nodes.String))
schemathesis.graphql.scalar("CurrencyCode", st.sampled_from(["DKK", "EUR", "USD"]).map(nodes.String))
schemathesis.graphql.scalar(
    "Decimal", st.decimals(min_value=-10_000, max_value=10_000, places=4).map(lambda value: nodes.String(f"{value}"))
)
schemathesis.graphql.scalar("Duration", st.integers(0, 100_000).map(lambda seconds: nodes.String(f"PT{seconds}S")))
