"""What managers do to the memory: the configuration as a whole, and erasing. The last part of a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bridge.configuration import ChannelEntry, Configuration, SiteEntry
from bridge.custody import Erased, Left, Name
from bridge.model import ChannelId, ConversationId, DeliveryState, SiteId, Timer, VisitorId
from bridge.schedules import Schedule
from bridge.topics import DEADLINES, OUTBOX, visitor_topic
from storage import rows, schedules
from storage import statements_managing as sql
from storage.outages import Outages
from storage.rows import AnyRow
from storage.statements_time import CONFIGURATION


class Managing(Outages):
    """See bridge.transaction.Managing."""

    def configuration(self) -> Configuration:
        channels = {row.id: row for row in self._connection.execute(sql.CHANNELS)}
        sites = [_site(row) for row in self._connection.execute(sql.SITES)]
        used = {entry.site.channel for entry in sites}
        named = [_channel(row) for row in channels.values() if row.name or row.id in used]
        return Configuration(tuple(sites), tuple(named), self._people())

    def applied_at(self) -> str:
        found = self._connection.execute(sql.APPLIED).scalar_one_or_none()
        return str(found or "")

    def put_configuration(self, configuration: Configuration, now: datetime) -> None:
        self._run(sql.RETIRE_CHANNELS, {})
        self._run(sql.RETIRE_SITES, {})
        for channel in configuration.channels:
            self._put_channel_entry(channel)
        entries = {entry.channel.id: entry for entry in configuration.channels}
        for site in configuration.sites:
            self.put_site(site.site, entries[site.site.channel].channel)
            self._run(sql.SET_POLICY, {"this": site.site.id, "policy": schedules.dump_policy(site.policy)})
        if not self._is_new(CONFIGURATION, {"name": "applied", "value": now.isoformat()}):
            self._run(sql.SET_APPLIED, {"at": now.isoformat()})
        self._run(sql.FORGET_OUTAGES, {})
        self._put_people(configuration.people)
        self._look_again(now)

    def _put_channel_entry(self, entry: ChannelEntry) -> None:
        self._put_channel(entry.channel)
        values = {
            "called": entry.name,
            "hours": schedules.dump_hours(entry.schedule.hours),
            "plan": schedules.dump_plan(entry.schedule.plan),
            "otherwise": schedules.dump_fallback(entry.fallback),
        }
        self._run(sql.SET_CHANNEL, {"this": entry.channel.id, **values})

    def _look_again(self, now: datetime) -> None:
        """Every open conversation is looked at by the new plans."""
        for timer in Timer:
            self._run(sql.LOOK_NOW[timer], {"now": now})
            self._run(sql.LOOK_TOO[timer], {"now": now})
        self.rings.append(DEADLINES)

    def visitors_of(self, email: str) -> tuple[VisitorId, ...]:
        found = self._connection.execute(sql.VISITORS_OF_EMAIL, {"email": email.lower()})
        return tuple(VisitorId(row.id) for row in found)

    def visitor_names(self) -> Iterable[Name]:
        for row in self._connection.execute(sql.VISITORS_CALLED):
            yield Name(VisitorId(row.id), row.name)

    def conversations_of(self, visitor: VisitorId) -> tuple[ConversationId, ...]:
        found = self._connection.execute(sql.CONVERSATIONS_OF, {"visitor": visitor})
        return tuple(ConversationId(row.id) for row in found)

    def ended_before(self, site: SiteId, before: datetime) -> tuple[ConversationId, ...]:
        found = self._connection.execute(sql.ENDED, {"site": site, "before": before})
        return tuple(ConversationId(row.id) for row in found)

    def silent_visitors(self, site: SiteId, before: datetime) -> tuple[VisitorId, ...]:
        found = self._connection.execute(sql.SILENT_VISITORS, {"site": site, "before": before})
        return tuple(VisitorId(row.id) for row in found)

    def is_under_way(self, conversation: ConversationId) -> bool:
        return bool(self._connection.execute(sql.UNDER_WAY, {"conversation": conversation}).scalar_one())

    def stop(self, visitor: VisitorId, token_hash: str) -> None:
        self._run(sql.SET_TOKEN, {"this": visitor, "token": f"forgotten:{token_hash}"})
        self._run(sql.STOP, {"visitor": visitor})
        self.rings.append(visitor_topic(visitor))

    def erase(self, conversation: ConversationId) -> Erased:
        visitor = self.lock_conversation(conversation).visitor
        which = {"conversation": conversation}
        ours = [(ChannelId(row.channel_id), str(row.ref)) for row in self._connection.execute(sql.OUR_POSTS, which)]
        theirs = tuple(
            Left(ChannelId(row.channel_id), str(row.ref), row[2])
            for row in self._connection.execute(sql.THEIR_POSTS, which)
        )
        mails = int(self._connection.execute(sql.MAILED, which).scalar_one())
        for statement in sql.ERASE:
            self._run(statement, which)
        self.rings += [visitor_topic(visitor), OUTBOX]
        return Erased(tuple(ours), theirs, mails)

    def erase_visitor(self, visitor: VisitorId) -> bool:
        self.rings.append(visitor_topic(visitor))
        return self._run(sql.ERASE_VISITOR, {"visitor": visitor}) == 1

    def erasures(self, keys: tuple[str, ...]) -> tuple[tuple[DeliveryState, str, ChannelId, str], ...]:
        found = self._connection.execute(sql.ERASURES, {"keys": list(keys)})
        return tuple((DeliveryState(row.state), row.cause, ChannelId(row.channel_id), row.to_ref) for row in found)


def _site(row: AnyRow) -> SiteEntry:
    return SiteEntry(rows.site(row), schedules.load_policy(row.policy))


def _channel(row: AnyRow) -> ChannelEntry:
    schedule = Schedule(schedules.load_hours(row.hours), schedules.load_plan(row.plan))
    return ChannelEntry(row.name or row.ref, rows.channel(row), schedule, schedules.load_fallback(row.fallback))
