"""The app's answers through a response URL."""

from __future__ import annotations

from dataclasses import replace

from adapters.playground.arguments import Arguments
from adapters.playground.content import content_of
from adapters.playground.doors import Origin
from adapters.playground.errors import ApiError
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Whisper


def respond(stage: Stage, token: str, body: JSON) -> None:
    """ApiError when the URL is used up or the body is not a message."""
    origin = stage.doors.use_url(token)
    if body.get("delete_original"):
        _delete_original(stage, origin)
    elif body.get("replace_original"):
        _replace_original(stage, origin, _content(stage, body))
    else:
        say_back(stage, origin, body)


def _content(stage: Stage, body: JSON) -> JSON:
    return content_of(stage, Arguments(body)).wire


def _delete_original(stage: Stage, origin: Origin) -> None:
    whisper = stage.workspace.whispers.pop(origin.ts, None)
    if whisper is not None:
        stage.live.ring(whisper.channel, whisper.wire.get("thread_ts"))
        return
    stored = stage.workspace.find(origin.channel, origin.ts)
    if stored is None:
        raise ApiError("message_not_found")
    stage.drop(origin.channel, stored)


def _replace_original(stage: Stage, origin: Origin, content: JSON) -> None:
    whisper = stage.workspace.whispers.get(origin.ts)
    if whisper is not None:
        stage.workspace.whispers[origin.ts] = replace(whisper, wire=_over(whisper.wire, content))
        stage.live.ring(whisper.channel, whisper.wire.get("thread_ts"))
        return
    stored = stage.workspace.find(origin.channel, origin.ts)
    if stored is None:
        raise ApiError("message_not_found")
    stage.rewrite(origin.channel, stored, _over(stored.wire, content))


def _over(wire: JSON, content: JSON) -> JSON:
    return {name: value for name, value in wire.items() if name not in ("blocks", "attachments")} | content


def say_back(stage: Stage, origin: Origin, body: JSON) -> None:
    """A new message: for everybody with in_channel, else an ephemeral for the person who
    clicked.
    """
    bot, ts = stage.workspace.bot, stage.stamp()
    wire: JSON = _content(stage, body) | {
        "subtype": "bot_message",
        "bot_id": bot.bot_id,
        "username": bot.name,
        "ts": ts,
    }
    wire |= {"thread_ts": body["thread_ts"]} if body.get("thread_ts") else {}
    if body.get("response_type") == "in_channel":
        stage.keep(origin.channel, wire)
        return
    whisper = Whisper(origin.channel, origin.user, wire | {"is_ephemeral": True})
    stage.workspace.whisper(ts, whisper, at_most=stage.rules.kept_messages)
    stage.live.ring(origin.channel, wire.get("thread_ts"))
