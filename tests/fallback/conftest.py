"""Two workplaces, and what must hold when all is well again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fallback.both import Both, ends_well


@pytest.fixture
def both() -> Iterator[Both]:
    made = Both()
    yield made
    ends_well(made)
    made.close()
