"""While the machine runs, the adapter's warnings of what goes wrong on purpose would fill thousands of lines."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_warnings_of_what_is_meant() -> Iterator[None]:
    log = logging.getLogger("silta.slack")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)
