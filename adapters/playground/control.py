"""The control API below /play: what the page and tests of other processes use. docs/playground.md
lists it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from adapters.playground import display, interactivity, membership, people, wiring
from adapters.playground.errors import Refused
from adapters.playground.faults import Fault
from adapters.playground.mail_control import MailControl
from adapters.playground.mail_faults import MailFault
from adapters.playground.people import How, Place
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Call

MOST_TIMES = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request's JSON object, read field by field with its type; anything else is refused
    by name.
    """

    given: JSON

    @classmethod
    async def of(cls, request: web.Request) -> Wanted:
        try:
            parsed = json.loads(await request.read() or b"{}")
        except (ValueError, RecursionError) as broken:
            raise Refused("invalid_json") from broken
        if not isinstance(parsed, dict):
            raise Refused("invalid_json")
        return cls(parsed)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.given.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not (value or default is not None):
            raise Refused(f"missing_{name}")
        return value

    def flag(self, name: str) -> bool:
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            raise Refused(f"invalid_{name}")
        return value

    def number(self, name: str, default: float) -> float:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 3600:
            raise Refused(f"invalid_{name}")
        return float(value)

    @property
    def place(self) -> Place:
        return Place(self.text("channel"), self.text("thread_ts", ""))

    @property
    def where(self) -> tuple[str, str]:
        return self.text("channel"), self.text("ts")


def shown(call: Call) -> JSON:
    return dataclasses.asdict(call)


@dataclass(frozen=True, slots=True)
class Control:
    stage: Stage

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/play/workspace", self.workspace),
            web.get("/play/channel", self.channel),
            web.get("/play/thread", self.thread),
            web.get("/play/live", self.stage.live.serve),
            web.get("/play/calls", self.calls),
            web.post("/play/say", self.say),
            web.post("/play/edit", self.edit),
            web.post("/play/delete", self.delete),
            web.post("/play/react", self.react),
            web.post("/play/press", self.press),
            web.post("/play/post_as_bot", self.post_as_bot),
            web.post("/play/membership", self.membership),
            web.post("/play/token", self.token),
            web.post("/play/fault", self.fault),
            web.delete("/play/fault", self.no_faults),
            web.post("/play/socket", self.socket),
            web.post("/play/mail_fault", self.mail_fault),
            *MailControl(self.stage.mailbox).routes(),
        ]

    # reading

    async def workspace(self, _request: web.Request) -> web.Response:
        return web.json_response(display.workspace(self.stage))

    async def channel(self, request: web.Request) -> web.Response:
        asked = Wanted(dict(request.query))
        messages = display.channel(self.stage, asked.text("channel"), asked.text("viewer", ""))
        return web.json_response({"messages": messages})

    async def thread(self, request: web.Request) -> web.Response:
        asked = Wanted(dict(request.query))
        messages = display.thread(self.stage, *asked.where, asked.text("viewer", ""))
        status = self.stage.statuses.get(asked.where, "")
        return web.json_response({"messages": messages, "status": status})

    async def calls(self, request: web.Request) -> web.Response:
        method, since = request.query.get("method", ""), request.query.get("since", "0")
        if not since.replace(".", "", 1).isdigit():
            raise Refused("invalid_since")
        kept = [one for one in self.stage.calls if method in ("", one.method) and one.at >= float(since)]
        return web.json_response({"calls": [shown(one) for one in kept]})

    # people

    async def say(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        how = "broadcast" if want.flag("broadcast") else "me" if want.flag("me") else "plain"
        ts = people.say(self.stage, want.text("user"), want.place, want.text("text"), cast(How, how))
        return web.json_response({"ts": ts})

    async def edit(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.edit(self.stage, want.text("user"), *want.where, want.text("text"))
        return _done()

    async def delete(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.delete(self.stage, want.text("user"), *want.where)
        return _done()

    async def react(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.react(self.stage, want.text("user"), want.where, want.text("name"), remove=want.flag("remove"))
        return _done()

    async def press(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        choice = want.text("block_id", ""), want.text("value", "")
        pressed = await interactivity.press(self.stage, want.text("user"), want.where, want.text("action_id"), choice)
        return web.json_response({"acked": pressed.acked, "seconds": round(pressed.seconds, 3)})

    async def post_as_bot(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        ts = people.post_as_bot(self.stage, want.text("bot_name"), want.place, want.text("text"))
        return web.json_response({"ts": ts})

    # the workspace

    async def membership(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        channel, actor = (
            want.text("channel"),
            want.text("user", next(iter(self.stage.workspace.people))),
        )
        if "bot_is_member" in want.given:
            membership.set_bot_member(self.stage, channel, want.flag("bot_is_member"), actor)
        if "is_archived" in want.given:
            membership.set_archived(self.stage, channel, want.flag("is_archived"), actor)
        return _done()

    async def token(self, request: web.Request) -> web.Response:
        membership.set_revoked(self.stage, (await Wanted.of(request)).flag("revoked"))
        return _done()

    # faults

    async def fault(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        fault = Fault(want.text("kind"), want.number("seconds", 0))
        self.stage.faults.add(want.text("method"), fault, _times(want))
        return _done()

    async def no_faults(self, _request: web.Request) -> web.Response:
        self.stage.faults.clear()
        self.stage.deliveries.habits.clear()
        self.stage.mailbox.faults.clear()
        return _done()

    async def mail_fault(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        fault = MailFault(want.text("kind"), want.number("seconds", 0))
        self.stage.mailbox.faults.add(fault, _times(want))
        return _done()

    async def socket(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        wiring.apply(self.stage, want.text("kind"), _times(want), want.number("seconds", 0))
        return _done()


def _times(want: Wanted) -> int:
    return max(1, min(int(want.number("times", 1)), MOST_TIMES))


def _done() -> web.Response:
    empty: dict[str, Any] = {}
    return web.json_response(empty)
