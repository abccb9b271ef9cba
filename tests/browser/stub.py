"""A small bridge that speaks the visitor protocol from memory.

The widget's tests steer it: refuse, cut, hold back, answer. The page beside it is in `shop`.
"""

import asyncio
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "adapters" / "web" / "widget"
WORDING = ROOT / "bridge" / "wording"
KEY = "shop"
LANGUAGES = ("fi", "sv", "en", "de")

Frame = dict[str, Any]


def loader() -> bytes:
    return (WIDGET / "loader.js").read_bytes()


def panel() -> bytes:
    return b"\n".join(part.read_bytes() for part in sorted((WIDGET / "panel").glob("*.js")))


def texts(language: str) -> dict[str, str]:
    sentences = tomllib.loads((WORDING / f"{language}.toml").read_text(encoding="utf-8"))["widget"]
    return {str(name): str(text) for name, text in sentences.items()}


@dataclass
class Faults:
    """What goes wrong next; a number counts down, a flag stays."""

    refuse_sockets: bool = False
    close_hello: int = 0
    silent_says: int = 0
    cut_after_store: int = 0
    error: Frame | None = None
    site_status: int = 200
    is_deaf: bool = False


@dataclass
class Stub:
    """The bridge's memory: one conversation per token, and what the client did."""

    site: dict[str, Any] = field(
        default_factory=lambda: {
            "key": KEY,
            "name": "Kauppa",
            "accent": "#1F4E8C",
            "privacy_url": "https://shop.example/privacy",
        }
    )
    limit: int = 10_000
    faults: Faults = field(default_factory=Faults)
    tokens: list[str] = field(default_factory=list)
    messages: list[Frame] = field(default_factory=list)
    state: Frame = field(
        default_factory=lambda: {
            "type": "state",
            "status": "none",
            "agent": None,
            "email": False,
            "mail": True,
            "earlier": False,
        }
    )
    seen: str = ""
    first_state: str = "posted"
    says: list[str] = field(default_factory=list)
    asked: list[Frame] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)
    hellos: list[Frame] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    pings: int = 0
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    origin: str = ""
    shop: str = ""
    change: int = 0
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    # What the test says happened.

    async def agent_says(self, *body: Any, agent: str = "Anna", **more: Any) -> Frame:
        """An agent's message; the body is a list of nodes."""
        message = self._stamp({"from": "agent", "agent": self.agent(agent), "body": list(body), "text": "", **more})
        self.seen = message["position"]
        await self.publish(message)
        return message

    async def notice(self, text: str, kind: str = "agent_joined") -> None:
        await self.publish(self._stamp({"from": "notice", "notice": kind, "body": [text], "text": text}))

    async def become(self, **state: Any) -> None:
        self.state = {**self.state, **state}
        await self.send(self.state)

    async def amend(self, message: Frame, **more: Any) -> None:
        """Changes a message that was told before, and tells it again."""
        message.update(more)
        await self.publish(message)

    async def publish(self, message: Frame) -> None:
        self.change += 1
        message["change"] = self.change
        if message not in self.messages:
            self.messages.append(message)
        await self.send(self._changes([message], reset=False))

    async def send(self, frame: Frame) -> None:
        self.bell.set()
        for socket in list(self.sockets):
            await socket.send_json(frame)

    async def cut(self, code: int = 1012) -> None:
        for socket in list(self.sockets):
            await socket.close(code=code)

    def agent(self, name: str) -> Frame:
        return {"id": f"agent-{name}", "name": name, "photo": None}

    def visitor_said(self, text: str, **more: Any) -> Frame:
        """History: kept, not told."""
        message = self._stamp({"from": "visitor", "key": f"key{len(self.messages):08}", **more})
        message = {"state": "posted", "body": [text], "text": text, **message}
        self.messages.append(message)
        return message

    def _stamp(self, message: Frame) -> Frame:
        number = len(self.messages) + 1
        at = datetime.now(UTC) - timedelta(minutes=float(message.pop("minutes_ago", 0)))
        told = {
            "id": f"m{number}",
            "position": f"000001.{number:012}.",
            "at": at.isoformat().replace("+00:00", "Z"),
            "edited": False,
            "removed": False,
        }
        return {**told, **message, "change": self.change}

    def _changes(self, messages: list[Frame], *, reset: bool) -> Frame:
        told = [{k: v for k, v in one.items() if k != "change"} for one in messages]
        return {
            "type": "changes",
            "reset": reset,
            "cursor": str(self.change),
            "seen": self.seen,
            "messages": told,
        }

    def after(self, cursor: str | None) -> Frame:
        if cursor is None or not cursor.isdecimal():
            return self._changes(self.messages, reset=True)
        news = [one for one in self.messages if one["change"] > int(cursor)]
        return self._changes(news, reset=False)

    # What the visitor's client asks.

    async def accept(self, frame: Frame) -> Frame | None:
        """The answer to what the visitor asks for; None is silence."""
        if self.faults.error:
            error, self.faults.error = self.faults.error, None
            return {"type": "error", **error, "key": frame["key"]}
        if frame["type"] == "say":
            await self._store(frame)
        elif frame["type"] == "email":
            await self.become(email=True)
        elif frame["type"] in ("transcript", "stay"):
            self.asked.append(frame)
        else:
            await self.become(status="closed")
        if self.faults.silent_says:
            self.faults.silent_says -= 1
            return None
        return {"type": "ok", "key": frame["key"]}

    async def _store(self, frame: Frame) -> None:
        self.says.append(frame["key"])
        known = next((one for one in self.messages if one.get("key") == frame["key"]), None)
        if known:
            if known["state"] == "undelivered":
                await self.amend(known, state="posted")
            return
        if self.state["status"] in ("none", "closed"):
            self.state = {**self.state, "status": "waiting"}
        message = self._stamp({"from": "visitor", "key": frame["key"], "body": [frame["text"]]})
        message |= {"text": frame["text"], "state": self.first_state}
        if self.faults.cut_after_store:
            self.faults.cut_after_store -= 1
            self.change += 1
            self.messages.append({**message, "change": self.change})
            await self.cut(1006 if self.faults.cut_after_store else 1011)
            return
        await self.publish(message)
        await self.send(self.state)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if self.faults.refuse_sockets or request.headers.get("Origin") != self.shop:
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, timeout=0.2)
        await socket.prepare(request)
        hello = await socket.receive_json()
        self.hellos.append(hello)
        if self.faults.close_hello or hello.get("token") not in self.tokens:
            await socket.close(code=self.faults.close_hello or 4401)
            return socket
        await socket.send_json(self.after(hello.get("cursor")))
        await socket.send_json(self.state)
        self.sockets.add(socket)
        try:
            await self._converse(socket)
        finally:
            self.sockets.discard(socket)
        return socket

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        async for raw in socket:
            if raw.type is not WSMsgType.TEXT or self.faults.is_deaf:
                continue
            frame = json.loads(raw.data)
            if frame["type"] == "ping":
                self.pings += 1
                answer: Frame | None = {"type": "pong"}
            else:
                answer = await self.accept(frame)
            if answer and not socket.closed:
                await socket.send_json(answer)

    async def site_answer(self, request: web.Request) -> web.Response:
        self._note(request)
        if self.faults.site_status != 200:
            error = {"code": "unknown_site", "text": "No such site."}
            return self._json({"error": error}, status=self.faults.site_status)
        asked = request.query.get("language", "en")[:2]
        language = asked if asked in LANGUAGES else "en"
        limits = {"text": self.limit}
        words = texts(language) | self.own
        return self._json({"site": self.site, "language": language, "texts": words, "limits": limits})

    async def session(self, request: web.Request) -> web.Response:
        self._note(request)
        self.tokens.append(f"token-{len(self.tokens)}")
        return self._json({"token": self.tokens[-1]})

    async def post(self, request: web.Request) -> web.Response:
        self._note(request)
        if not self._knows(request):
            return self._json({"error": {"code": "unknown_token", "text": "?"}}, status=401)
        frame = {**await request.json(), "type": request.match_info["verb"]}
        answer = await self.accept(frame)
        if answer and answer["type"] == "error":
            return self._json({"error": answer}, status=429)
        return self._json({"ok": frame["key"]})

    async def changes(self, request: web.Request) -> web.Response:
        self._note(request)
        if not self._knows(request):
            return self._json({"error": {"code": "unknown_token", "text": "?"}}, status=401)
        cursor = request.query.get("cursor")
        if cursor == str(self.change):
            self.bell.clear()
            wait = min(float(request.query.get("wait", 0)), 2)
            await asyncio.wait([asyncio.ensure_future(self.bell.wait())], timeout=wait)
        return self._json({"changes": self.after(cursor), "state": self.state})

    def _knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens

    def _note(self, request: web.Request) -> None:
        self.requests.append(f"{request.method} {request.path}")

    def _json(self, body: Frame, *, status: int = 200) -> web.Response:
        headers = {"Access-Control-Allow-Origin": self.shop}
        return web.json_response(body, status=status, headers=headers)

    def script(self, read: Callable[[], bytes]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.Response:
            self._note(request)
            headers = {
                "Access-Control-Allow-Origin": "*",
                "Cross-Origin-Resource-Policy": "cross-origin",
            }
            return web.Response(body=read(), content_type="text/javascript", charset="utf-8", headers=headers)

        return answer

    async def preflight(self, request: web.Request) -> web.Response:
        headers = {
            "Access-Control-Allow-Origin": self.shop,
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Allow-Methods": "GET, POST",
        }
        return web.Response(status=204, headers=headers)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/widget.js", self.script(loader))
        app.router.add_get("/widget/panel.js", self.script(panel))
        app.router.add_get("/v1/site", self.site_answer)
        app.router.add_post("/v1/visitor/session", self.session)
        app.router.add_get("/v1/visitor/socket", self.socket)
        app.router.add_get("/v1/visitor/changes", self.changes)
        app.router.add_post("/v1/visitor/{verb:say|email|transcript|stay|end}", self.post)
        app.router.add_route("OPTIONS", "/{path:.*}", self.preflight)
        return app
