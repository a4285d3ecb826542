"""The workshop, for tests of the read path."""

from collections.abc import AsyncGenerator

import pytest

from tests.db import workshop


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """A workshop full of rows, which tests only read; gives its address."""
    # Asked for by name, so that a run on SQLite alone starts no PostgreSQL.
    postgres = request.getfixturevalue("postgres") if request.param == "postgres" else None
    async with workshop.database(request.param, tmp_path_factory.mktemp("workshop"), postgres) as url:
        await workshop.fill()
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """A workshop of this test's own, without rows; gives its address."""
    postgres = request.getfixturevalue("postgres") if request.param == "postgres" else None
    async with workshop.database(request.param, tmp_path_factory.mktemp("workshop"), postgres) as url:
        yield url
