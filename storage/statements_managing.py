"""Statements of managers: the configuration, and erasing. Seldom run."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, func, literal, literal_column, select, update

from storage.statements import (
    CHANNEL,
    CONVERSATION,
    DELIVERY,
    MESSAGE,
    POST,
    POST_MESSAGE,
    SITE,
    THREAD,
    VISITOR,
    waits,
)
from storage.statements_outages import OUTAGE
from storage.statements_time import CONFIGURATION, DEADLINE

c, m, d, t = CONVERSATION.c, MESSAGE.c, DELIVERY.c, THREAD.c
_OPEN: dict[str, Any] = {
    "escalate": literal_column("'waiting'"),
    "idle": literal_column("'claimed'"),
    "fallback": literal_column("'waiting'"),
}

SITES: Final = select(SITE).where(SITE.c.is_active).order_by(SITE.c.key)
CHANNELS: Final = select(CHANNEL).order_by(CHANNEL.c.name, CHANNEL.c.ref)
RETIRE_SITES: Final = update(SITE).values(is_active=False)
RETIRE_CHANNELS: Final = update(CHANNEL).values(name="", hours="", plan="", fallback="")
SET_CHANNEL: Final = (
    update(CHANNEL)
    .where(CHANNEL.c.id == bindparam("this"))
    .values(
        name=bindparam("called"),
        hours=bindparam("hours"),
        plan=bindparam("plan"),
        fallback=bindparam("otherwise"),
    )
)
FORGET_OUTAGES: Final = delete(OUTAGE).where(OUTAGE.c.channel_id.in_(select(CHANNEL.c.id).where(CHANNEL.c.name == "")))
SET_POLICY: Final = (
    update(SITE).where(SITE.c.id == bindparam("this")).values(policy=bindparam("policy"), is_active=True)
)
APPLIED: Final = select(CONFIGURATION.c.value).where(CONFIGURATION.c.name == "applied")
SET_APPLIED: Final = update(CONFIGURATION).where(CONFIGURATION.c.name == "applied").values(value=bindparam("at"))


def without_timer(timer: str) -> Any:
    """Open conversations that nobody will look at, with what a deadline row needs."""
    has_one = exists().where(DEADLINE.c.conversation_id == c.id, DEADLINE.c.timer == timer)
    return select(c.id, literal(timer), bindparam("now", type_=DEADLINE.c.due_at.type), literal(0)).where(
        c.status == _OPEN[timer], ~has_one
    )


LOOK_NOW: Final = {
    timer: update(DEADLINE).where(DEADLINE.c.timer == timer, DEADLINE.c.level == 0).values(due_at=bindparam("now"))
    for timer in _OPEN
}
LOOK_TOO: Final = {
    timer: DEADLINE.insert().from_select(["conversation_id", "timer", "due_at", "level"], without_timer(timer))
    for timer in _OPEN
}

VISITORS_CALLED: Final = select(VISITOR.c.id, VISITOR.c.name, VISITOR.c.email).order_by(VISITOR.c.id)
VISITORS_OF_EMAIL: Final = select(VISITOR.c.id).where(func.lower(VISITOR.c.email) == bindparam("email"))
CONVERSATIONS_OF: Final = select(c.id).where(c.visitor_id == bindparam("visitor")).order_by(c.number)
ENDED: Final = (
    select(c.id)
    .where(
        c.status == literal_column("'closed'"),
        c.site_id == bindparam("site"),
        c.closed_at < bindparam("before"),
    )
    .order_by(c.closed_at)
    .limit(20)
)
SILENT_VISITORS: Final = (
    select(VISITOR.c.id)
    .where(
        VISITOR.c.site_id == bindparam("site"),
        VISITOR.c.created_at < bindparam("before"),
        ~exists().where(c.visitor_id == VISITOR.c.id),
    )
    .limit(100)
)
SET_TOKEN: Final = update(VISITOR).where(VISITOR.c.id == bindparam("this")).values(token_hash=bindparam("token"))
STOP: Final = (
    update(DELIVERY)
    .where(
        d.conversation_id.in_(select(c.id).where(c.visitor_id == bindparam("visitor"))),
        d.state == "due",
    )
    .values(state="cancelled", cause="erased")
)
UNDER_WAY: Final = select(func.count()).where(
    d.conversation_id == bindparam("conversation"), waits(), d.state.in_(("sending", "unknown"))
)
OUR_POSTS: Final = (
    select(t.channel_id, POST.c.ref)
    .join(THREAD, t.id == POST.c.thread_id)
    .where(t.conversation_id == bindparam("conversation"), POST.c.ref != "")
    .order_by(POST.c.delivery.desc())
)
THEIR_POSTS: Final = (
    select(t.channel_id, t.ref, func.count().label("count"))
    .join(THREAD, t.id == m.thread_id)
    .where(m.conversation_id == bindparam("conversation"), m.ref.is_not(None), m.removed.is_(False))
    .group_by(t.channel_id, t.ref)
)
MAILED: Final = select(func.count()).where(
    d.conversation_id == bindparam("conversation"),
    d.kind == literal_column("'mail'"),
    d.state.in_(("done", "sending", "unknown")),
)
_THREADS = select(t.id).where(t.conversation_id == bindparam("conversation"))
_POSTS = select(POST.c.id).where(POST.c.thread_id.in_(_THREADS))
_MESSAGES = select(m.id).where(m.conversation_id == bindparam("conversation"))
ERASE: Final = (
    delete(POST_MESSAGE).where(POST_MESSAGE.c.post_id.in_(_POSTS)),
    delete(POST_MESSAGE).where(POST_MESSAGE.c.message_id.in_(_MESSAGES)),
    delete(POST).where(POST.c.thread_id.in_(_THREADS)),
    delete(DELIVERY).where(d.conversation_id == bindparam("conversation")),
    delete(MESSAGE).where(m.conversation_id == bindparam("conversation")),
    delete(DEADLINE).where(DEADLINE.c.conversation_id == bindparam("conversation")),
    delete(THREAD).where(t.conversation_id == bindparam("conversation")),
    delete(CONVERSATION).where(c.id == bindparam("conversation")),
)
ERASE_VISITOR: Final = delete(VISITOR).where(VISITOR.c.id == bindparam("visitor"))
ERASURES: Final = (
    select(d.state, d.cause, d.to_ref, d.channel_id)
    .where(d.kind == "erase", d.key.in_(bindparam("keys", expanding=True)))
    .order_by(d.number)
)
