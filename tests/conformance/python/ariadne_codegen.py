"""Lets ariadne-codegen make a client from the running server's schema and `operations.graphql`."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

OPERATIONS = Path(__file__).parents[1] / "operations.graphql"
FOLDER = Path(os.environ["TAVLE_FOLDER"])

# From introspection it would not learn the default values, and ask for every argument that has one.
schema = FOLDER / "schema.graphql"
urllib.request.urlretrieve(f"{os.environ['TAVLE_URL']}/schema.graphql", schema)  # noqa: S310 - our own server
config = FOLDER / "ariadne.toml"
config.write_text(f"""
[tool.ariadne-codegen]
schema_path = "{schema}"
queries_path = "{OPERATIONS}"
target_package_name = "tavle_client"
target_package_path = "{FOLDER}"
include_comments = "none"

[tool.ariadne-codegen.scalars.DateTime]
type = "datetime.datetime"
""")
program = Path(sys.executable).with_name("ariadne-codegen")
sys.exit(subprocess.call([program, "--config", config], cwd=FOLDER))
