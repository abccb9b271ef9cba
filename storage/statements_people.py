"""Statements of agents and of who among them are one person, built once."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, exists, func, literal_column, or_, select, update

from storage import rows
from storage.statements import AGENT, CONVERSATION, MESSAGE
from storage.tables import METADATA

PERSON_REF: Final[Table] = METADATA.tables["person_ref"]
a, c, m, p = AGENT.c, CONVERSATION.c, MESSAGE.c, PERSON_REF.c
_WHO = select(a.id, a.workplace, a.ref, a.same_as, a.email)
_IS_NAMED = exists().where(p.workplace == a.workplace, p.ref == a.ref)
_OWN: Final = [AGENT.c[name] for name in rows.AGENT_COLUMNS if name != "id"]
_SET: dict[str, Any] = {
    column.name: bindparam(column.name)
    for column in AGENT.columns
    if column.name not in ("id", "workplace", "ref", "same_as")
}

AGENT_AT: Final = select(a.same_as.label("id"), *_OWN).where(
    a.workplace == bindparam("workplace"), a.ref == bindparam("ref")
)
UPDATE_AGENT: Final = (
    update(AGENT).where(a.workplace == bindparam("in_workplace"), a.ref == bindparam("with_ref")).values(_SET)
)
VISITORS_OF_AGENT: Final = select(c.visitor_id).where(
    c.claimant == bindparam("agent"), c.status == literal_column("'claimed'")
)

PEOPLE: Final = select(PERSON_REF).order_by(p.name, p.workplace)
FORGET_PEOPLE: Final = delete(PERSON_REF)
NAME_OF: Final = select(p.name).where(p.workplace == bindparam("workplace"), p.ref == bindparam("ref"))
WHO: Final = _WHO.where(a.workplace == bindparam("workplace"), a.ref == bindparam("ref"))
TAKEN_FOR: Final = _WHO.where(a.same_as == bindparam("agent"), a.id != bindparam("agent")).order_by(a.workplace, a.ref)
CONCERNED: Final = select(a.workplace, a.ref).where(or_(a.same_as != a.id, _IS_NAMED, a.email != ""))
CALLED: Final = (
    _WHO.join(PERSON_REF, (p.workplace == a.workplace) & (p.ref == a.ref))
    .where(p.name == bindparam("name"))
    .order_by(a.workplace)
)
WITH_EMAIL: Final = _WHO.where(
    a.email == bindparam("email"), a.standing == literal_column("'member'"), ~_IS_NAMED
).order_by(a.workplace)
SET_SAME_AS: Final = update(AGENT).where(a.id == bindparam("this")).values(same_as=bindparam("first"))
_OLD: Any = bindparam("old", type_=c.joined.type)
# What was one agent's is another's: claims and joined lists of conversations, and what they said.
HAND_OVER: Final = (
    update(CONVERSATION).where(c.claimant == bindparam("old")).values(claimant=bindparam("first")),
    update(CONVERSATION)
    .where(c.joined.contains(_OLD))
    .values(joined=func.replace(c.joined, _OLD, bindparam("first", type_=c.joined.type))),
    update(MESSAGE).where(m.agent_id == bindparam("old")).values(agent_id=bindparam("first")),
)
