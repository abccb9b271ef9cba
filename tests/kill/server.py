"""The bridge as a process of its own, as whoever runs it has it: started, told to stop, killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house.tree import ROOT

ENDS_WITHIN = 30.0  # seconds: a liveness bound
TAIL = 6000  # bytes of the log that a failure shows


def free_port() -> int:
    """A port that stays ours between two lives: below those that systems lend to outgoing connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def say(text: str) -> None:
    """Shown with a failure, and with -s."""
    print(text)  # noqa: T201 - seeds and figures are for whoever runs the tests


async def until(happened: Callable[[], object], within: float, *, step: float = 0.005) -> None:
    """Wait for something to be true; `within` seconds is a liveness bound."""
    async with asyncio.timeout(within):
        while not happened():  # noqa: ASYNC110 - what is waited for lies in another process
            await asyncio.sleep(step)


@dataclass(eq=False)
class Server:
    """`app.py serve` in a folder. One log for all its lives."""

    folder: Path
    settings: Mapping[str, str]
    _child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it wrote to standard error."""
        return self.folder / "bridge.log"

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Begin a life; returns at once."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(**self._told(), stdout=subprocess.DEVNULL, stderr=log)

    def kill(self) -> None:
        """SIGKILL."""
        assert self.is_alive, self.words()
        self._end()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._child is not None
        self._child.send_signal(signal.SIGTERM)
        await until(lambda: not self.is_alive, ENDS_WITHIN)
        return int(self._child.returncode)

    def discard(self) -> None:
        """Leave nothing running."""
        if self._child is not None:
            self._end()

    def second(self) -> tuple[int, str]:
        """Another process on the same file, until it ends by itself: exit code and words. Blocks."""
        elsewhere = Server(self.folder, {**self.settings, "SILTA_PORT": str(free_port())})
        ended = subprocess.run(**elsewhere._told(), capture_output=True, timeout=ENDS_WITHIN, check=False)
        return ended.returncode, (ended.stdout + ended.stderr).decode()

    def words(self, *, whole: bool = False) -> str:
        """The log's end, or all of it."""
        written = self.log.read_bytes() if self.log.exists() else b""
        return written[0 if whole else -TAIL :].decode(errors="replace")

    def _end(self) -> None:
        assert self._child is not None
        self._child.kill()
        self._child.wait()

    def _told(self) -> dict[str, Any]:
        """The settings of the test alone, and modules that are compiled once."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SILTA_")}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        return {
            "args": [sys.executable, str(ROOT / "app.py"), "serve"],
            "cwd": self.folder,
            "env": {**kept, **self.settings},
        }
