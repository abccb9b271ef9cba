"""What must leave: the half of a transaction that the courier uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case

from bridge import markup
from bridge.conversation import rides_in_card
from bridge.model import (
    Delivery,
    DeliveryState,
    Kind,
    Message,
    MessageId,
    Receipt,
    Status,
    ThreadId,
)
from bridge.topics import OUTBOX, visitor_topic
from bridge.transaction import LIMITED, Agenda, Choice, Doubt, Errand, ThreadErrand
from storage import rows
from storage import statements as sql
from storage import statements_time as timely
from storage.errands import Errands
from storage.rows import AnyRow

DOUBT_REST: Final = timedelta(seconds=60)  # how long a doubt that was handed out is not handed out again
NEVER_ROSE: Final = ("due", "sending", "unknown")
ALL_OPEN: Final = ("sending", "unknown")
From = tuple[str, ...]

# Open and claimed threads first, then a claimed conversation's root, other roots, other lines, private hints, cards.
_RANK = case(
    ((sql.c.status == "claimed") & sql.d.kind.in_(("post", "notice")), 1),
    ((sql.c.status == "claimed") & (sql.d.kind == "open"), 2),
    (sql.d.kind == "open", 3),
    (sql.d.kind.in_(("post", "notice")), 4),
    (sql.d.kind == "tell", 5),
    else_=6,
)
_TAKE = sql.TAKE.order_by(_RANK, sql.d.number).limit(1)


class Outbox(Errands):
    """See bridge.transaction.Outbox."""

    def agenda(self, workplace: str, now: datetime) -> Agenda:
        found = self._connection.execute(sql.AGENDA, {"workplace": workplace, "now": now}).all()
        due = {Kind(row.kind): int(row.due) for row in found if row.state == "due" and row.due}
        doubts = any(row.due for row in found if row.state == "unknown")
        return Agenda(due, doubts, min((row.later for row in found if row.later is not None), default=None))

    def take(self, workplace: str, epoch: int, now: datetime, choice: Choice) -> Errand | None:
        if self._is_superseded(workplace, epoch):
            return None
        values = {
            "workplace": workplace,
            "now": now,
            "kinds": [kind.value for kind in choice.kinds],
            "shut": list(choice.shut),
        }
        found = self._one(_TAKE, **values)
        if found is None:
            return None
        self._lock_its_conversation(found)
        if not self._run(sql.BEGIN_ATTEMPT, {"this": found.number, "mine": epoch, "now": now}):
            return None
        errand = self._errand(found.number)
        if isinstance(errand, ThreadErrand) and errand.attempt == 1:
            return self._frozen(errand, choice)
        return errand

    def _lock_its_conversation(self, row: AnyRow) -> None:
        if row.conversation_id is not None:
            self.lock_conversation(row.conversation_id)

    def hasten(self, workplace: str, channel: str, now: datetime) -> None:
        self._run(timely.HASTEN, {"workplace": workplace, "channel": channel, "now": now, "why": LIMITED})
        self.rings.append(OUTBOX)

    def call_back(self, thread: ThreadId) -> None:
        self._run(timely.CALL_BACK, {"thread": thread, "why": LIMITED})
        self._run(timely.DISOWN, {"thread": thread})

    def _frozen(self, errand: ThreadErrand, choice: Choice) -> ThreadErrand:
        """What a post carries is decided at its first attempt and never again."""
        kind = errand.delivery.kind
        if kind not in (Kind.OPEN, Kind.POST, Kind.NOTICE):
            return errand
        messages = errand.messages
        if kind is Kind.POST and choice.join and not errand.doubts:
            messages += self._joined(errand, choice.max_text)
        self._run(sql.INSERT_POST, _post_values(errand.delivery))
        for message in _carried(kind, messages):
            self._run(sql.INSERT_POST_MESSAGE, {"post_id": errand.delivery.key, "message_id": message.id})
        return replace(errand, messages=messages)

    def _joined(self, errand: ThreadErrand, max_text: int) -> tuple[Message, ...]:
        """The lines that wait right behind this one, as far as they fit into its post; what is doubtful goes alone."""
        room = max_text - sum(len(markup.plain(said.body)) + 1 for said in errand.messages)
        taken: list[Message] = []
        following = self._connection.execute(
            sql.FOLLOWING, {"lane": errand.delivery.lane, "number": errand.delivery.number}
        ).all()
        for row in following:
            message = self.message(MessageId(row.message_id)) if row.message_id else None
            if row.kind != "post" or row.state != "due" or row.attempt or row.doubts or message is None:
                break
            room -= len(markup.plain(message.body)) + 1
            if room < 0:
                break
            self._settle(row.number, 0, DeliveryState.JOINED, from_=("due",))
            taken.append(message)
        return tuple(taken)

    def _settle(
        self,
        number: int,
        epoch: int,
        to: DeliveryState,
        *,
        from_: From = ALL_OPEN,
        due: datetime | None = None,
        ended: datetime | None = None,
        why: str = "",
    ) -> bool:
        """Compare and set: only what is still ours and still open changes."""
        values = {
            "this": number,
            "from": list(from_),
            "mine": epoch,
            "to": to.value,
            "due": due,
            "ended": ended,
            "why": why,
        }
        return self._run(sql.SET_STATE, values) == 1

    def delivered(self, number: int, epoch: int, ref: str, order: str) -> bool:
        row = self._locked_delivery(number)
        if row is None:
            return False
        if not self._calls_still(row):
            self._settle(number, epoch, DeliveryState.CANCELLED, why="claimed")
            return False
        if not self._settle(number, epoch, DeliveryState.DONE) and not self._settle_for(row, epoch, ref):
            return bool(ref) and self._one(sql.POST_AT, thread=row.thread_id, ref=ref) is not None
        delivery = rows.delivery(row)
        if delivery.kind in (Kind.OPEN, Kind.POST, Kind.NOTICE):
            self._stands(delivery, ref, order)
        return True

    def _settle_for(self, row: AnyRow, epoch: int, ref: str) -> bool:
        """Who took over from us has found nothing and would post it again: what we have posted is theirs to keep."""
        is_theirs = bool(ref) and row.epoch > epoch
        return is_theirs and self._settle(row.number, row.epoch, DeliveryState.DONE, from_=("due",))

    def is_doubtful(self, number: int) -> bool:
        row = self._one(sql.DELIVERY_BY_NUMBER, number=number)
        return row is not None and row.state == "unknown"

    def _locked_delivery(self, number: int) -> AnyRow | None:
        """A delivery in the turn of its conversation."""
        row = self._one(sql.DELIVERY_BY_NUMBER, number=number)
        if row is not None:
            self._lock_its_conversation(row)
        return row

    def _calls_still(self, row: AnyRow) -> bool:
        """Whether what calls for a claim still does; everything else always."""
        if not row.escalates:
            return True
        conversation = self.lock_conversation(row.conversation_id)
        return conversation.status is Status.WAITING and conversation.spell == row.escalates

    def _stands(self, delivery: Delivery, ref: str, order: str) -> None:
        self._run(sql.SET_POST, {"this": delivery.key, "ref": ref, "order": order})
        if delivery.kind is Kind.OPEN:
            thread = rows.thread(self._the(sql.THREAD_BY_ID, delivery.thread or ""))
            self._run(sql.SET_THREAD, {"this": thread.id, "ref": ref, "state": thread.state.value})
        carried = self._connection.execute(sql.MESSAGES_OF_POST, {"post": delivery.key}).all()
        self._receive([rows.message(row) for row in carried], Receipt.POSTED)
        if delivery.kind is Kind.OPEN or self._one(sql.PENDING_OF_THREAD, thread=delivery.thread):
            self.rings.append(OUTBOX)

    def _receive(self, messages: list[Message], receipt: Receipt) -> None:
        """Each receipt is a change that the visitor sees."""
        for message in messages:
            if message.receipt is receipt:
                continue
            conversation = self.lock_conversation(message.conversation)
            number = conversation.changes + 1
            self._change_message(replace(message, receipt=receipt, change=number))
            self._run(sql.COUNT_CHANGE, {"this": conversation.id, "changes": number})
            self._known[conversation.id] = self._locked[conversation.id] = replace(conversation, changes=number)
            self.rings.append(visitor_topic(conversation.visitor))

    def postponed(self, number: int, epoch: int, until: datetime, cause: str) -> bool:
        return self._due_again(number, epoch, until, cause)

    def _due_again(self, number: int, epoch: int, at: datetime, cause: str, *, from_: From = ALL_OPEN) -> bool:
        """Due at a time, unless nobody wants it any more; a silence that was asked for outlives it."""
        self.rings.append(OUTBOX)
        row = self._locked_delivery(number)
        if row is not None and not self._calls_still(row):
            if cause == LIMITED:
                return self._settle(number, epoch, DeliveryState.JOINED, from_=from_, due=at, why=cause)
            return self._settle(number, epoch, DeliveryState.CANCELLED, from_=from_, why="claimed")
        return self._settle(number, epoch, DeliveryState.DUE, from_=from_, due=at, why=cause)

    def doubtful(self, number: int, epoch: int, ended_at: datetime) -> bool:
        self.rings.append(OUTBOX)
        return self._settle(number, epoch, DeliveryState.UNKNOWN, from_=("sending",), due=ended_at, ended=ended_at)

    def gave_up(self, number: int, epoch: int, cause: str) -> bool:
        row = self._locked_delivery(number)
        if row is None or not self._settle(number, epoch, DeliveryState.FAILED, from_=NEVER_ROSE, why=cause):
            return False
        if row.kind in ("open", "post") and not row.escalates:  # a second thread's root: its words stand in the first
            self._receive(list(self._messages_of(row)), Receipt.UNDELIVERED)
        if row.kind == "open":
            self._give_up_thread(row.thread_id, cause)
        self.rings.append(OUTBOX)
        return True

    def _give_up_thread(self, thread: str, cause: str) -> None:
        """Without a root nothing of its thread can leave; a message that is tried again brings a new root."""
        for row in self._connection.execute(sql.PENDING_OF_THREAD, {"thread": thread}).all():
            self.gave_up(row.number, row.epoch, cause)

    def doubts(self, workplace: str, epoch: int, now: datetime) -> tuple[Doubt, ...]:
        values = {"workplace": workplace, "now": now, "mine": epoch}
        doubtful = self._connection.execute(sql.DOUBTS, values).all()
        found = [self._doubt(row, epoch, now) for row in doubtful]
        return tuple(doubt for doubt in found if doubt is not None)

    def _doubt(self, row: AnyRow, epoch: int, now: datetime) -> Doubt | None:
        self._lock_its_conversation(row)
        until = now + DOUBT_REST
        is_ours = self._settle(row.number, epoch, DeliveryState.UNKNOWN, from_=("unknown",), due=until)
        return Doubt(self._errand(row.number), row.ended_at) if is_ours else None

    def doubts_about(self, message: MessageId) -> int:
        return int(self._connection.execute(timely.DOUBTS_ABOUT, {"message": message}).scalar_one())

    def look_again(self, number: int, epoch: int, at: datetime) -> bool:
        self.rings.append(OUTBOX)
        return self._settle(number, epoch, DeliveryState.UNKNOWN, from_=("unknown",), due=at)

    def not_found(self, number: int, epoch: int, now: datetime) -> bool:
        return self._due_again(number, epoch, now, "not found", from_=("unknown",))

    def take_lease(self, name: str, owner: str, now: datetime, until: datetime, *, by_force: bool) -> int | None:
        fresh = {"name": name, "owner": owner, "epoch": 1, "expires_at": until}
        if self._is_new(sql.LEASE, fresh):
            return 1
        held = self._one(sql.LOCK_LEASE, name=name)
        if held is None or (held.owner != owner and held.expires_at > now and not by_force):
            return None
        epoch = int(held.epoch) + int(held.owner != owner)
        self._run(sql.SET_LEASE, {"this": name, "owner": owner, "epoch": epoch, "until": until})
        return epoch

    def _is_superseded(self, workplace: str, epoch: int) -> bool:
        """Whether a later epoch has the workplace. The lease stays locked: no takeover can overlook what we begin."""
        held = self._one(sql.LOCK_LEASE, name=courier_lease(workplace))
        return held is not None and held.epoch > epoch

    def silences(self, workplace: str, now: datetime) -> tuple[tuple[Kind, datetime], ...]:
        which = {"workplace": workplace, "now": now}
        waiting = self._connection.execute(sql.SILENCES, {**which, "why": LIMITED}).all()
        left = self._connection.execute(timely.SILENCES_LEFT, which).all()
        return tuple((Kind(row.kind), row.until) for row in (*waiting, *left))

    def orphan(self, workplace: str, epoch: int, now: datetime) -> int:
        dead = self._connection.execute(sql.ORPHANS, {"workplace": workplace, "mine": epoch}).all()
        for row in dead:
            self._adopt(row, epoch, now)
        return len(dead)

    def _adopt(self, row: AnyRow, epoch: int, now: datetime) -> None:
        """Posts become doubts; edits and hints are simply made again, since twice is harmless."""
        again = row.kind in ("card", "tell", "erase")
        values = {
            "this": row.number,
            "mine": epoch,
            "to": (DeliveryState.DUE if again else DeliveryState.UNKNOWN).value,
            "due": now,
            "ended": now,
        }
        self._run(sql.ADOPT, values)

    def expire(self, workplace: str, before: datetime) -> int:
        old = self._connection.execute(sql.OLD, {"workplace": workplace, "before": before}).all()
        in_order = sorted(old, key=lambda row: (row.conversation_id or "", row.number))
        return sum(self.gave_up(row.number, row.epoch, "a day has passed") for row in in_order)

    def waiting_count(self, workplace: str) -> int:
        return int(self._connection.execute(sql.WAITING_COUNT, {"workplace": workplace}).scalar_one())

    def prune(self, before: datetime) -> None:
        self._run(timely.PRUNE_SEEN, {"before": before})
        self._run(timely.PRUNE_ERASURES, {"before": before})


def courier_lease(workplace: str) -> str:
    """The lease whose holder carries a workplace's deliveries."""
    return f"courier:{workplace}"


def _carried(kind: Kind, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Whose receipt a post is: a card's only when it holds all of the first words, never a repeated history's."""
    if kind is Kind.OPEN:
        return tuple(filter(rides_in_card, messages))
    return messages if kind is Kind.POST else ()


def _post_values(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.key,
        "thread_id": delivery.thread,
        "delivery": delivery.number,
        "ref": "",
        "ordering": "",
    }
