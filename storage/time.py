"""Deadlines, and what the configuration says about time: the third part of a transaction."""

from __future__ import annotations

from datetime import datetime

from bridge.errors import NotFound
from bridge.model import (
    Agent,
    Channel,
    ChannelId,
    ConversationId,
    Deadline,
    Message,
    Site,
    SiteId,
    Step,
    Timer,
)
from bridge.schedules import Schedule, SitePolicy
from bridge.topics import DEADLINES
from bridge.transaction import LIMITED, Waiting
from storage import rows, schedules
from storage import statements as sql
from storage import statements_time as timely
from storage.conversations import Conversations, author


class Time(Conversations):
    """See bridge.transaction.Time."""

    def channel(self, channel: ChannelId) -> Channel:
        row = self._one(sql.CHANNEL_BY_ID, id=channel)
        if row is None:
            raise NotFound(f"channel {channel}")
        return rows.channel(row)

    def channel_name(self, channel: ChannelId) -> str:
        row = self._one(timely.CHANNEL_NAME, id=channel)
        return (row.name or row.ref) if row else ""

    def channel_moved(self, workplace: str, old: str, new: str) -> bool:
        known = self._one(timely.CHANNEL_AT, workplace=workplace, ref=old)
        if known is None:
            return False
        other = self._one(timely.CHANNEL_AT, workplace=workplace, ref=new)
        if other is None:
            return self._run(timely.RENAME_CHANNEL, {"this": known.id, "to": new}) == 1
        left = [self._run(statement, {"this": known.id, "other": other.id}) for statement in timely.LEAVE_CHANNEL]
        return any(left)

    def schedule(self, channel: ChannelId) -> Schedule:
        row = self._one(timely.SCHEDULE, id=channel)
        if row is None:
            return Schedule()
        return Schedule(schedules.load_hours(row.hours), schedules.load_plan(row.plan))

    def policy(self, site: SiteId) -> SitePolicy:
        row = self._one(timely.POLICY, id=site)
        return schedules.load_policy(row.policy if row else "")

    def site_in(self, channel: ChannelId) -> Site | None:
        row = self._one(timely.SITE_IN, channel=channel)
        return rows.site(row) if row else None

    def due(self, now: datetime) -> tuple[Deadline, ...]:
        return tuple(rows.deadline(row) for row in self._connection.execute(timely.DUE, {"now": now}))

    def next_due(self) -> datetime | None:
        found: datetime | None = self._connection.execute(timely.NEXT_DUE).scalar_one()
        return found

    def deadline(self, conversation: ConversationId, timer: Timer) -> Deadline | None:
        row = self._one(timely.DEADLINE_OF, conversation=conversation, timer=timer.value)
        return rows.deadline(row) if row else None

    def has_thread_in(self, conversation: ConversationId, channel: ChannelId) -> bool:
        return self._one(timely.THREAD_IN, conversation=conversation, channel=channel) is not None

    def put_off(self, deadline: Deadline, later: Deadline) -> None:
        which = {"conversation": deadline.conversation, "which": deadline.timer.value}
        self._run(timely.PUT_OFF, {**which, "was": deadline.at, "at": later.at})

    def more_wait_than(self, count: int, channel: ChannelId) -> bool:
        return self._one(timely.WAITS_BEHIND, channel=channel, count=count) is not None

    def waiting_in(self, channel: ChannelId) -> Waiting:
        row = self._one(timely.WAITING_IN, channel=channel)
        return Waiting(int(row.count), row.since) if row else Waiting(0, None)  # type: ignore[call-overload]

    def last_said(self, conversation: ConversationId) -> Message | None:
        return self._message(self._one(timely.LAST_SAID, conversation=conversation))

    def shown(self, conversation: ConversationId) -> tuple[tuple[Message, Agent | None], ...]:
        found = self._connection.execute(sql.SHOWN, {"conversation": conversation})
        return tuple((rows.message(row), author(row)) for row in found)

    def has_mail(self) -> bool:
        return self._connection.execute(timely.HAS_MAIL).scalar_one_or_none() == "yes"

    def set_has_mail(self, *, has_mail: bool) -> None:
        value = "yes" if has_mail else "no"
        if not self._is_new(timely.CONFIGURATION, {"name": "mail", "value": value}):
            self._run(timely.SET_HAS_MAIL, {"to": value})

    def facts(self, workplace: str) -> dict[str, str]:
        prefix = _fact(workplace, "")
        found = self._connection.execute(timely.FACTS, {"prefix": prefix})
        return {row.name.removeprefix(prefix): row.value for row in found}

    def put_fact(self, workplace: str, name: str, value: str) -> None:
        values = {"name": _fact(workplace, name), "value": value}
        if not value:
            self._run(timely.DROP_FACT, {"this": values["name"]})
        elif not self._is_new(timely.CONFIGURATION, values):
            self._run(timely.SET_FACT, {"this": values["name"], "to": value})

    def mails_to(self, address: str, since: datetime) -> int:
        values = {"address": address, "since": since}
        return int(self._connection.execute(timely.MAILS_TO, values).scalar_one())

    def is_wanted(self, number: int) -> bool:
        row = self._one(timely.CALLS_FOR, number=number)
        if row is None or row.state not in ("due", "sending", "unknown"):
            return False
        return not row.escalates or (row.status == "waiting" and row.spell == row.escalates)

    def _save_time(self, step: Step) -> None:
        conversation = step.conversation.id
        if step.calls_off:
            self._run(timely.CALL_OFF, {"conversation": conversation, "why": LIMITED})
            self._run(timely.LEAVE_STANDBY, {"conversation": conversation})
        if step.lifts:
            self._run(timely.LIFT, {"conversation": conversation, "timers": [timer.value for timer in step.lifts]})
        for deadline in step.deadlines:
            self._put_deadline(deadline)

    def _put_deadline(self, deadline: Deadline) -> None:
        if not self._is_new(timely.DEADLINE, rows.deadline_values(deadline)):
            which = {"conversation": deadline.conversation, "which": deadline.timer.value}
            self._run(timely.SET_DEADLINE, {**which, "at": deadline.at, "level": deadline.level})
        self.rings.append(DEADLINES)


def _fact(workplace: str, name: str) -> str:
    return f"fact:{workplace}:{name}"
