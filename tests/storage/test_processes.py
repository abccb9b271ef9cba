"""Three processes on one server: one winner, one order, nothing twice."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.house.tree import ROOT
from tests.storage.witness import Witness
from tests.storage.worker import LINES

pytestmark = pytest.mark.postgres
NAMES = ("a", "b", "c")
PATIENCE = 60  # seconds: a liveness bound for each thing asked


@pytest.fixture
def witness(postgres, tables):
    server = postgres
    yield Witness(server.url(tables), server)
    server.empty(tables)


@asynccontextmanager
async def three(url):
    """The processes; a function that asks all of them at once and returns their answers."""
    pipes: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    command = [sys.executable, "-m", "tests.storage.worker", url]
    running: list[Any] = [await asyncio.create_subprocess_exec(*command, name, cwd=ROOT, **pipes) for name in NAMES]

    async def ask(*words):
        line = json.dumps(words).encode() + b"\n"
        for process in running:
            process.stdin.write(line)
        async with asyncio.timeout(PATIENCE):
            return [json.loads(await process.stdout.readline()) for process in running]

    try:
        yield ask
    finally:
        for process in running:
            process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            codes = [await process.wait() for process in running]
    assert codes == [0, 0, 0]


async def test_three_processes_are_one_bridge(town, witness, tmp_path):
    visitor = await town.visitor()
    town.clock.forward(hours=-2)
    await town.lease("first", hours=1, by_force=True)  # an hour that is over
    town.clock.forward(hours=2)
    async with three(witness.place) as ask:
        said = await ask("say", visitor)
        assert witness.count("conversation") == 1
        shared = {frozenset(answer.items()) for answer in [only(answer, "shared") for answer in said]}
        assert len(shared) == 1
        total = LINES * 4
        for column in ("place", "change"):
            numbers = witness.column(f"SELECT {column} FROM message ORDER BY {column}")  # noqa: S608 - our own names
            assert [int(number) for number in numbers] == list(range(1, total + 1))

        epochs = [epoch for epoch in await ask("lease") if epoch is not None]
        assert len(epochs) == 1

        calls = tmp_path / "calls"
        await ask("carry", epochs[0], str(calls))
        assert witness.column("SELECT DISTINCT state FROM delivery") == ["done"]
        assert calls.read_text().split() == witness.column("SELECT id FROM message ORDER BY place")

        root = witness.one("SELECT ref FROM thread")
        await ask("claim", root)
        assert witness.number("SELECT count(*) FROM message WHERE notice = 'agent_joined'") == 1
        losers = witness.number("SELECT count(*) FROM delivery WHERE words = 'claimed_by_other'")
        assert losers == 3 * len(NAMES) - 1

        await ask("answer", root)
        assert witness.number("SELECT count(*) FROM message WHERE ref LIKE 'a0%'") == LINES


def only(answer, prefix):
    return {key: name for key, name in answer.items() if key.startswith(prefix)}
