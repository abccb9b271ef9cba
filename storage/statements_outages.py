"""Statements of channels that cannot be reached, built once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table, bindparam, delete, literal_column, or_, select, update

from storage.statements import CHANNEL, DELIVERY, THREAD
from storage.statements_time import DEADLINE
from storage.tables import METADATA

OUTAGE: Final[Table] = METADATA.tables["outage"]
o, t, d = OUTAGE.c, THREAD.c, DELIVERY.c

FALLBACK: Final = select(CHANNEL.c.fallback).where(CHANNEL.c.id == bindparam("id"))
IS_OUT: Final = select(o.channel_id).where(o.channel_id == bindparam("channel"))
OUTAGES: Final = (
    select(OUTAGE, CHANNEL.c.workplace, CHANNEL.c.ref).join(CHANNEL, CHANNEL.c.id == o.channel_id).order_by(o.since)
)
END: Final = delete(OUTAGE).where(o.channel_id == bindparam("channel"))
END_SINCE: Final = END.where(o.since == bindparam("since"))
END_AT: Final = delete(OUTAGE).where(
    o.channel_id.in_(
        select(CHANNEL.c.id).where(CHANNEL.c.workplace == bindparam("workplace"), CHANNEL.c.ref == bindparam("ref"))
    )
)
TAKE_LOOK: Final = (
    update(OUTAGE)
    .where(o.channel_id == bindparam("channel"), o.since == bindparam("was_since"), o.look_at == bindparam("was"))
    .values(look_at=bindparam("again"))
)
# Who waits in the channel, or in any other that is out: the one that came back may be their fallback.
_WAIT_THERE = select(t.conversation_id).where(
    t.state == literal_column("'active'"),
    or_(t.channel_id == bindparam("channel"), t.channel_id.in_(select(o.channel_id))),
)
LOOK_NOW: Final = (
    update(DEADLINE)
    .where(
        DEADLINE.c.timer == literal_column("'fallback'"),
        DEADLINE.c.due_at > bindparam("now"),
        DEADLINE.c.conversation_id.in_(_WAIT_THERE),
    )
    .values(due_at=bindparam("now"))
)
HAS_STOOD_IN: Final = (
    select(t.id)
    .where(
        t.conversation_id == bindparam("conversation"),
        t.channel_id == bindparam("channel"),
        or_(t.ref != "", t.state != literal_column("'moved'")),
    )
    .limit(1)
)
STANDBYS: Final = select(THREAD).where(
    t.conversation_id == bindparam("conversation"), t.state == literal_column("'standby'")
)
OPENED_FOR: Final = (
    select(d.words, d.about)
    .join(THREAD, t.id == d.thread_id)
    .where(t.id == bindparam("thread"), d.conversation_id == t.conversation_id, d.kind == literal_column("'open'"))
    .order_by(d.number.desc())
    .limit(1)
)
