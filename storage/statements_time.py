"""Statements of deadlines, of the configuration and of what belongs to no thread, built once."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Table, bindparam, case, delete, func, literal_column, or_, select, update

from storage.statements import CHANNEL, CONVERSATION, DELIVERY, MESSAGE, POST_MESSAGE, SEEN, SITE, THREAD, waits
from storage.tables import METADATA

DEADLINE: Final[Table] = METADATA.tables["deadline"]
CONFIGURATION: Final[Table] = METADATA.tables["configuration"]
c, m, d, dl = CONVERSATION.c, MESSAGE.c, DELIVERY.c, DEADLINE.c
_WAITING: Any = literal_column("'waiting'")

SCHEDULE: Final = select(CHANNEL.c.hours, CHANNEL.c.plan).where(CHANNEL.c.id == bindparam("id"))
CHANNEL_NAME: Final = select(CHANNEL.c.name, CHANNEL.c.ref).where(CHANNEL.c.id == bindparam("id"))
CHANNEL_AT: Final = select(CHANNEL.c.id).where(
    CHANNEL.c.workplace == bindparam("workplace"), CHANNEL.c.ref == bindparam("ref")
)
RENAME_CHANNEL: Final = update(CHANNEL).where(CHANNEL.c.id == bindparam("this")).values(ref=bindparam("to"))
LEAVE_CHANNEL: Final = tuple(
    update(table).where(table.c.channel_id == bindparam("this")).values(channel_id=bindparam("other"))
    for table in (SITE, CONVERSATION, THREAD, DELIVERY)
)
POLICY: Final = select(SITE.c.policy).where(SITE.c.id == bindparam("id"))
SITE_IN: Final = (
    select(SITE)
    .where(
        or_(
            SITE.c.channel_id == bindparam("channel"),
            SITE.c.id.in_(select(c.site_id).where(c.status == _WAITING, c.channel_id == bindparam("channel")).limit(1)),
        )
    )
    .order_by(SITE.c.is_active.desc(), SITE.c.key)
    .limit(1)
)
DUE: Final = select(DEADLINE).where(dl.due_at <= bindparam("now")).order_by(dl.due_at).limit(100)
NEXT_DUE: Final = select(func.min(dl.due_at))
DEADLINE_OF: Final = select(DEADLINE).where(
    dl.conversation_id == bindparam("conversation"), dl.timer == bindparam("timer")
)
SET_DEADLINE: Final = (
    update(DEADLINE)
    .where(dl.conversation_id == bindparam("conversation"), dl.timer == bindparam("which"))
    .values(due_at=bindparam("at"), level=bindparam("level"))
)
LIFT: Final = delete(DEADLINE).where(
    dl.conversation_id == bindparam("conversation"), dl.timer.in_(bindparam("timers", expanding=True))
)
WAITING_IN: Final = select(func.count().label("count"), func.min(c.waiting_since).label("since")).where(
    c.status == _WAITING, c.channel_id == bindparam("channel")
)
THREAD_IN: Final = (
    select(THREAD.c.id)
    .where(
        THREAD.c.conversation_id == bindparam("conversation"),
        THREAD.c.channel_id == bindparam("channel"),
        THREAD.c.state.in_(("standby", "active")),
    )
    .limit(1)
)
PUT_OFF: Final = (
    update(DEADLINE)
    .where(
        dl.conversation_id == bindparam("conversation"), dl.timer == bindparam("which"), dl.due_at == bindparam("was")
    )
    .values(due_at=bindparam("at"))
)
WAITS_BEHIND: Final = (
    select(c.id)
    .where(c.status == _WAITING, c.channel_id == bindparam("channel"))
    .order_by(c.waiting_since)
    .limit(1)
    .offset(bindparam("count"))
)
LAST_SAID: Final = (
    select(MESSAGE)
    .where(
        m.conversation_id == bindparam("conversation"),
        m.visibility == "public",
        m.speaker != "notice",
        m.removed.is_(False),
    )
    .order_by(m.place.desc(), m.ordering.desc())
    .limit(1)
)
HAS_MAIL: Final = select(CONFIGURATION.c.value).where(CONFIGURATION.c.name == "mail")
SET_HAS_MAIL: Final = update(CONFIGURATION).where(CONFIGURATION.c.name == "mail").values(value=bindparam("to"))
_PREFIX: Any = bindparam("prefix")
FACTS: Final = select(CONFIGURATION.c.name, CONFIGURATION.c.value).where(
    func.substr(CONFIGURATION.c.name, 1, func.length(_PREFIX)) == _PREFIX
)
SET_FACT: Final = update(CONFIGURATION).where(CONFIGURATION.c.name == bindparam("this")).values(value=bindparam("to"))
DROP_FACT: Final = delete(CONFIGURATION).where(CONFIGURATION.c.name == bindparam("this"))
MAILS_TO: Final = select(func.count()).where(
    d.kind == literal_column("'mail'"),
    d.to_ref == bindparam("address"),
    d.created_at >= bindparam("since"),
    d.words == "transcript",
)
CALL_OFF: Final = (
    update(DELIVERY)
    .where(d.conversation_id == bindparam("conversation"), d.escalates > 0, d.state == "due")
    .values(
        state=case((d.cause == bindparam("why"), "joined"), else_="cancelled"),
        cause=case((d.cause == bindparam("why"), d.cause), else_="claimed"),  # a silence outlives it
    )
)
LEAVE_STANDBY: Final = (
    update(THREAD)
    .where(THREAD.c.conversation_id == bindparam("conversation"), THREAD.c.state == "standby")
    .values(state="moved")
)
CALLS_FOR: Final = (
    select(d.state, d.escalates, c.status, c.spell)
    .outerjoin(CONVERSATION, c.id == d.conversation_id)
    .where(d.number == bindparam("number"))
)
# A card that is drawn again keeps its place before the one that says where it goes on: it may still take effect.
CALL_BACK: Final = (
    update(DELIVERY)
    .where(d.thread_id == bindparam("thread"), waits(), d.state == "due", or_(d.kind != "card", d.attempt == 0))
    .values(state="joined", cause=case((d.cause == bindparam("why"), d.cause), else_="moved"))  # a silence outlives it
)
# What is under way calls for nobody's spell: however it ends, it is taken back.
DISOWN: Final = (
    update(DELIVERY)
    .where(d.thread_id == bindparam("thread"), waits(), d.state.in_(("sending", "unknown")), d.kind != "card")
    .values(escalates=-1)
)
SILENCES_LEFT: Final = (
    select(d.kind, func.max(d.due_at).label("until"))
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        d.state == literal_column("'joined'"),
        d.cause == literal_column("'limited'"),
        d.due_at > bindparam("now"),
    )
    .group_by(d.kind)
)
OPENED: Final = select(d.message_id, d.doubts, d.words, d.about).where(
    d.conversation_id == bindparam("conversation"),
    d.thread_id == bindparam("thread"),
    d.kind == "open",
    d.state == "done",
)
DOUBTS_ABOUT: Final = (
    select(func.coalesce(func.max(d.doubts), 0))
    .join(POST_MESSAGE, POST_MESSAGE.c.post_id == d.key)
    .where(POST_MESSAGE.c.message_id == bindparam("message"), d.state == "failed")
)
HAS_MOVED: Final = (
    select(THREAD.c.id).where(THREAD.c.conversation_id == bindparam("conversation"), THREAD.c.state == "moved").limit(1)
)
HASTEN: Final = (
    update(DELIVERY)
    .where(
        d.channel_id.in_(
            select(CHANNEL.c.id).where(
                CHANNEL.c.workplace == bindparam("workplace"), CHANNEL.c.ref == bindparam("channel")
            )
        ),
        waits(),
        d.state == "due",
        d.due_at > bindparam("now"),
        d.cause != bindparam("why"),
    )
    .values(due_at=bindparam("now"))
)

PRUNE_SEEN: Final = delete(SEEN).where(SEEN.c.at < bindparam("before"))
PRUNE_ERASURES: Final = delete(DELIVERY).where(
    d.kind == literal_column("'erase'"), d.created_at < bindparam("before"), d.state.in_(("done", "failed"))
)
