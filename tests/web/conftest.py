"""One world for all tests of a file, with a second site; and what must hold after every battery."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from tests.web.door import Door
from tests.world import a_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A running bridge with two sites. A module's `CHANGES` are its settings."""
    changes: dict[str, Any] = getattr(request.module, "CHANGES", {})
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(a_world(tmp_path_factory.mktemp("world"), **changes))
        await world.start()
        made = Door(world)
        await made.open_second_site()
        stack.push_async_callback(made.close)
        yield made


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Our own loggers at DEBUG: nobody's words or tokens, no fault, at most one line an event."""
    caplog.set_level(logging.DEBUG, "silta")
    yield caplog
    records = [record for record in caplog.records if record.name.startswith("silta")]
    written = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in records)
    assert "SECRET" not in written
    loud = [record for record in records if record.levelno >= logging.WARNING and not is_slowness(record)]
    assert [record.getMessage() for record in loud] == []


def is_slowness(record: logging.LogRecord) -> bool:
    """A busy machine is nobody's fault here."""
    return record.name == "silta.storage" and "held the writer" in record.getMessage()


@pytest_asyncio.fixture(loop_scope="module")
async def unharmed(door: Door, quiet: pytest.LogCaptureFixture) -> AsyncIterator[Door]:
    """Nothing was stored, no answer was a fault of ours, and the bridge still answers."""
    async with nothing_happens(door):
        yield door


@asynccontextmanager
async def nothing_happens(door: Door) -> AsyncIterator[None]:
    before = await door.stored()
    door.statuses.clear()
    yield
    assert [status for status in door.statuses if status >= 500] == []
    assert await door.stored() == before
    assert (await door.get("/v1/site?key=main")).status == 200
