"""What the town's happenings look like on the wire when the workplace is Slack: bodies, signatures, readings."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from adapters.slack import identity, inbound
from adapters.slack.identity import Own
from adapters.slack.setup import EVENTS_PATH, INTERACTIVITY_PATH
from adapters.slack.signature import sign
from bridge import markup
from bridge.inbound import Heard, Pressed, Removed
from bridge.model import Standing
from bridge.ports import Placed, ThreadRef
from tests.machine.outside import Outside
from tests.machine.people import EVERYBODY, Event

OWN: Final = Own(team="TOURS", user="USILTA", bot="BSILTA", app="ASILTA", name="silta")
SECRET: Final = "0123456789abcdef0123456789abcdef"
OURS: Final = {"user": OWN.user, "bot_id": OWN.bot, "app_id": OWN.app, "team": OWN.team, "text": "card"}
Json = dict[str, Any]


class SlackOutside(Outside):
    """The pretend workplace, whose places and readings go through the adapter's own translation."""

    def place(self, ref: str) -> Placed:
        return identity.placed(ref)

    async def replies(self, thread: ThreadRef) -> tuple[Heard, ...] | None:
        found = await super().replies(thread)
        if found is None:
            return None
        frame = inbound.Frame(OWN, self.name, thread.channel)
        read = [inbound.standing(self.message(heard), frame, self.clock.now().timestamp()) for heard in found]
        return tuple(heard for heard in read if isinstance(heard, Heard))

    def message(self, heard: Heard) -> Json:
        """As it stands in the thread. An edited one tells when it was changed, in whole seconds."""
        said = markup.plain(heard.body).removesuffix(EVERYBODY)
        elements: list[Json] = [{"type": "text", "text": said}]
        if heard.mentions:
            elements.append({"type": "broadcast", "range": "channel"})
        is_foreign = self.people[heard.author] is Standing.OUTSIDER
        message: Json = {
            "type": "message",
            "user": heard.author,
            "text": said + ("<!channel>" if heard.mentions else ""),
            "ts": heard.ref,
            "thread_ts": heard.thread,
            "team": "TOTHER" if is_foreign else OWN.team,
            "blocks": [
                {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]},
            ],
        }
        if heard.changed:
            message["edited"] = {"user": heard.author, "ts": f"{stamp(heard.changed).partition('.')[0]}.000000"}
        return message


def stamp(order: str) -> str:
    """The time stamp of an order."""
    whole, _, part = order.partition(".")
    return f"{int(whole)}.{part[:6]}"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of Slack's. `age`: how long ago it was signed."""

    path: str
    kind: str
    body: bytes
    attempt: int = 0
    secret: str = SECRET
    age: float = 0

    def raw(self) -> bytes:
        """The bytes on the wire."""
        signed_at = str(int(time.time() - self.age))
        lines = [
            f"POST {self.path} HTTP/1.1",
            "Host: silta.example",
            "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
            f"Content-Type: {self.kind}",
            f"Content-Length: {len(self.body)}",
            f"X-Slack-Request-Timestamp: {signed_at}",
            f"X-Slack-Signature: {sign(self.secret, signed_at, self.body)}",
            "Connection: close",
        ]
        if self.attempt:
            lines += [f"X-Slack-Retry-Num: {self.attempt}", "X-Slack-Retry-Reason: http_error"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def request(event: Event, outside: SlackOutside, attempt: int) -> Request:
    """How Slack tells of it."""
    if isinstance(event.value, Pressed):
        body = urlencode({"payload": json.dumps(_press(event.value))}).encode()
        return Request(INTERACTIVITY_PATH, "application/x-www-form-urlencoded", body, attempt)
    inner = _event(event, outside)
    inner |= {"event_ts": inner["ts"], "channel": event.value.channel, "channel_type": "channel"}
    whole = {
        "type": "event_callback",
        "token": "verification-token",
        "team_id": OWN.team,
        "api_app_id": OWN.app,
        "event": inner,
        "event_id": f"Ev{inner['ts']}",
        "authorizations": [{"enterprise_id": None, "team_id": OWN.team, "user_id": OWN.user, "is_bot": True}],
    }
    return Request(EVENTS_PATH, "application/json", json.dumps(whole).encode(), attempt)


def _event(event: Event, outside: SlackOutside) -> Json:
    if isinstance(event.value, Removed):
        return _removal(event.value, event.before, outside)
    assert isinstance(event.value, Heard)
    if event.before is None:
        return outside.message(event.value)
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": stamp(event.value.changed),
        "message": outside.message(event.value),
        "previous_message": outside.message(event.before),
    }


def _removal(gone: Removed, before: Heard | None, outside: SlackOutside) -> Json:
    """A root with replies leaves a tombstone; everything else is gone."""
    told = {"type": "message", "hidden": True, "ts": outside.stamp()}
    if before is not None:
        previous = outside.message(before)
    else:
        previous = OURS | {"type": "message", "ts": gone.ref}
        if any(heard.thread == gone.ref for heard in outside.written.values()):
            tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": gone.ref}
            tombstone["thread_ts"] = previous["thread_ts"] = gone.ref
            return told | {"subtype": "message_changed", "message": tombstone, "previous_message": previous}
    return told | {"subtype": "message_deleted", "deleted_ts": gone.ref, "previous_message": previous}


def _press(pressed: Pressed) -> Json:
    """On the card, or on the private line that offers to send what was held."""
    is_private = bool(pressed.value)
    box = {"type": "message", "channel_id": pressed.channel, "is_ephemeral": is_private}
    payload: Json = {
        "type": "block_actions",
        "user": {"id": pressed.author, "team_id": OWN.team},
        "api_app_id": OWN.app,
        "channel": {"id": pressed.channel, "name": "help"},
        "container": box | {"message_ts": pressed.key if is_private else pressed.thread},
        "actions": [{"type": "button", "action_id": pressed.verb, "value": pressed.value, "action_ts": pressed.key}],
    }
    if is_private:
        payload["container"]["thread_ts"] = pressed.thread
    else:
        payload["message"] = OURS | {"type": "message", "ts": pressed.thread}
    return payload
