"""Slack's events as values of ours, or `Ignored` with its reason. Pure, and never an error.

Who wrote something is told by ids alone, never by its text.
https://docs.slack.dev/reference/events/message
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.slack import identity, reading
from adapters.slack.fields import ident
from adapters.slack.identity import Own
from adapters.slack.render import verb_of
from bridge.inbound import Heard, Pressed, Removed
from bridge.policies.foreign import mapping, sequence, text

SECOND_OVER: Final = 5.0  # seconds after which no edit of a second is missing in a reading
HEARD_SUBTYPES: Final = ("", "thread_broadcast", "me_message", "file_share")
CHANNEL_EVENTS: Final = frozenset(
    {
        "channel_archive", "channel_unarchive", "channel_deleted", "channel_rename", "channel_left",
        "channel_shared", "channel_unshared", "group_archive", "group_unarchive", "group_deleted",
        "group_rename", "group_left", "channel_id_changed", "channel_joined",
    }
)  # fmt: skip
MEMBER_EVENTS: Final = ("member_joined_channel", "member_left_channel")
PERSON_EVENTS: Final = ("user_change", "user_profile_changed")
REVOCATIONS: Final = {
    "tokens_revoked": "the bot token was revoked: install the app again and set SILTA_SLACK_BOT_TOKEN anew",
    "app_uninstalled": "the app was uninstalled: install it again and set SILTA_SLACK_BOT_TOKEN anew",
}
# The same happenings as lines in the channel, for which a workspace may send no event of their own.
_CHANNEL_SUBTYPES: Final = frozenset(
    {
        "channel_archive", "channel_unarchive", "channel_name", "channel_convert_to_private",
        "channel_convert_to_public", "channel_posting_permissions", "group_archive", "group_unarchive", "group_name",
    }
)  # fmt: skip
_PRIVATE: Final = ("im", "mpim", "app_home")


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A message's new words."""

    heard: Heard


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """A person as Slack tells them now, in the shape of users.info."""

    user: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """Something about a channel is not as it was; `became` is its new id if it got one."""

    channel: str
    became: str = ""


@dataclass(frozen=True, slots=True)
class Revoked:
    """We may not do anything there any more; what to do about it."""

    advice: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something happened in a thread, and the event does not tell in which."""

    reason: str


Happening = Heard | Edited | Removed | PersonChanged | ChannelChanged | Revoked | Unclear | Ignored


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for everything in one event."""

    own: Own
    workplace: str
    channel: str = ""


def event(body: object, own: Own, workplace: str) -> Happening:
    """What an Events API wrapper says."""
    inner = mapping(mapping(body).get("event"))
    if _is_for_another(mapping(body), own):
        return Ignored("another workspace")
    if text(inner.get("type")) == "message":
        return _message(inner, Frame(own, workplace))
    return _about_the_place(inner, own)


def _is_for_another(body: Mapping[str, Any], own: Own) -> bool:
    """An app in two workspaces has one secret and one set of sockets: what is for the other is not ours to hear.

    `team_id` does not tell: in a shared channel it may be the author's.
    """
    ours = mapping(next(iter(sequence(body.get("authorizations"))), None))
    team, enterprise = text(ours.get("team_id")), text(ours.get("enterprise_id"))
    return bool(team) and team != own.team and not (own.enterprise and enterprise == own.enterprise)


def _about_the_place(inner: Mapping[str, Any], own: Own) -> Happening:
    kind = text(inner.get("type"))
    if kind in CHANNEL_EVENTS:
        return _channel(inner)
    if kind in MEMBER_EVENTS:
        ours = ident(inner.get("user")) == own.user
        return _channel(inner) if ours else Ignored("another person's membership")
    if kind in PERSON_EVENTS:
        user = mapping(inner.get("user"))
        return PersonChanged(user) if ident(user.get("id")) else Ignored("no person")
    if kind in REVOCATIONS:
        return _revoked(kind, inner, own)
    return Ignored(f"event {kind[:60]}" if kind else "no event")


def _revoked(kind: str, inner: Mapping[str, Any], own: Own) -> Revoked | Ignored:
    """The tokens of people who once signed in are none of ours."""
    bots = sequence(mapping(inner.get("tokens")).get("bot"))
    if kind == "tokens_revoked" and own.user not in bots:
        return Ignored("another token")
    return Revoked(REVOCATIONS[kind])


