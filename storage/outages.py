"""Channels that cannot be reached: the fifth part of a transaction."""

from __future__ import annotations

from datetime import datetime

from bridge.model import ChannelId, ConversationId, Thread, ThreadId
from bridge.outages import Outage
from bridge.schedules import Fallback
from bridge.topics import DEADLINES, OUTAGES
from storage import rows, schedules
from storage import statements_outages as sql
from storage.outbox import Outbox


class Outages(Outbox):
    """See bridge.outages.Outages."""

    def fallback(self, channel: ChannelId) -> Fallback:
        row = self._one(sql.FALLBACK, id=channel)
        return schedules.load_fallback(row.fallback if row else "")

    def is_out(self, channel: ChannelId) -> bool:
        return self._one(sql.IS_OUT, channel=channel) is not None

    def outages(self) -> tuple[Outage, ...]:
        return tuple(rows.outage(row) for row in self._connection.execute(sql.OUTAGES))

    def channel_moved(self, workplace: str, old: str, new: str) -> bool:
        is_ours = super().channel_moved(workplace, old, new)
        if is_ours:  # one that is left for another is not looked at any more
            self._run(sql.END_AT, {"workplace": workplace, "ref": old})
        return is_ours

    def begin_outage(self, outage: Outage) -> bool:
        if not self._is_new(sql.OUTAGE, rows.outage_values(outage)):
            return False
        self._changed(outage.channel.id, outage.since)
        return True

    def end_outage(self, channel: ChannelId, now: datetime, since: datetime | None = None) -> bool:
        which = {"channel": channel}
        ended = self._run(sql.END, which) if since is None else self._run(sql.END_SINCE, {**which, "since": since})
        if not ended:
            return False
        place = self.channel(channel)
        self.hasten(place.workplace, place.ref, now)
        self._changed(channel, now)
        return True

    def _changed(self, channel: ChannelId, now: datetime) -> None:
        self._run(sql.LOOK_NOW, {"channel": channel, "now": now})
        self.rings += [OUTAGES, DEADLINES]

    def take_look(self, outage: Outage, again: datetime) -> bool:
        which = {"channel": outage.channel.id, "was_since": outage.since, "was": outage.look_at}
        return self._run(sql.TAKE_LOOK, {**which, "again": again}) == 1

    def has_stood_in(self, conversation: ConversationId, channel: ChannelId) -> bool:
        return self._one(sql.HAS_STOOD_IN, conversation=conversation, channel=channel) is not None

    def standbys(self, conversation: ConversationId) -> tuple[Thread, ...]:
        found = self._connection.execute(sql.STANDBYS, {"conversation": conversation}).all()
        return tuple(thread for row in found if (thread := self._thread(row)) is not None)

    def away_from(self, thread: ThreadId) -> str:
        row = self._one(sql.OPENED_FOR, thread=thread)
        return rows.away_from(row.words, row.about) if row else ""
