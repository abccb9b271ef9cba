"""The door by which activities come: proven first, then parsed, then led to their turn.

401 for a token that proves nothing, 403 for what belongs to another, 400 for what cannot be read; never 5xx for any of
them. What could not be kept is 503.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from botbuilder.core import ActivityHandler

from adapters.teams import proof
from adapters.teams.inbox import cause_of
from adapters.teams.keys import Keys, KeysUnreachable
from adapters.teams.proof import Unproven
from adapters.teams.setup import MESSAGES_PATH, TeamsSettings
from adapters.teams.turns import Turns
from adapters.teams.wire import BadActivity
from bridge.errors import BridgeError
from bridge.sparing import Sparing

log = logging.getLogger("silta.teams")

LARGEST_BODY: Final = 1024 * 1024
READING: Final = 5.0  # seconds that a body may take
MOST_AT_ONCE: Final = 256  # in work at a time


class Door:
    """One workplace's activities. The route answers 503 before `start` and after `stop`."""

    def __init__(self, settings: TeamsSettings, keys: Keys, turns: Turns, handler: ActivityHandler) -> None:
        self._settings = settings
        self._keys = keys
        self._proofs = proof.Recent(settings, keys)
        self._turns = turns
        self._handler = handler
        self._is_open = False
        self._warming: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[web.Response]] = set()
        self._sparing = Sparing()
        self._last: datetime | None = None

    def routes(self) -> list[web.RouteDef]:
        """For whoever runs the web server."""
        return [web.post(MESSAGES_PATH, self._serve)]

    async def start(self) -> None:
        """Take activities from now on; the keys are fetched beside that."""
        self._is_open = True
        self._warming = asyncio.create_task(self._keys.refresh())

    async def stop(self, within: float) -> None:
        """Take nothing new; what is in work is answered if it ends soon."""
        self._is_open = False
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        if self._at_work:
            _, late = await asyncio.wait(self._at_work, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def health(self) -> dict[str, Any]:
        """How it stands: whether it takes activities and could prove them, and the last one's time."""
        return {
            "is_open": self._is_open,
            "has_keys": self._keys.are_known,
            "last_event": self._last.isoformat() if self._last else None,
        }

    async def _serve(self, request: web.Request) -> web.Response:
        if not self._is_open or len(self._at_work) >= MOST_AT_ONCE:
            return self._refused(503, "not ready" if not self._is_open else "too much at once")
        try:
            told = await self._proven(request)
        except Unproven as reason:
            return self._refused(reason.status, str(reason))
        except KeysUnreachable:
            return self._refused(503, "the keys that would prove it cannot be fetched")
        self._last = datetime.now(UTC)
        task = asyncio.create_task(self._answer(told))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return await asyncio.shield(task)

    async def _proven(self, request: web.Request) -> Mapping[str, Any]:
        """The activity. The token is looked at before a byte of the body is read."""
        if (request.content_length or 0) > LARGEST_BODY:
            raise Unproven(413, "too large a body")
        claimed = await self._proofs.claims(_authorization(request))
        told = _parsed(await _body(request))
        proof.agree(claimed, told, self._settings)
        return told

    async def _answer(self, told: Mapping[str, Any]) -> web.Response:
        """Answer once its effect is durable. It goes on when Teams has hung up: the copy that comes finds it done."""
        try:
            answer = await self._turns.turn(told, self._handler)
        except BadActivity as error:
            return self._refused(400, f"proven, and no activity: {error}")
        except (BridgeError, TimeoutError) as error:
            return self._refused(503, f"not kept: {cause_of(error)}")
        if answer is None:
            return web.Response(status=200)
        return web.json_response(answer["body"], status=answer["status"])

    def _refused(self, status: int, reason: str) -> web.Response:
        """One short line of it, without a byte of the request, and not one for each in a flood."""
        if self._sparing.may():
            log.warning("a request as if from Teams is answered %d: %s%s", status, reason, self._sparing.left_out())
        response = web.Response(status=status)
        response.force_close()
        return response


def _authorization(request: web.Request) -> str:
    """The header; of two nobody can say which one a proxy in front of us looked at."""
    found = request.headers.getall("Authorization", [])
    return found[0] if len(found) == 1 else ""


async def _body(request: web.Request) -> bytes:
    found = bytearray()
    try:
        async with asyncio.timeout(READING):
            async for piece in request.content.iter_any():
                found += piece
                if len(found) > LARGEST_BODY:
                    raise Unproven(413, "too large a body")
    except TimeoutError as error:
        raise Unproven(408, "a body that does not arrive") from error
    except (OSError, web.RequestPayloadError, HttpProcessingError) as error:
        raise Unproven(400, "a body that did not arrive whole") from error
    return bytes(found)


def _parsed(raw: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unproven(400, "proven, and not readable") from error
    if not isinstance(told, dict):
        raise Unproven(400, "proven, and no activity")
    return told
