"""Statements of the hot path, built once: building one costs more than running it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from storage import rows
from storage.tables import METADATA

_named = METADATA.tables
CHANNEL: Final[Table] = _named["channel"]
SITE: Final[Table] = _named["site"]
AGENT: Final[Table] = _named["agent"]
VISITOR: Final[Table] = _named["visitor"]
CONVERSATION: Final[Table] = _named["conversation"]
THREAD: Final[Table] = _named["thread"]
MESSAGE: Final[Table] = _named["message"]
DELIVERY: Final[Table] = _named["delivery"]
POST: Final[Table] = _named["post"]
POST_MESSAGE: Final[Table] = _named["post_message"]
SEEN: Final[Table] = _named["seen"]
LEASE: Final[Table] = _named["lease"]

c, t, m, d = CONVERSATION.c, THREAD.c, MESSAGE.c, DELIVERY.c
_VISITOR = [VISITOR.c[name] for name in ("id", "site_id", "language", "name", "email")]
AGENT_COLUMNS: Final = [AGENT.c[name] for name in rows.AGENT_COLUMNS]
# Written out, not as parameters: only then can the databases see that the partial indexes hold what is asked for.
_PENDING: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in ("due", "sending", "unknown")]
_WAITS = d.state.in_(_PENDING)


def waits() -> ColumnElement[bool]:
    """The delivery has not left."""
    return _WAITS


def _set(table: Table, *keys: str) -> dict[str, Any]:
    """Every column but the key, each from a parameter of its name."""
    return {column.name: bindparam(column.name) for column in table.columns if column.name not in keys}


_SITE = [column for column in SITE.columns if column.name not in ("policy", "is_active")]
SITE_BY_KEY: Final = select(*_SITE).where(SITE.c.key == bindparam("key"), SITE.c.is_active)
SITE_BY_ID: Final = select(*_SITE).where(SITE.c.id == bindparam("id"))
SITES: Final = select(*_SITE).where(SITE.c.is_active).order_by(SITE.c.key)
CHANNEL_BY_ID: Final = select(CHANNEL.c.id, CHANNEL.c.workplace, CHANNEL.c.ref).where(CHANNEL.c.id == bindparam("id"))

VISITOR_BY_TOKEN: Final = select(*_VISITOR).where(VISITOR.c.token_hash == bindparam("token"))
VISITOR_BY_ID: Final = select(*_VISITOR).where(VISITOR.c.id == bindparam("id"))
KNOWN_VISITOR: Final = VISITOR_BY_ID.where(VISITOR.c.token_hash.not_like("forgotten:%"))
LOCK_VISITOR: Final = KNOWN_VISITOR.with_for_update(key_share=True)
INSERT_VISITOR: Final = insert(VISITOR)
SET_EMAIL: Final = update(VISITOR).where(VISITOR.c.id == bindparam("visitor")).values(email=bindparam("email"))

CONVERSATION_BY_ID: Final = select(CONVERSATION).where(c.id == bindparam("id"))
LOCK_CONVERSATION: Final = CONVERSATION_BY_ID.with_for_update(key_share=True)
LATEST_ID: Final = select(c.id).where(c.visitor_id == bindparam("visitor")).order_by(c.number.desc()).limit(1)
LATEST: Final = select(CONVERSATION).where(c.visitor_id == bindparam("visitor")).order_by(c.number.desc()).limit(1)
OPENED_SINCE: Final = select(func.count()).where(c.site_id == bindparam("site"), c.opened_at >= bindparam("since"))
INSERT_CONVERSATION: Final = insert(CONVERSATION)
CONVERSATION_CHANGES: Final = tuple(_set(CONVERSATION, "id", "site_id", "visitor_id", "number", "opened_at"))
UPDATE_CONVERSATION: Final = (
    update(CONVERSATION)
    .where(c.id == bindparam("this"))
    .values({name: bindparam(name) for name in CONVERSATION_CHANGES})
)

THREAD_BY_ID: Final = select(THREAD).where(t.id == bindparam("id"))
GOING_ON: Final = (
    select(THREAD)
    .where(t.conversation_id == bindparam("conversation"), t.state.in_(("active", "closed")))
    .order_by(t.spell.desc())
    .limit(1)
)
THREAD_AT: Final = (
    select(THREAD)
    .join(CHANNEL, CHANNEL.c.id == t.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        CHANNEL.c.ref == bindparam("channel"),
        t.ref == bindparam("root"),
        t.ref != "",
    )
)
NEWEST_THREAD: Final = (
    select(THREAD)
    .join(CHANNEL, CHANNEL.c.id == t.channel_id)
    .join(CONVERSATION, c.id == t.conversation_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        CHANNEL.c.ref == bindparam("channel"),
        t.state == "active",
        t.ref != "",
    )
    .order_by(c.opened_at.desc())
    .limit(1)
)
INSERT_THREAD: Final = insert(THREAD)
SET_THREAD: Final = (
    update(THREAD).where(t.id == bindparam("this")).values(ref=bindparam("ref"), state=bindparam("state"))
)

MESSAGE_BY_ID: Final = select(MESSAGE).where(m.id == bindparam("id"))
MESSAGE_BY_KEY: Final = select(MESSAGE).where(m.visitor_id == bindparam("visitor"), m.key == bindparam("key"))
MESSAGE_AT: Final = select(MESSAGE).where(m.thread_id == bindparam("thread"), m.ref == bindparam("ref"))
PLACE_BEFORE: Final = (
    select(m.place)
    .join(THREAD, t.id == m.thread_id)
    .join(CHANNEL, CHANNEL.c.id == t.channel_id)
    .where(
        m.conversation_id == bindparam("conversation"),
        CHANNEL.c.workplace == bindparam("workplace"),
        m.visibility == "public",
        m.speaker == "agent",
        m.ordering > bindparam("order"),
    )
    .order_by(m.place, m.ordering)
    .limit(1)
)
POSTED_PLACE: Final = select(func.coalesce(func.max(m.place), 0)).where(
    m.conversation_id == bindparam("conversation"), m.speaker == "visitor", m.receipt == "posted"
)
INSERT_MESSAGE: Final = insert(MESSAGE)
MESSAGE_CHANGES: Final = ("visibility", "body", "place", "change", "receipt", "edited", "removed", "held")
UPDATE_MESSAGE: Final = (
    update(MESSAGE).where(m.id == bindparam("this")).values({name: bindparam(name) for name in MESSAGE_CHANGES})
)

# The one place that says what a visitor may see: the widget, transcripts and exports all read through it.
_VISIBLE = (
    select(MESSAGE, *[column.label(f"agent_{column.name}_") for column in AGENT_COLUMNS])
    .outerjoin(AGENT, AGENT.c.id == m.agent_id)
    .where(m.visibility == "public")
)
SHOWN: Final = _VISIBLE.where(m.conversation_id == bindparam("conversation")).order_by(m.place, m.ordering)
CHANGES: Final = (
    _VISIBLE.where(m.conversation_id == bindparam("conversation"), m.change > bindparam("after"))
    .order_by(m.change)
    .limit(bindparam("limit"))
)
HISTORY: Final = (
    _VISIBLE.add_columns(c.number.label("conversation_number"))
    .join(CONVERSATION, c.id == m.conversation_id)
    .where(c.visitor_id == bindparam("visitor"))
    .order_by(c.number.desc(), m.place.desc(), m.ordering.desc())
    .limit(bindparam("limit"))
)

AGENT_BY_ID: Final = select(*AGENT_COLUMNS).where(AGENT.c.id == bindparam("id"))
PHOTO: Final = select(AGENT.c.photo, AGENT.c.photo_type).where(
    AGENT.c.id == bindparam("id"),
    AGENT.c.photo_version == bindparam("version"),
    AGENT.c.photo_version != "",
)

INSERT_DELIVERY: Final = insert(DELIVERY)
DUE_CARD: Final = select(d.number).where(d.lane == bindparam("lane"), _WAITS, d.state == "due").limit(1)
DELIVERY_BY_NUMBER: Final = select(DELIVERY).where(d.number == bindparam("number"))
_EARLIER = DELIVERY.alias("earlier")
_PLACES = and_(
    CHANNEL.c.workplace == bindparam("workplace"),
    CHANNEL.c.ref.not_in(bindparam("shut", expanding=True)),
)
TAKE: Final = (
    select(d.number, d.conversation_id)
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .outerjoin(CONVERSATION, c.id == d.conversation_id)
    .outerjoin(THREAD, t.id == d.thread_id)
    .where(
        _WAITS,
        d.state == "due",
        d.due_at <= bindparam("now"),
        d.kind.in_(bindparam("kinds", expanding=True)),
        _PLACES,
        or_(d.thread_id.is_(None), d.kind == "open", t.ref != ""),
        or_(
            d.kind == "open",  # whatever waits before it waits for it
            ~exists().where(
                _EARLIER.c.lane == d.lane,
                _EARLIER.c.number < d.number,
                _EARLIER.c.state.in_(_PENDING),
            ),
        ),
    )
)
_IS_DUE = d.due_at <= bindparam("now")
AGENDA: Final = (
    select(
        d.kind,
        d.state,
        func.sum(case((_IS_DUE, 1), else_=0)).label("due"),
        func.min(case((_IS_DUE, null()), else_=d.due_at)).label("later"),
    )
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(CHANNEL.c.workplace == bindparam("workplace"), _WAITS, d.state.in_(("due", "unknown")))
    .group_by(d.kind, d.state)
)
BEGIN_ATTEMPT: Final = (
    update(DELIVERY)
    .where(d.number == bindparam("this"), d.state == "due")
    .values(
        state="sending",
        epoch=bindparam("mine"),
        attempt=d.attempt + 1,
        started_at=bindparam("now"),
        ended_at=None,
    )
)
FOLLOWING: Final = (
    select(d.number, d.message_id, d.kind, d.state, d.attempt, d.doubts)
    .where(d.lane == bindparam("lane"), d.number > bindparam("number"), d.state.in_(_PENDING))
    .order_by(d.number)
    .limit(20)
)
SET_STATE: Final = (
    update(DELIVERY)
    .where(
        d.number == bindparam("this"),
        d.state.in_(bindparam("from", expanding=True)),
        d.epoch == bindparam("mine"),
    )
    .values(
        state=bindparam("to"),
        doubts=d.doubts + case(((d.state == "sending") & (bindparam("to") == "unknown"), 1), else_=0),
        due_at=func.coalesce(bindparam("due", type_=d.due_at.type), d.due_at),
        ended_at=func.coalesce(bindparam("ended", type_=d.ended_at.type), d.ended_at),
        cause=bindparam("why"),
    )
)
DOUBTS: Final = (
    select(d.number, d.conversation_id, d.ended_at)
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        _WAITS,
        d.state == "unknown",
        d.due_at <= bindparam("now"),
        d.epoch == bindparam("mine"),
    )
    .order_by(d.number)
    .limit(20)
)
WAITING_COUNT: Final = (
    select(func.count())
    .select_from(DELIVERY)
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(CHANNEL.c.workplace == bindparam("workplace"), d.state.in_(_PENDING))
)
OLD: Final = (
    select(d.number, d.epoch, d.conversation_id)
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        _WAITS,
        d.state == "due",
        d.created_at < bindparam("before"),
    )
    .order_by(d.number)
    .limit(100)
)
INSERT_POST: Final = insert(POST)
INSERT_POST_MESSAGE: Final = insert(POST_MESSAGE)
POST_AT: Final = select(POST.c.id).where(POST.c.thread_id == bindparam("thread"), POST.c.ref == bindparam("ref"))
SET_POST: Final = (
    update(POST).where(POST.c.id == bindparam("this")).values(ref=bindparam("ref"), ordering=bindparam("order"))
)
MESSAGES_OF_POST: Final = (
    select(MESSAGE)
    .join(POST_MESSAGE, POST_MESSAGE.c.message_id == m.id)
    .where(POST_MESSAGE.c.post_id == bindparam("post"))
    .order_by(m.place)
)
LOCK_LEASE: Final = select(LEASE).where(LEASE.c.name == bindparam("name")).with_for_update(key_share=True)
SET_LEASE: Final = (
    update(LEASE)
    .where(LEASE.c.name == bindparam("this"))
    .values(owner=bindparam("owner"), epoch=bindparam("epoch"), expires_at=bindparam("until"))
)
COUNT_CHANGE: Final = update(CONVERSATION).where(c.id == bindparam("this")).values(changes=bindparam("changes"))
ORPHANS: Final = (
    select(d.number, d.kind)
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        _WAITS,
        d.state.in_(("sending", "unknown")),
        d.epoch != bindparam("mine"),
    )
    .order_by(d.number)
)
ADOPT: Final = (
    update(DELIVERY)
    .where(d.number == bindparam("this"), d.state.in_(("sending", "unknown")))
    .values(
        state=bindparam("to"),
        doubts=d.doubts + case((d.state == "sending", 1), else_=0),
        epoch=bindparam("mine"),
        due_at=bindparam("due"),
        ended_at=bindparam("ended"),
    )
)
OPENS_IN: Final = (
    select(d.number)
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        CHANNEL.c.ref == bindparam("channel"),
        d.kind == "open",
        _WAITS,
        d.state.in_(("sending", "unknown")),
    )
    .limit(1)
)
IS_OPENING: Final = (
    select(d.number).where(d.lane == bindparam("thread"), d.kind == "open", d.state.in_(_PENDING)).limit(1)
)
PENDING_OF_THREAD: Final = select(d.number, d.epoch).where(d.thread_id == bindparam("thread"), d.state.in_(_PENDING))
SILENCES: Final = (
    select(d.kind, func.max(d.due_at).label("until"))
    .join(CHANNEL, CHANNEL.c.id == d.channel_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        _WAITS,
        d.state == "due",
        d.due_at > bindparam("now"),
        d.cause == bindparam("why"),
    )
    .group_by(d.kind)
)
# Its conversation goes on elsewhere although its root stands: what is answered there still belongs to it.
_IS_LEFT_ALIVE = exists().where(
    d.conversation_id == t.conversation_id,
    d.kind == "open",
    d.state == "done",
    d.words.in_(("fallback", "escalated")),
)
REPAIRABLE: Final = (
    select(THREAD, CHANNEL.c.ref.label("channel_ref"), c.opened_at)
    .join(CHANNEL, CHANNEL.c.id == t.channel_id)
    .join(CONVERSATION, c.id == t.conversation_id)
    .where(
        CHANNEL.c.workplace == bindparam("workplace"),
        or_(t.state != "moved", _IS_LEFT_ALIVE),
        t.ref != "",
        or_(c.status != "closed", c.closed_at >= bindparam("since")),
    )
    .order_by(c.opened_at.desc())
    .limit(500)
)
HEARD_IN: Final = select(MESSAGE).where(m.thread_id == bindparam("thread"), m.ref.is_not(None))
SET_REPAIRED: Final = (
    update(THREAD)
    .where(t.id == bindparam("this"), t.repaired_upto < bindparam("upto"))
    .values(repaired_upto=bindparam("upto"))
)
FIRST_WORDS: Final = (
    select(MESSAGE)
    .where(m.conversation_id == bindparam("conversation"), m.speaker == "visitor")
    .order_by(m.place)
    .limit(1)
)
UNPOSTED: Final = (
    select(MESSAGE)
    .where(m.conversation_id == bindparam("conversation"), m.speaker == "visitor", m.receipt == "sent")
    .order_by(m.place)
)
UNDELIVERED: Final = (
    select(m.id)
    .where(m.conversation_id == bindparam("conversation"), m.speaker == "visitor", m.receipt == "undelivered")
    .limit(1)
)
SAID_SO_FAR: Final = (
    select(MESSAGE)
    .where(
        m.conversation_id == bindparam("conversation"),
        m.visibility == "public",
        m.speaker != "notice",
        m.removed.is_(False),
        or_(m.speaker == "agent", m.receipt == "posted"),
    )
    .order_by(m.place.desc(), m.ordering.desc())
    .limit(100)
)