def press(body: object, own: Own, workplace: str) -> Pressed | Ignored:
    """What a press of a button says.

    The thread is empty for a private line in the channel itself.
    """
    payload = mapping(body)
    action = mapping(next(iter(sequence(payload.get("actions"))), None))
    box, message = mapping(payload.get("container")), mapping(payload.get("message"))
    author = ident(mapping(payload.get("user")).get("id"))
    channel = ident(mapping(payload.get("channel")).get("id")) or ident(box.get("channel_id"))
    stood = text(box.get("message_ts")) or text(message.get("ts"))
    verb = verb_of(text(action.get("action_id")))
    if action.get("type") != "button" or not (author and channel and verb):
        return Ignored("not a button of ours")
    is_ours = box.get("is_ephemeral") is True or _is_own(message, own)
    if not (identity.is_stamp(stood) and is_ours):
        return Ignored("not on a message of ours")
    return Pressed(
        workplace=workplace,
        channel=channel,
        thread=_thread_of_press(box, message, stood),
        author=author,
        verb=verb,
        value=text(action.get("value")),
        key=f"{channel}:{stood}:{author}:{verb}:{text(action.get('action_ts'))[:40]}",
    )


def _thread_of_press(box: Mapping[str, Any], message: Mapping[str, Any], stood: str) -> str:
    root = text(message.get("thread_ts")) or text(box.get("thread_ts"))
    if identity.is_stamp(root):
        return root
    return "" if box.get("is_ephemeral") is True else stood


def _channel(inner: Mapping[str, Any]) -> Happening:
    named = inner.get("channel") or inner.get("old_channel_id")
    channel = ident(named) or ident(mapping(named).get("id"))
    return ChannelChanged(channel, ident(inner.get("new_channel_id"))) if channel else Ignored("no channel")


def _message(inner: Mapping[str, Any], frame: Frame) -> Happening:
    channel = ident(inner.get("channel"))
    if not channel:
        return Ignored("no channel")
    if inner.get("channel_type") in _PRIVATE:
        return Ignored("direct message")
    frame = replace(frame, channel=channel)
    match text(inner.get("subtype")):
        case "message_changed":
            return _changed(inner, frame)
        case "message_deleted":
            return _deleted(inner, frame)
        case subtype if subtype in _CHANNEL_SUBTYPES:
            return ChannelChanged(channel)
    return _said(inner, frame)


def _deleted(inner: Mapping[str, Any], frame: Frame) -> Happening:
    previous = mapping(inner.get("previous_message"))
    stamp = text(inner.get("deleted_ts")) or text(previous.get("ts"))
    if not previous and identity.is_stamp(stamp):
        return Unclear("a message was deleted, and Slack does not say where")
    return _gone(stamp, previous, frame)


def _said(message: Mapping[str, Any], frame: Frame) -> Heard | Ignored:
    reason = _why_not(message, frame.own)
    if reason:
        return Ignored(reason)
    stamp = text(message.get("ts"))
    said = reading.words(message)
    files = _files(message)
    if not said.body and not files:
        return Ignored("no text")
    return Heard(
        workplace=frame.workplace,
        channel=frame.channel,
        thread=_thread(message, stamp),
        ref=stamp,
        order=identity.order(stamp),
        author=ident(message.get("user")),
        body=said.body,
        at=identity.at(stamp),
        mentions=said.mentions,
        outsider=_is_outsider(message, frame.own),
        files=files,
    )


def standing(message: Mapping[str, Any], frame: Frame, read_at: float) -> Heard | Ignored:
    """A message as it was read in its thread at this time (seconds since 1970).

    An edited one tells when it was changed in whole seconds. Once that second is well over, what was read is newer
    than every edit within it.
    """
    said = _said(message, frame)
    stamp = text(mapping(message.get("edited")).get("ts"))
    if isinstance(said, Ignored) or not identity.is_stamp(stamp):
        return said
    second = stamp.partition(".")[0]
    is_over = read_at - float(second) > SECOND_OVER
    return replace(said, changed=identity.order(f"{second}.999999" if is_over else stamp))


