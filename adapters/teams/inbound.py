"""Teams' activities as values of ours, or `Ignored` with its reason. Pure, and never an error.

Who wrote something is told by ids alone, never by its text.
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.teams import identity, reading
from adapters.teams.proof import home, place
from bridge.inbound import Heard, Pressed, Removed
from bridge.policies.foreign import mapping, sequence, text
from bridge.policies.inert import one_line

EDITS: Final = ("editMessage", "undeleteMessage")
REMOVALS: Final = ("softDeleteMessage",)
CARD_ACTION: Final = "adaptiveCard/action"
CHANNEL_EVENTS: Final = frozenset(
    {"channelCreated", "channelRenamed", "channelDeleted", "channelRestored", "channelShared", "channelUnshared"}
)
TEAM_EVENTS: Final = frozenset(
    {
        "teamRenamed", "teamArchived", "teamUnarchived", "teamDeleted", "teamHardDeleted", "teamRestored",
        "teamrestored",  # as the page has it
    }
)  # fmt: skip
MEMBER_EVENTS: Final = ("teamMemberAdded", "teamMemberRemoved")
INSTALLS: Final = ("add", "add-upgrade")
REMOVES: Final = ("remove", "remove-upgrade")


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for everything: who we are, and what we call the workplace. `now`: when the activity came."""

    bot: str
    tenant: str
    workplace: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote. `calls_us`: with our mention; `name` is theirs as the activity tells it."""

    heard: Heard
    calls_us: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """A message's new words."""

    heard: Heard


@dataclass(frozen=True, slots=True)
class PlacesChanged:
    """Something about these channels, or about all of a team's if there are none, is not as it was."""

    team: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Installed:
    """We were put into a team, or taken out of it; what was seen of the consent before holds no longer."""

    team: str
    is_in: bool


Happening = Said | Edited | Removed | Pressed | PlacesChanged | Installed | Ignored


def message(told: Mapping[str, Any], frame: Frame) -> Said | Pressed | Ignored:
    """Somebody wrote in a channel; or pressed a button of a card in a client that has no better way."""
    if isinstance(told.get("value"), dict) and not text(told.get("text")):
        return _pressed(told, mapping(told.get("value")), frame)
    where = _place(told, frame)
    if isinstance(where, Ignored):
        return where
    said = reading.words(told, frame.bot)
    if not said.body and not said.files:
        return Ignored("it says nothing" if said.calls_us else "nothing that could be shown")
    return Said(_heard(told, where, said, frame), said.calls_us, text(mapping(told.get("from")).get("name"))[:200])


def edit(told: Mapping[str, Any], frame: Frame) -> Edited | Ignored:
    """Somebody changed a message, or took its removal back: both tell the whole message."""
    kind = _event(told)
    if kind not in EDITS:
        return Ignored(f"an update of another kind: {one_line(kind, 40)}")
    where = _place(told, frame)
    if isinstance(where, Ignored):
        return where
    changed = identity.order_of_time(told.get("timestamp")) or identity.order(str(int(frame.now.timestamp() * 1000)))
    return Edited(_heard(told, where, reading.words(told, frame.bot), frame, changed=changed))


def removal(told: Mapping[str, Any], frame: Frame) -> Removed | Ignored:
    """Somebody took a message away."""
    kind = _event(told)
    if kind not in REMOVALS:
        return Ignored(f"a removal of another kind: {one_line(kind, 40)}")
    channel, root = _where(told)
    ref = told.get("id")
    if not channel or not identity.is_message(ref):
        return Ignored("it is in no channel")
    return Removed(frame.workplace, channel, root, str(ref), identity.order(str(ref)))


def change(told: Mapping[str, Any], frame: Frame) -> PlacesChanged | Installed | Ignored:
    """What happened to a team, to a channel, or to our place in them."""
    data = mapping(told.get("channelData"))
    team = identity.somebody(mapping(data.get("team")).get("id"))
    if told.get("type") == "installationUpdate":
        return _installation(team, text(told.get("action")))
    kind = _event(told)
    if kind in CHANNEL_EVENTS:
        channel = text(mapping(data.get("channel")).get("id"))
        return PlacesChanged(team, (channel,)) if identity.is_channel(channel) else Ignored("no channel is named")
    if kind in MEMBER_EVENTS:
        return _members(told, team, frame)
    return PlacesChanged(team, ()) if kind in TEAM_EVENTS else Ignored(f"a change of no concern: {one_line(kind, 40)}")


