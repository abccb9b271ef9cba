"""Teams' side of HTTP: one request as it is given, and the lines that the door writes about it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from adapters.playground.teams.verbs import Teams
from adapters.playground.teams.workspace import ANNA, SUPPORT
from adapters.teams.connection import KEYS
from tests.teams.fakes import Desk

SECRET_WORD = "a-secret-word"
JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")
Headers = list[tuple[str, str]]


def bearer(token: str) -> Headers:
    return [JSON_TYPE, ("Authorization", f"Bearer {token}")]


async def post(url: str, body: Any, headers: Iterable[tuple[str, str]]) -> tuple[int, str]:
    """The status and the answer of one request; a body that is no bytes goes as JSON."""
    raw = body if isinstance(body, bytes) or hasattr(body, "__aiter__") else json.dumps(body).encode()
    async with (
        ClientSession(timeout=ClientTimeout(total=20)) as session,
        session.post(url, data=io.BytesIO(raw) if isinstance(raw, bytes) else raw, headers=list(headers)) as answer,
    ):
        return answer.status, await answer.text()


def activity(teams: Teams, root: str = "1790000000000") -> dict[str, Any]:
    """What Anna is said to have written in a thread."""
    return teams.activity_for(ANNA, SUPPORT, SECRET_WORD, root)


@dataclass
class Doorway:
    """The open door of a bridge, with those on both sides of it."""

    teams: Teams
    url: str
    desk: Desk

    async def post(self, body: Any, headers: Iterable[tuple[str, str]]) -> tuple[int, str]:
        return await post(self.url, body, headers)

    @property
    def has_effect(self) -> bool:
        return bool(self.desk.got or set(self.desk.kept) - {KEYS})


def the_line(caplog: Any) -> str:
    """The one line that the adapter wrote, which quotes nothing of what came."""
    (line,) = [one for one in caplog.records if one.name == "silta.teams" and one.levelno > logging.DEBUG]
    assert (line.levelno, line.exc_info) == (logging.WARNING, None)
    told: str = line.getMessage()
    assert len(told) < 120
    assert "\n" not in told
    return told
