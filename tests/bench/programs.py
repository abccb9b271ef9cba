"""The programs under the benchmark, each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://shop.invalid"
STARTING = 30.0  # seconds that a start may take
PLENTY = 1_000_000_000


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Program:
    """A command that listens on a port once it is ready."""

    command: list[str]
    port: int
    folder: Path = ROOT
    database: str = ""
    log: Path = Path(os.devnull)
    took: float = 0.0
    child: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> float:
        """Returns the seconds until it took a connection."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SILTA_")}
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                *self.command, cwd=self.folder, env=kept, stdout=log, stderr=log
            )
        await self.listens(self.child)
        self.took = time.monotonic() - began
        return self.took

    async def listens(self, child: asyncio.subprocess.Process) -> None:
        """Wait until something takes connections on the port."""
        end = time.monotonic() + STARTING
        while time.monotonic() < end and child.returncode is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.002)
        said = self.log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"it does not start: {' '.join(self.command)}\n{said}")

    async def stop(self, number: int = signal.SIGTERM) -> float:
        """Returns the seconds until it was gone."""
        assert self.child is not None
        began = time.monotonic()
        if self.child.returncode is None:
            self.child.send_signal(number)
        await self.child.wait()
        return time.monotonic() - began


@dataclass
class PretendSlack(Program):
    """tests.bench.slack and what can be asked of it."""

    bare_port: int = 0
    session: aiohttp.ClientSession = field(default_factory=aiohttp.ClientSession)

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A question of ours, past the Web API."""
        verb = "GET" if body is None else "POST"
        async with self.session.request(verb, f"{self.url}/bench/{path}", json=body) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def arrivals(self) -> dict[int, tuple[float, str]]:
        """Number of a post → when it came, its time stamp."""
        seen = await self.ask("seen")
        return {int(number): (when, stamp) for number, (when, stamp) in seen["arrivals"].items()}

    async def hears(self, listeners: int) -> None:
        """Wait until so many sockets listen for events."""
        for _ in range(int(STARTING / 0.02)):
            if (await self.ask("seen"))["listening"] >= listeners:
                return
            await asyncio.sleep(0.02)
        raise RuntimeError("nobody listens for events")


def pretend_slack() -> PretendSlack:
    """Not started yet."""
    port, bare = free_port(), free_port()
    command = [sys.executable, "-m", "tests.bench.slack", str(port), str(bare)]
    return PretendSlack(command, port, bare_port=bare)


def floor(folder: Path, slack: PretendSlack) -> Program:
    """The floor on a database of its own."""
    port, database = free_port(), str(folder / "floor.db")
    words = [str(port), database, slack.api, str(slack.bare_port)]
    return Program([sys.executable, "-m", "tests.bench.floor", *words], port, database=database, log=folder / "log")


def product(folder: Path, api: str, *, tree: Path = ROOT, **changes: Any) -> Program:
    """`app.py serve` with its limits out of the way."""
    port, database = free_port(), str(folder / "silta.db")
    limits = ("visitor_minute", "address_minute", "site_minute", "sessions_hour", "visitor_sockets", "site_daily")
    chosen: dict[str, Any] = {
        **{f"limit_{name}": PLENTY for name in (*limits, "address_sockets")},
        "port": port,
        "database": database,
        "log_level": "WARNING",
        "site_name": "Kauppa",
        "site_origins": ORIGIN,
        "slack_bot_token": "xoxb-playground",
        "slack_app_token": "xapp-playground",
        "slack_channel": "CBENCH",
        "slack_api_url": api,
        "slack_pace": "off",
        **changes,
    }
    file = folder / "bench.env"
    file.write_text("".join(f"SILTA_{name.upper()}={value}\n" for name, value in chosen.items()))
    command = [sys.executable, "app.py", "serve", "--env-file", str(file)]
    return Program(command, port, folder=tree, database=database)


@asynccontextmanager
async def running(*programs: Program) -> AsyncIterator[None]:
    """Started in this order, stopped in the opposite one."""
    async with contextlib.AsyncExitStack() as stack:
        for program in programs:
            await program.start()
            stack.push_async_callback(program.stop)
        yield


@asynccontextmanager
async def slack_running() -> AsyncIterator[PretendSlack]:
    """A pretend Slack with our session to it."""
    slack = pretend_slack()
    async with slack.session:
        await slack.start()
        try:
            yield slack
        finally:
            await slack.stop(signal.SIGKILL)