def _installation(team: str, action: str) -> Installed | Ignored:
    if action in INSTALLS + REMOVES:
        return Installed(team, is_in=action in INSTALLS)
    return Ignored(f"an installation of another kind: {one_line(action, 40)}")


def _members(told: Mapping[str, Any], team: str, frame: Frame) -> PlacesChanged | Installed | Ignored:
    """Only our own coming and going matters; who else is there is asked when they speak."""
    if _names_us(told, "membersRemoved", frame):
        return Installed(team, is_in=False)
    return PlacesChanged(team, ()) if _names_us(told, "membersAdded", frame) else Ignored("somebody else came or went")


def invoke(told: Mapping[str, Any], frame: Frame) -> Pressed | Ignored:
    """Somebody pressed a button, and waits for an answer."""
    if told.get("name") != CARD_ACTION:
        return Ignored(f"an invoke of another kind: {one_line(text(told.get('name')), 40)}")
    value = mapping(told.get("value"))
    if value.get("trigger") == "automatic":
        return Ignored("nobody pressed: the card refreshes itself")
    action = mapping(value.get("action"))
    data = mapping(action.get("data"))
    return _pressed(told, {"verb": text(action.get("verb")) or data.get("verb"), "value": data.get("value")}, frame)


def rest(told: Mapping[str, Any], _frame: Frame) -> Ignored:
    """Reactions, typing, and what nobody knows yet: new types can come at any time."""
    return Ignored(f"a type of no concern: {one_line(text(told.get('type')), 40)}")


def author(told: Mapping[str, Any]) -> str:
    """Who did it: their id in the organisation, which settings can name; else their id towards us."""
    sender = mapping(told.get("from"))
    return identity.somebody(sender.get("aadObjectId")) or identity.somebody(sender.get("id"))


def _pressed(told: Mapping[str, Any], data: Mapping[str, Any], frame: Frame) -> Pressed | Ignored:
    channel, root = _where(told)
    verb, key, who = text(data.get("verb")), identity.somebody(told.get("id")), author(told)
    if reason := _is_nobody(told, frame):
        return Ignored(reason)
    if not channel or not root:
        return Ignored("it is in no thread")
    if not verb or not key:
        return Ignored("a button that is not ours")
    return Pressed(frame.workplace, channel, root, who, verb[:200], text(data.get("value"))[:2_000], key)


def _place(told: Mapping[str, Any], frame: Frame) -> tuple[str, str] | Ignored:
    """The channel and the thread's root, empty for what begins a thread of its own; or why it is not for us."""
    if reason := _is_nobody(told, frame):
        return Ignored(reason)
    channel, root = _where(told)
    if not channel:
        return Ignored("it is in no channel")
    ref = told.get("id")
    if not identity.is_message(ref):
        return Ignored("it has no id that a message has")
    return channel, "" if root == ref else root


def _where(told: Mapping[str, Any]) -> tuple[str, str]:
    return identity.unpacked(text(mapping(told.get("conversation")).get("id")))


def _is_nobody(told: Mapping[str, Any], frame: Frame) -> str:
    """Why this is nobody's whom we should hear; empty if it is somebody's."""
    if not place(told):
        return "it does not say of which organisation it is"
    sender = identity.somebody(mapping(told.get("from")).get("id"))
    if sender == frame.bot:
        return "our own"
    if not author(told):
        return "nobody wrote it"
    return "another app's" if sender.startswith("28:") else ""


def _heard(
    told: Mapping[str, Any], where: tuple[str, str], said: reading.Words, frame: Frame, *, changed: str = ""
) -> Heard:
    channel, root = where
    ref = text(told.get("id"))
    return Heard(
        workplace=frame.workplace,
        channel=channel,
        thread=root,
        ref=ref,
        order=identity.order(ref),
        author=author(told),
        body=said.body,
        at=identity.at(ref),
        mentions=said.mentions,
        outsider=_is_outsider(told, frame),
        changed=changed,
        files=said.files,
    )


def _is_outsider(told: Mapping[str, Any], frame: Frame) -> bool:
    """Whether the activity itself shows that its author belongs to another organisation; else the roster tells."""
    tenant = text(mapping(told.get("from")).get("tenantId")).lower() or home(told)
    return bool(tenant) and tenant != frame.tenant


def _names_us(told: Mapping[str, Any], members: str, frame: Frame) -> bool:
    return any(mapping(one).get("id") == frame.bot for one in sequence(told.get(members)))


def _event(told: Mapping[str, Any]) -> str:
    return text(mapping(told.get("channelData")).get("eventType"))
