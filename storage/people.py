"""Agents: the people of each workplace as we know them, and who of them are one person.

A row for each (workplace, ref); `same_as` is the id of the row whose agent they are: the first that we met, by which
claims, joined lists and messages know them. Linked by the configuration, else by the address that workplaces verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.configuration import PersonEntry
from bridge.errors import NotFound
from bridge.model import Agent, AgentId, Conversation, Person, Standing
from bridge.topics import visitor_topic
from storage import rows
from storage import statements as sql
from storage import statements_people as people
from storage.connected import Connected
from storage.rows import AnyRow


class People(Connected):
    """See bridge.transaction.Conversations."""

    def agent(self, workplace: str, ref: str) -> Agent | None:
        row = self._one(people.AGENT_AT, workplace=workplace, ref=ref)
        return rows.agent(row) if row else None

    def agent_of(self, agent: str) -> Agent:
        row = self._one(sql.AGENT_BY_ID, id=agent)
        if row is None:
            raise NotFound(f"agent {agent}")
        return rows.agent(row)

    def put_agent(self, person: Person, workplace: str, new_id: str, now: datetime) -> Agent:
        values = {
            "name": person.name,
            "standing": person.standing.value,
            "photo": person.photo,
            "photo_type": person.photo_type,
            "photo_version": hashlib.sha256(person.photo).hexdigest()[:16] if person.photo else "",
            "email": person.email.strip().lower() if person.standing is Standing.MEMBER else "",
            "fresh_at": now,
        }
        place = {"workplace": workplace, "ref": person.ref}
        if not self._is_new(sql.AGENT, {"id": new_id, "same_as": new_id, **place, **values}):
            self._run(people.UPDATE_AGENT, {"in_workplace": workplace, "with_ref": person.ref, **values})
        self._link(workplace, person.ref, is_news=True)
        agent = self.agent(workplace, person.ref)
        if agent is None:
            raise NotFound(f"person {person.ref}")
        self._ring_visitors_of(agent.id)
        return agent

    def _ring_visitors_of(self, agent: AgentId) -> None:
        talking = self._connection.execute(people.VISITORS_OF_AGENT, {"agent": agent})
        self.rings += [visitor_topic(row.visitor_id) for row in talking]

    def photo(self, agent: str, version: str) -> tuple[bytes, str] | None:
        row = self._one(sql.PHOTO, id=agent, version=version)
        return (row.photo, row.photo_type) if row else None

    def _put_people(self, entries: Sequence[PersonEntry]) -> None:
        """Who is one person by the configuration from now on; all whom that may concern are looked at."""
        if set(entries) == set(self._people()):
            return
        before = self._connection.execute(people.CONCERNED).all()
        self._run(people.FORGET_PEOPLE, {})
        for entry in entries:
            for workplace, ref in entry.refs:
                self._is_new(people.PERSON_REF, {"workplace": workplace, "ref": ref, "name": entry.name})
        after = self._connection.execute(people.CONCERNED).all()
        for workplace, ref in sorted({(row.workplace, row.ref) for row in (*before, *after)}):
            self._link(workplace, ref, is_news=False)

    def _people(self) -> tuple[PersonEntry, ...]:
        refs: dict[str, list[tuple[str, str]]] = {}
        for row in self._connection.execute(people.PEOPLE):
            refs.setdefault(row.name, []).append((row.workplace, row.ref))
        return tuple(PersonEntry(name, tuple(sorted(both))) for name, both in refs.items())

    def _link(self, workplace: str, ref: str, *, is_news: bool) -> None:
        """Let a person be who they are by now, and those who were taken for the same.

        `is_news`: it is they who were just told of, so that others of the same person were there before.
        """
        row = self._one(people.WHO, workplace=workplace, ref=ref)
        if row is None:
            return
        others = self._connection.execute(people.TAKEN_FOR, {"agent": row.id}).all()
        for one in (row, *others):
            self._gather(one, row.id if is_news else "")

    def _gather(self, row: AnyRow, newest: str) -> None:
        group = self._group(row)
        first = _first(group, newest)
        for one in group:
            if one.same_as != first:
                self._become(one, first)

    def _group(self, row: AnyRow) -> Sequence[AnyRow]:
        """All rows of this person, as far as we have met them."""
        name = self._one(people.NAME_OF, workplace=row.workplace, ref=row.ref)
        if name is not None:
            return self._connection.execute(people.CALLED, {"name": name.name}).all()
        if not row.email:
            return [row]
        alike = self._connection.execute(people.WITH_EMAIL, {"email": row.email}).all()
        is_clear = len({one.workplace for one in alike}) == len(alike)  # two in one workplace share an address
        return alike if is_clear else [row]

    def _become(self, row: AnyRow, first: str) -> None:
        """From now on they are the agent of another row; what was theirs alone is that agent's too."""
        self._run(people.SET_SAME_AS, {"this": row.id, "first": first})
        if row.id == first or row.same_as != row.id:
            return  # what somebody did as another agent stays that one's
        for statement in people.HAND_OVER:
            self._run(statement, {"old": row.id, "first": first})
        self._forget_agent(AgentId(row.id), AgentId(first))
        self._ring_visitors_of(AgentId(first))

    def _forget_agent(self, old: AgentId, first: AgentId) -> None:
        """What this turn has read already."""
        for known in [known for known in self._known.values() if isinstance(known, Conversation)]:
            claimant = first if known.claimant == old else known.claimant
            joined = tuple(dict.fromkeys(first if one == old else one for one in known.joined))
            value = replace(known, claimant=claimant, joined=joined)
            self._known[known.id] = value
            if known.id in self._locked:
                self._locked[known.id] = value


def _first(group: Sequence[AnyRow], newest: str) -> str:
    """Whose agent a group is: the one that others are already, else one that was there before, else the first."""
    ids = {one.id for one in group}
    heads = [one.same_as for one in group if one.same_as in ids and one.same_as != one.id]
    known: list[Any] = [one.id for one in group if one.id != newest]
    return str((heads or known or [newest])[0])
