"""The control API below /teams/control: what the page and tests of other processes use. JSON in, JSON
out, errors as {"error": word} with 400. docs/playground.md lists it.

GET  /teams/live                      WebSocket: {"type": "changed", "channel", "thread" or null},
                                      {"type": "team"} when the team, its people or the app changed
GET  /teams/state                     tenant, bot {id, name, is_installed, endpoint}, is_consented,
                                      is_token_revoked, team {id, name, is_archived, is_deleted},
                                      people [{id, name, given_name, email, tenant, role, is_member}],
                                      channels [{id, name, kind, is_general, is_deleted, members}]
GET  /teams/control/messages          ?channel, viewer -> {"messages": [a displayed message and
                                      "replies", "latest"]}
GET  /teams/control/thread            ?channel, id, viewer -> {"messages"}
GET  /teams/control/calls             ?method, since -> {"calls"}
GET  /teams/control/deliveries        -> {"deliveries": [{id, name, attempts, acked, statuses}]}
POST /teams/control/say               user, channel, text, thread, to_bot -> {"id"}
POST /teams/control/say_html          user, channel, html, thread -> {"id"}
POST /teams/control/share             user, channel, names [..], thread, text -> {"id"}
POST /teams/control/edit              user, channel, id, text
POST /teams/control/delete            user, channel, id
POST /teams/control/undelete          user, channel, id
POST /teams/control/react             user, channel, id, name, remove
POST /teams/control/press             user, channel, id, verb, value (word or {input id: word}),
                                      as_submit -> {"status", "body"}
POST /teams/control/refresh           user, channel, id -> {"status", "body"}
POST /teams/control/install           channel
POST /teams/control/uninstall, /teams/control/upgrade
POST /teams/control/consent           granted
POST /teams/control/membership        bot_is_member
POST /teams/control/channel           channel, event: created (name) -> {"id"}, renamed (name),
                                      deleted, restored
POST /teams/control/team              event: renamed (name), archived, unarchived, deleted, restored
POST /teams/control/member            user, event: added, removed
POST /teams/control/token             revoked
POST /teams/control/keys              a new key signs
POST /teams/control/fault             method, kind, times, seconds
DELETE /teams/control/fault           all faults end
POST /teams/control/events            kind, times, seconds
POST /teams/control/deliver_to        url
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.playground.control import MOST_TIMES, Wanted
from adapters.playground.errors import Refused
from adapters.playground.faults import Fault
from adapters.playground.teams import display, membership, people, presses
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import GENERAL
from adapters.playground.values import JSON


def _times(want: Wanted) -> int:
    return max(1, min(int(want.number("times", 1)), MOST_TIMES))


def _place(want: Wanted) -> tuple[str, str]:
    return want.text("channel"), want.text("thread", "")


def _where(want: Wanted) -> tuple[str, str]:
    return want.text("channel"), want.text("id")


def _names(want: Wanted) -> list[str]:
    names = want.given.get("names")
    if not isinstance(names, list) or not names or not all(isinstance(one, str) and one for one in names):
        raise Refused("missing_names")
    return names


def _value(want: Wanted) -> presses.Value:
    value = want.given.get("value", "")
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return value
    return want.text("value", "")


def _switched(want: Wanted, name: str) -> bool:
    if name not in want.given:
        raise Refused(f"missing_{name}")
    return want.flag(name)


def _json(**answer: Any) -> web.Response:
    return web.json_response(answer)


@dataclass(frozen=True, slots=True)
class Control:
    stage: Stage

    def routes(self) -> list[web.RouteDef]:
        writing: tuple[str, ...] = (
            "say",
            "say_html",
            "share",
            "edit",
            "delete",
            "undelete",
            "react",
            "press",
            "refresh",
            "install",
        )
        writing += ("uninstall", "upgrade", "consent", "membership", "channel", "team", "member", "token", "keys")
        writing += ("fault", "events", "deliver_to")
        return [
            web.get("/teams/live", self.stage.live.serve),
            web.get("/teams/state", self.state),
            web.get("/teams/control/messages", self.messages),
            web.get("/teams/control/thread", self.thread),
            web.get("/teams/control/calls", self.calls),
            web.get("/teams/control/deliveries", self.deliveries),
            web.delete("/teams/control/fault", self.no_faults),
            *(web.post(f"/teams/control/{name}", getattr(self, name)) for name in writing),
        ]

    # reading

    async def state(self, _request: web.Request) -> web.Response:
        return web.json_response(display.state(self.stage))

    async def messages(self, request: web.Request) -> web.Response:
        asked = Wanted(dict(request.query))
        found = display.channel(self.stage, asked.text("channel"), asked.text("viewer", ""))
        replies = self._replies(asked.text("channel"))
        return _json(messages=[one | replies.get(one["id"], {"replies": 0, "latest": None}) for one in found])

    def _replies(self, channel: str) -> dict[str, JSON]:
        counted: dict[str, JSON] = {}
        for post in self.stage.workspace.posts.get(channel, {}).values():
            if post.is_reply:
                known = counted.get(post.root, {"replies": 0})
                counted[post.root] = {"replies": known["replies"] + 1, "latest": post.at}
        return counted

    async def thread(self, request: web.Request) -> web.Response:
        asked = Wanted(dict(request.query))
        people.post_of(self.stage, *_where(asked))
        return _json(messages=display.thread(self.stage, *_where(asked), asked.text("viewer", "")))

    async def calls(self, request: web.Request) -> web.Response:
        method, since = request.query.get("method", ""), request.query.get("since", "0")
        if not since.replace(".", "", 1).isdigit():
            raise Refused("invalid_since")
        kept = [one for one in self.stage.calls if method in ("", one.method) and one.at >= float(since)]
        return _json(calls=[dataclasses.asdict(one) for one in kept])

    async def deliveries(self, _request: web.Request) -> web.Response:
        kept = [dataclasses.asdict(one) for one in self.stage.deliveries.log]
        return _json(deliveries=[{name: one[name] for name in one if name != "activity"} for one in kept])

    # people

    async def say(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        to_bot = want.flag("to_bot")
        return _json(id=people.say(self.stage, want.text("user"), _place(want), want.text("text"), to_bot=to_bot))

    async def say_html(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        return _json(id=people.say_html(self.stage, want.text("user"), _place(want), want.text("html")))

    async def share(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        made = people.share(self.stage, want.text("user"), _place(want), _names(want), want.text("text", ""))
        return _json(id=made)

    async def edit(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.edit(self.stage, want.text("user"), _where(want), want.text("text"))
        return _json()

    async def delete(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.delete(self.stage, want.text("user"), _where(want))
        return _json()

    async def undelete(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.undelete(self.stage, want.text("user"), _where(want))
        return _json()

    async def react(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        people.react(self.stage, want.text("user"), _where(want), want.text("name"), remove=want.flag("remove"))
        return _json()

    async def press(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        chosen = want.text("verb"), _value(want)
        as_submit = want.flag("as_submit")
        got = await presses.press(self.stage, want.text("user"), _where(want), chosen, as_submit=as_submit)
        return _json(status=got.status, body=got.body)

    async def refresh(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        got = await presses.refresh(self.stage, want.text("user"), _where(want))
        return _json(status=got.status, body=got.body)

    # the team

    async def install(self, request: web.Request) -> web.Response:
        membership.install(self.stage, (await Wanted.of(request)).text("channel", GENERAL))
        return _json()

    async def uninstall(self, _request: web.Request) -> web.Response:
        membership.uninstall(self.stage)
        return _json()

    async def upgrade(self, _request: web.Request) -> web.Response:
        membership.upgrade(self.stage)
        return _json()

    async def consent(self, request: web.Request) -> web.Response:
        self.stage.is_consented = _switched(await Wanted.of(request), "granted")
        self.stage.changed_team()
        return _json()

    async def membership(self, request: web.Request) -> web.Response:
        self.stage.is_installed = _switched(await Wanted.of(request), "bot_is_member")
        self.stage.changed_team()
        return _json()

    async def channel(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        event = want.text("event")
        if event == "created":
            return _json(id=membership.create_channel(self.stage, want.text("name")))
        acts: dict[str, Callable[[str], None]] = {
            "renamed": lambda channel: membership.rename_channel(self.stage, channel, want.text("name")),
            "deleted": lambda channel: membership.delete_channel(self.stage, channel),
            "restored": lambda channel: membership.restore_channel(self.stage, channel),
        }
        if event not in acts:
            raise Refused("unknown_event")
        acts[event](want.text("channel"))
        return _json()

    async def team(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        acts: dict[str, Callable[[], None]] = {
            "renamed": lambda: membership.rename_team(self.stage, want.text("name")),
            "archived": lambda: membership.archive_team(self.stage, True),
            "unarchived": lambda: membership.archive_team(self.stage, False),
            "deleted": lambda: membership.delete_team(self.stage, True),
            "restored": lambda: membership.delete_team(self.stage, False),
        }
        if want.text("event") not in acts:
            raise Refused("unknown_event")
        acts[want.text("event")]()
        return _json()

    async def member(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        acts = {"added": membership.add_member, "removed": membership.remove_member}
        if want.text("event") not in acts:
            raise Refused("unknown_event")
        acts[want.text("event")](self.stage, want.text("user"))
        return _json()

    async def token(self, request: web.Request) -> web.Response:
        self.stage.tokens.is_revoked = _switched(await Wanted.of(request), "revoked")
        return _json()

    async def keys(self, _request: web.Request) -> web.Response:
        self.stage.keys.rotate()
        return _json()

    async def deliver_to(self, request: web.Request) -> web.Response:
        self.stage.deliveries.url = (await Wanted.of(request)).text("url", "")
        self.stage.changed_team()
        return _json()

    # faults

    async def fault(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        fault = Fault(want.text("kind"), want.number("seconds", 0))
        self.stage.faults.add(want.text("method"), fault, _times(want))
        return _json()

    async def no_faults(self, _request: web.Request) -> web.Response:
        self.stage.faults.clear()
        self.stage.deliveries.habits.clear()
        return _json()

    async def events(self, request: web.Request) -> web.Response:
        want = await Wanted.of(request)
        self.stage.deliveries.misbehave(want.text("kind"), _times(want), want.number("seconds", 0))
        return _json()
