"""Everything that one running pretend Slack shares; the methods, the people and the control API act
on it.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field

from adapters.playground import events
from adapters.playground.deliveries import Deliveries
from adapters.playground.doors import Doors
from adapters.playground.faults import Faults
from adapters.playground.files import Shelf
from adapters.playground.live import Live
from adapters.playground.mailbox import Mailbox
from adapters.playground.pace import Pace
from adapters.playground.rules import Rules
from adapters.playground.sockets import Hub
from adapters.playground.values import JSON, Call, Stored
from adapters.playground.workspace import Workspace


@dataclass(slots=True)
class Stage:
    workspace: Workspace
    rules: Rules
    live: Live
    hub: Hub
    deliveries: Deliveries
    pace: Pace
    doors: Doors
    mailbox: Mailbox
    shelf: Shelf = field(default_factory=Shelf)
    faults: Faults = field(default_factory=Faults)
    calls: deque[Call] = field(default_factory=deque)
    views: dict[str, JSON] = field(default_factory=dict)
    url: str = ""
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    viewers: dict[str, str] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    revoked: bool = False
    last_stamp: int = 0

    @classmethod
    def set_up(cls, workspace: Workspace, rules: Rules) -> Stage:
        live = Live()
        hub = Hub(workspace.bot.app_id, live.count, rules.ping_every)
        box = Mailbox(rules, live)
        made = cls(workspace, rules, live, hub, Deliveries(hub, rules), Pace(rules), Doors(rules.clock), box)
        made.calls = deque(maxlen=rules.kept_calls)
        return made

    def stamp(self) -> str:
        """A new ts: seconds and microseconds, unique and greater than every earlier one."""
        self.last_stamp = max(self.last_stamp + 1, int(self.rules.clock() * 1_000_000))
        return f"{self.last_stamp // 1_000_000}.{self.last_stamp % 1_000_000:06d}"

    def block_id(self) -> str:
        return secrets.token_urlsafe(4)[:5]

    def tell(self, event: JSON, channel: str = "") -> None:
        """To the app, if the bot may know of it: events of a channel only reach its members."""
        if channel and not self.workspace.bot_is_in(channel):
            return
        is_shared = bool(channel) and self.workspace.is_shared(channel)
        self.deliveries.event(events.name_of(event), events.wrap(event, self.workspace, is_shared=is_shared))

    def changed(self, channel: str, stored: Stored) -> None:
        self.live.ring(channel, stored.thread_ts if stored.is_reply else None)

    def keep(self, channel: str, wire: JSON, metadata: JSON | None = None) -> Stored:
        """Store a message and tell the app and the page."""
        stored = Stored(wire, self.rules.clock(), metadata)
        self.workspace.keep(channel, stored, at_most=self.rules.kept_messages)
        self.changed(channel, stored)
        place = self.workspace.channels[channel]
        event = events.message(place, wire)
        root = self.workspace.find(channel, stored.thread_ts)
        if wire.get("subtype") == "thread_broadcast" and root:
            event = events.broadcast(place, wire, self.workspace.whole(channel, root))
        self.tell(event, channel)
        return stored

    def rewrite(self, channel: str, stored: Stored, wire: JSON) -> None:
        """An edit: the same ts with other words."""
        before = self.workspace.whole(channel, stored)
        stored.wire = wire
        now = self.workspace.whole(channel, stored)
        self.changed(channel, stored)
        place = self.workspace.channels[channel]
        self.tell(events.message_changed(place, now, before, self.stamp()), channel)

    def drop(self, channel: str, stored: Stored) -> None:
        """A deletion; a root that has replies leaves a tombstone, and the app is told of
        an edit.
        """
        before = self.workspace.whole(channel, stored)
        place = self.workspace.channels[channel]
        if before.get("reply_count"):
            stored.wire, stored.metadata = events.tombstone(before), None
            self.tell(events.message_changed(place, dict(stored.wire), before, self.stamp()), channel)
        else:
            self.workspace.remove(channel, stored.ts)
            self.tell(events.message_deleted(place, before, self.stamp()), channel)
        self.changed(channel, stored)
