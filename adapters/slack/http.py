"""The door by which Slack's events come over HTTP: proven first, then handed to the framework.

What cannot be proven is 401, whatever is wrong with it; what could not be kept is 503, and Slack
sends it again. Slack hangs up after three seconds; what is in work then ends all the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from adapters.slack import signature
from adapters.slack.setup import EVENTS_PATH, INTERACTIVITY_PATH, SlackSettings
from adapters.slack.signature import Unproven
from adapters.slack.tempo import Tempo
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import WorkplaceError
from bridge.policies.foreign import mapping, text
from bridge.sparing import Sparing

log = logging.getLogger("silta.slack")

LARGEST_BODY: Final = 1024 * 1024
READING: Final = 2.5  # seconds that a body may take; Slack gives the whole answer three
MOST_AT_ONCE: Final = 256  # in work at a time; more are refused and come again
LONGEST_CHALLENGE: Final = 1_000

# What a body can raise that is no JSON, no form, or of a shape that the framework does not expect.
_UNREADABLE: Final = (ValueError, RecursionError, TypeError, KeyError, AttributeError, IndexError)


class HttpDoor:
    """One workplace's events over HTTP. The routes answer 503 before `start` and after `stop`."""

    def __init__(
        self,
        settings: SlackSettings,
        app: AsyncApp,
        workplace: SlackWorkplace,
        tempo: Tempo,
        *,
        on_gap: Callable[[], Awaitable[None]],
    ) -> None:
        self._secrets = settings.signing_secrets
        self._app = app
        self._workplace = workplace
        self._tempo = tempo
        self._on_gap = on_gap
        self._is_open = False
        self._knowing: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[web.Response]] = set()
        self._sparing = Sparing()
        self._last_event: datetime | None = None
        self._trouble = ""

    def routes(self) -> list[web.RouteDef]:
        """For whoever runs the web server."""
        return [web.post(path, self._serve) for path in (EVENTS_PATH, INTERACTIVITY_PATH)]

    async def start(self) -> None:
        """Take events as soon as we know who we are, without which our own posts would look like others'."""
        self._knowing = asyncio.create_task(self._know())

    async def stop(self) -> None:
        """Take nothing new; what is in work is answered if it ends soon."""
        self._is_open = False
        if self._knowing is not None:
            self._knowing.cancel()
            await asyncio.gather(self._knowing, return_exceptions=True)
        if self._at_work:
            _, late = await asyncio.wait(self._at_work, timeout=self._tempo.farewell)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def health(self) -> dict[str, Any]:
        """How it stands: whether it takes events, the last one's time, the trouble."""
        return {
            "is_open": self._is_open,
            "last_event": self._last_event.isoformat() if self._last_event else None,
            "last_error": self._trouble or None,
        }

    async def _know(self) -> None:
        """However long it takes; what was said meanwhile is read again."""
        pause = self._tempo.pause
        while not self._is_open:
            try:
                await self._workplace.ping()
                self._is_open, self._trouble = True, ""
            except WorkplaceError as error:
                if error.cause != self._trouble:
                    log.error("Slack does not tell who we are: %s. Trying on; events wait at Slack.", error)
                self._trouble = error.cause
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._tempo.longest_pause)
        await self._on_gap()

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            raw = await self._proven(request)
        except Unproven as reason:
            return self._refused(401, str(reason))
        try:
            asked = AsyncBoltRequest(body=raw.decode(), headers={"content-type": request.content_type})
        except _UNREADABLE:
            return self._refused(400, "signed, and not readable")
        body = mapping(asked.body)
        if not body:
            return self._refused(400, "signed, and empty")
        if body.get("type") == "url_verification":
            return web.json_response({"challenge": text(body.get("challenge"))[:LONGEST_CHALLENGE]})
        return await self._kept(asked)

    async def _proven(self, request: web.Request) -> bytes:
        """The raw body. The headers are looked at before a byte of it is read."""
        claimed = signature.claim(request.headers, time.time())
        raw = await _body(request)
        signature.prove(claimed, raw, self._secrets)
        return raw

    async def _kept(self, asked: AsyncBoltRequest) -> web.Response:
        """Answer once its effect is durable. It goes on when Slack has hung up: the copy that comes finds it done."""
        if not self._is_open or len(self._at_work) >= MOST_AT_ONCE:
            return self._refused(503, "not ready" if not self._is_open else "too much at once")
        self._last_event = datetime.now(UTC)
        task = asyncio.create_task(self._answer(asked))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return await asyncio.shield(task)

    async def _answer(self, asked: AsyncBoltRequest) -> web.Response:
        answer = await self._app.async_dispatch(asked)
        return await to_aiohttp_response(answer) if answer.status == 200 else web.Response(status=503)

    def _refused(self, status: int, reason: str) -> web.Response:
        """One short line of it, without a byte of the request, and not one for each in a flood."""
        if self._sparing.may():
            log.warning("a request as if from Slack is answered %d: %s%s", status, reason, self._sparing.left_out())
        response = web.Response(status=status)
        response.force_close()
        return response


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise Unproven("too large a body")
    found = bytearray()
    try:
        async with asyncio.timeout(READING):
            async for piece in request.content.iter_any():
                found += piece
                if len(found) > LARGEST_BODY:
                    raise Unproven("too large a body")
    except TimeoutError as error:
        raise Unproven("a body that does not arrive") from error
    except (OSError, web.RequestPayloadError, HttpProcessingError) as error:
        raise Unproven("a body that did not arrive whole") from error
    return bytes(found)
