"""Whatever a test has made in its database, the inspector proves itself on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import proof


@pytest.fixture(autouse=True)
def self_check(request: pytest.FixtureRequest) -> Iterator[None]:
    yield from proof.self_check(request, "mysql")
