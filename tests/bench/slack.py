"""A bare pretend Slack in a process of its own: just enough of the Web API and Socket Mode, and cheap.

It answers each post at once (or `delay` seconds later), notes when a numbered post came, and sends numbered events at
a steady rate whatever becomes of them. The floor hears the same events as lines of JSON on a bare socket.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
import time
from typing import Any

import uvloop
from aiohttp import web

TEAM, APP, BOT, BOT_USER, AGENT, CHANNEL = "TBENCH", "ABENCH", "BBENCH", "UBENCH", "UAGENT", "CBENCH"
NUMBER = re.compile(rb"bench(\d+)")
ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "app_id": APP, "user": "silta"},
    "users.info": {"user": {"id": AGENT, "team_id": TEAM, "name": "anna", "profile": {"display_name": "Anna"}}},
    "conversations.info": {"channel": {"id": CHANNEL, "name": "support", "is_member": True}},
}


class Slack:
    """What came, and who listens."""

    def __init__(self) -> None:
        self.port = 0
        self.delay = 0.0
        self.echoes = False
        self.arrivals: dict[int, tuple[float, str]] = {}
        self.calls: dict[str, int] = {}
        self._links: list[web.WebSocketResponse] = []
        self._bare: list[asyncio.StreamWriter] = []
        self._last = 0
        self._turns = itertools.count()

    def stamp(self) -> str:
        """A new time stamp, later than all before it."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    async def post(self, request: web.Request) -> web.Response:
        """chat.postMessage: note the number in it, answer {ok, ts}."""
        body = await request.read()
        came, stamp = time.monotonic(), self.stamp()
        if found := NUMBER.search(body):
            self.arrivals[int(found[1])] = (came, stamp)
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.echoes:
            await self._echo(json.loads(body), stamp)
        return web.Response(text=f'{{"ok":true,"ts":"{stamp}"}}', content_type="application/json")

    async def call(self, request: web.Request) -> web.Response:
        """Every other method."""
        method = request.match_info["method"]
        self.calls[method] = self.calls.get(method, 0) + 1
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{self.port}/link"})
        return web.json_response({"ok": True, **ANSWERS.get(method, {})})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """A socket for events; acknowledgements are read and left alone."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str('{"type":"hello","num_connections":1}')
        self._links.append(socket)
        try:
            async for _ in socket:
                pass
        finally:
            self._links.remove(socket)
        return socket

    async def listen_bare(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The floor's socket for events."""
        self._bare.append(writer)
        await reader.read()
        self._bare.remove(writer)

    async def _send(self, message: dict[str, Any]) -> None:
        if self._bare:
            self._bare[0].write(json.dumps(message).encode() + b"\n")
        elif self._links:
            link = self._links[next(self._turns) % len(self._links)]
            await link.send_str(json.dumps(_envelope(message)))

    async def _echo(self, said: dict[str, Any], stamp: str) -> None:
        own = {"type": "message", "subtype": "bot_message", "bot_id": BOT, "ts": stamp, "text": said.get("text", "")}
        await self._send(own | {"channel": CHANNEL, "thread_ts": said.get("thread_ts"), "blocks": said.get("blocks")})

    async def send_events(self, request: web.Request) -> web.Response:
        """Numbered answers in these threads at a rate; returns when the first was due."""
        order = await request.json()
        threads, rate, first = order["threads"], order["rate"], order["first"]
        began = time.monotonic()
        for number in range(order["count"]):
            await asyncio.sleep(began + number / rate - time.monotonic())
            await self._send(_said(f"bench{first + number} two pairs", self.stamp(), threads[number % len(threads)]))
        return web.json_response({"began": began})

    async def set(self, request: web.Request) -> web.Response:
        """Change how it behaves, and forget what came."""
        order = await request.json()
        self.delay, self.echoes = order.get("delay", 0.0), order.get("echoes", False)
        self.arrivals.clear()
        return web.json_response({})

    async def seen(self, _request: web.Request) -> web.Response:
        """What came, and how many listen."""
        listening = len(self._links) + len(self._bare)
        return web.json_response({"arrivals": self.arrivals, "calls": self.calls, "listening": listening})


def _said(text: str, stamp: str, thread: str) -> dict[str, Any]:
    """A person's answer in a thread, as Slack tells it."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {
        "type": "message",
        "user": AGENT,
        "team": TEAM,
        "channel": CHANNEL,
        "channel_type": "channel",
        "text": text,
        "ts": stamp,
        "event_ts": stamp,
        "thread_ts": thread,
        "parent_user_id": BOT_USER,
        "client_msg_id": f"6b1f3c2e-0000-4000-8000-{stamp.replace('.', '')[-12:]}",
        "blocks": [{"type": "rich_text", "block_id": "b", "elements": [section]}],
    }


def _envelope(message: dict[str, Any]) -> dict[str, Any]:
    stamp = message["ts"]
    payload = {
        "token": "none",
        "team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event": message,
        "event_id": f"Ev{stamp}",
        "event_time": int(float(stamp)),
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "is_ext_shared_channel": False,
        "event_context": "4-bench",
    }
    about = {"envelope_id": f"e-{stamp}", "type": "events_api", "accepts_response_payload": False}
    return {**about, "retry_attempt": 0, "retry_reason": "", "payload": payload}


async def serve(port: int, bare_port: int) -> None:
    """Until killed."""
    slack = Slack()
    slack.port = port
    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/api/chat.postMessage", slack.post)
    app.router.add_route("*", "/api/{method}", slack.call)
    app.router.add_get("/link", slack.link)
    app.router.add_post("/bench/events", slack.send_events)
    app.router.add_post("/bench/set", slack.set)
    app.router.add_get("/bench/seen", slack.seen)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.start_server(slack.listen_bare, "127.0.0.1", bare_port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))
