"""Why a rule says no."""

from collections.abc import Callable

import pytest

from domain.core.errors import Code, Path, Refused


def refused(change: Callable[[], object]) -> tuple[Code, Path]:
    """The one code and path with which a rule refuses a change."""
    with pytest.raises(Refused) as caught:
        change()
    [only] = caught.value.refusals
    return only.code, only.path
