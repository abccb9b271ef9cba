"""Clicks: block_actions, message shortcuts, dialogs and commands towards the app, response URLs
back from it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from adapters.playground import blocks
from adapters.playground.doors import Origin
from adapters.playground.errors import Refused
from adapters.playground.people import channel_of, message_of, person_of
from adapters.playground.responses import say_back
from adapters.playground.rules import VERIFICATION_TOKEN
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Person


@dataclass(frozen=True, slots=True)
class Pressed:
    """Whether the app acknowledged in time, after how many seconds, and what rode in its answer."""

    acked: bool
    seconds: float
    answer: JSON


@dataclass(frozen=True, slots=True)
class _Click:
    origin: Origin
    wire: JSON
    is_ephemeral: bool


def _clicked(stage: Stage, user: str, channel: str, ts: str) -> _Click:
    """The message that was clicked: of the channel, or an ephemeral that this person sees."""
    whisper = stage.workspace.whispers.get(ts)
    if whisper is not None and (whisper.channel, whisper.user) == (channel, user):
        return _Click(Origin(channel, user, ts), whisper.wire, True)
    stored = message_of(stage, channel, ts)
    return _Click(Origin(channel, user, ts), stage.workspace.whole(channel, stored), False)


def _element(wire: JSON, action_id: str, block_id: str) -> tuple[JSON, str]:
    for block in wire.get("blocks", ()):
        if block_id and block.get("block_id") != block_id:
            continue
        for element in blocks.elements_of(block):
            if element.get("action_id") == action_id:
                return element, str(block["block_id"])
    raise Refused("action_not_found")


def _person(person: Person) -> JSON:
    return {
        "id": person.id,
        "username": person.name,
        "name": person.name,
        "team_id": person.team_id,
    }


def _frame(stage: Stage, kind: str, person: Person) -> JSON:
    """What every interactive payload carries."""
    return {
        "type": kind,
        "user": _person(person),
        "api_app_id": stage.workspace.bot.app_id,
        "token": VERIFICATION_TOKEN,
        "team": {"id": stage.workspace.team.id, "domain": stage.workspace.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _ways_back(stage: Stage, origin: Origin) -> JSON:
    return {
        "trigger_id": stage.doors.trigger(origin),
        "response_url": f"{stage.url}/actions/{stage.doors.url(origin)}",
    }


def _container(click: _Click) -> JSON:
    origin = click.origin
    made = {
        "type": "message",
        "message_ts": origin.ts,
        "channel_id": origin.channel,
        "is_ephemeral": click.is_ephemeral,
    }
    thread = click.wire.get("thread_ts")
    return made | {"thread_ts": thread} if thread else made


def _chosen(element: JSON, value: str) -> JSON:
    """A select says what was chosen; a button has nothing more to say."""
    options = [
        *element.get("options", ()),
        *(one for group in element.get("option_groups", ()) for one in group["options"]),
    ]
    if element["type"] == "button" or not options:
        return {}
    found = next((one for one in options if one.get("value") == value), None)
    if found is None:
        raise Refused("option_not_found")
    return {"selected_option": found}


def _action(stage: Stage, element: JSON, block_id: str, value: str) -> JSON:
    names = ("action_id", "text", "value", "type", "style", "url", "placeholder", "confirm")
    said = {name: element[name] for name in names if name in element}
    return said | {"block_id": block_id, "action_ts": stage.stamp()} | _chosen(element, value)


def block_actions(stage: Stage, click: _Click, action: JSON) -> JSON:
    place = channel_of(stage, click.origin.channel)
    person = person_of(stage, click.origin.user)
    made = _frame(stage, "block_actions", person) | _ways_back(stage, click.origin)
    made |= {"container": _container(click), "channel": {"id": place.id, "name": place.name}}
    # An ephemeral message is not repeated in the payload.
    made |= {} if click.is_ephemeral else {"message": click.wire}
    return made | {"state": {"values": {}}, "actions": [action]}


async def _sent(stage: Stage, payload: JSON) -> Pressed:
    start = time.monotonic()
    answer = await stage.deliveries.interactive(payload)
    return Pressed(answer is not None, time.monotonic() - start, answer or {})


async def press(stage: Stage, user: str, where: tuple[str, str], action_id: str, choice: tuple[str, str]) -> Pressed:
    """`where` is channel and ts; `choice` is the block_id ('' = any) and, for a select, the chosen
    value.
    """
    person_of(stage, user)
    click = _clicked(stage, user, *where)
    element, block_id = _element(click.wire, action_id, choice[0])
    return await _sent(stage, block_actions(stage, click, _action(stage, element, block_id, choice[1])))


async def shortcut(stage: Stage, user: str, where: tuple[str, str], callback_id: str) -> Pressed:
    """A message shortcut from the context menu; ephemerals have none."""
    place, stored = channel_of(stage, where[0]), message_of(stage, *where)
    origin = Origin(place.id, user, stored.ts)
    made = _frame(stage, "message_action", person_of(stage, user)) | _ways_back(stage, origin)
    made |= {"callback_id": callback_id, "action_ts": stage.stamp(), "message_ts": stored.ts}
    made |= {
        "channel": {"id": place.id, "name": place.name},
        "message": stage.workspace.whole(place.id, stored),
    }
    return await _sent(stage, made)


async def submit(stage: Stage, user: str, view_id: str, values: JSON) -> Pressed:
    """A dialog's submit: `values` by block_id and action_id. The answer may hold
    response_action.
    """
    view = stage.views.get(view_id)
    if view is None or stage.viewers[view_id] != user:
        raise Refused("view_not_found")
    origin = Origin("", user)
    made = _frame(stage, "view_submission", person_of(stage, user)) | {"trigger_id": stage.doors.trigger(origin)}
    pressed = await _sent(stage, made | {"view": view | {"state": {"values": values}}, "response_urls": []})
    _after_submit(stage, view_id, pressed)
    return pressed


def _after_submit(stage: Stage, view_id: str, pressed: Pressed) -> None:
    """An acknowledged dialog closes, unless the answer keeps it open."""
    action = pressed.answer.get("response_action")
    if pressed.acked and action in (None, "clear"):
        stage.views.pop(view_id, None)
        stage.viewers.pop(view_id, None)
    if action == "update":
        stage.views[view_id] = stage.views[view_id] | dict(pressed.answer.get("view", {}))


async def command(stage: Stage, user: str, channel: str, name: str, text: str) -> Pressed:
    """A slash command; never in a thread."""
    place, person, team = channel_of(stage, channel), person_of(stage, user), stage.workspace.team
    fields = {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": place.id,
        "channel_name": "privategroup" if place.is_private else place.name,
        "user_id": user,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": stage.workspace.bot.app_id,
        "is_enterprise_install": "false",
    }
    start = time.monotonic()
    answer = await stage.deliveries.command(fields | _ways_back(stage, Origin(channel, user)))
    if answer:
        say_back(stage, Origin(channel, user), answer)
    return Pressed(answer is not None, time.monotonic() - start, answer or {})