def _why_not(message: Mapping[str, Any], own: Own) -> str:
    """Why this is not a person's message; empty when it is."""
    subtype = text(message.get("subtype"))
    reasons = (
        (_is_own(message, own), "own post"),
        # It loses its subtype on the way: https://docs.slack.dev/reference/events/message/message_replied
        (not subtype and isinstance(message.get("message"), dict), "reply notice"),
        (message.get("workflow_id"), "workflow"),
        (message.get("bot_id") or message.get("user") == "USLACKBOT", "foreign bot"),
        (subtype not in HEARD_SUBTYPES, f"subtype {subtype[:60]}"),
        (not ident(message.get("user")), "no author"),
        (not identity.is_stamp(message.get("ts")), "no time"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _changed(inner: Mapping[str, Any], frame: Frame) -> Happening:
    """An unfurl, a reply count or a pin changes a message too: only new words matter."""
    message = mapping(inner.get("message"))
    previous = mapping(inner.get("previous_message"))
    if message.get("subtype") == "tombstone":
        return _tombstone(message, previous, frame)
    if previous and reading.words(message) == reading.words(previous) and _files(message) == _files(previous):
        return Ignored("unchanged words")
    said = _said(message, frame)
    if said == Ignored("no text"):
        return _gone(text(message.get("ts")), message, frame)
    if isinstance(said, Ignored):
        return said
    stamp = _edit_stamp(message, inner)
    if not identity.is_stamp(stamp):
        return Ignored("no time")
    outsider = said.outsider or _is_outsider(inner, frame.own)
    return Edited(replace(said, at=identity.at(stamp), changed=identity.order(stamp), outsider=outsider))


def _tombstone(message: Mapping[str, Any], previous: Mapping[str, Any], frame: Frame) -> Removed | Ignored:
    """A deleted root with replies. Whose it was may not be told; the desk knows whether it was one of ours."""
    stamp = text(message.get("ts"))
    if not previous and identity.is_stamp(stamp) and text(message.get("thread_ts")) in ("", stamp):
        return Removed(frame.workplace, frame.channel, stamp, stamp, identity.order(stamp))
    return _gone(stamp, {**message, **previous}, frame)


def _edit_stamp(message: Mapping[str, Any], inner: Mapping[str, Any]) -> str:
    """An edit's own stamp has whole seconds; the event's tells two edits within one apart."""
    return text(inner.get("ts")) or text(mapping(message.get("edited")).get("ts"))


def _gone(stamp: str, previous: Mapping[str, Any], frame: Frame) -> Removed | Ignored:
    """A root of ours that is gone counts as part of its own thread."""
    if not identity.is_stamp(stamp):
        return Ignored("no time")
    thread = _thread(previous, stamp)
    if _is_own(previous, frame.own):
        if thread:
            return Ignored("own post")
        thread = stamp
    elif previous.get("bot_id"):
        return Ignored("foreign bot")
    if not thread:
        return Ignored("not in a thread")
    return Removed(frame.workplace, frame.channel, thread, stamp, identity.order(stamp))


def _files(message: Mapping[str, Any]) -> int:
    """How many files came with it. One that was deleted leaves a tombstone."""
    return sum(isinstance(file, dict) and file.get("mode") != "tombstone" for file in sequence(message.get("files")))


def _thread(message: Mapping[str, Any], stamp: str) -> str:
    root = text(message.get("thread_ts"))
    return root if root != stamp and identity.is_stamp(root) else ""


def _is_own(message: Mapping[str, Any], own: Own) -> bool:
    """A post under a visitor's name has our bot's id and no user; a plain one has both."""
    ids = (
        (message.get("bot_id"), own.bot),
        (message.get("user"), own.user),
        (message.get("app_id"), own.app),
        (mapping(message.get("bot_profile")).get("app_id"), own.app),
    )
    return any(bool(ours) and found == ours for found, ours in ids)


def _is_outsider(message: Mapping[str, Any], own: Own) -> bool:
    """Whether the event itself shows that its author belongs to another organisation.

    Within an Enterprise organisation another workspace does not show that: who they are is asked of Slack, and only
    who is proven to belong to the organisation is none (`people.standing`).
    """
    if message.get("is_stranger") is True:
        return True
    teams = {text(message.get(field)) for field in ("team", "user_team", "source_team")} - {"", own.team}
    if not own.enterprise:
        return bool(teams)
    return any(team != own.enterprise and not _is_workspace(team) for team in teams)


def _is_workspace(team: str) -> bool:
    """Whether it is a workspace's id; the other ids that stand in its place are those of whole organisations."""
    return team.startswith("T")
