"""Reading the people who are in several workplaces."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.configuration.faults import shown
from adapters.configuration.section import Section
from adapters.configuration.values import WORKPLACES, matching
from bridge.configuration import PersonEntry


def people(sections: Mapping[str, Section]) -> tuple[PersonEntry, ...]:
    """All of them; each ref is one person's."""
    entries = tuple(_person(name, section) for name, section in sections.items())
    _refuse_doubles(sections, entries)
    return entries


def _person(name: str, section: Section) -> PersonEntry:
    refs = {
        workplace: section.read(
            workplace, matching(known.mention, "somebody who can be mentioned", known.mention_help), ""
        )
        for workplace, known in sorted(WORKPLACES.items())
        if workplace in section.table
    }
    if len(refs) < 2:
        section.fault("", "one workplace is not enough", "Write the person's ID in at least two, or leave them away.")
    return PersonEntry(name, tuple((workplace, ref) for workplace, ref in refs.items() if ref))


def _refuse_doubles(sections: Mapping[str, Section], entries: tuple[PersonEntry, ...]) -> None:
    first: dict[tuple[str, str], str] = {}
    for entry in entries:
        for place in entry.refs:
            other = first.setdefault(place, entry.name)
            if other != entry.name:
                wrong = f"{shown(place[1])} is {other} already"
                sections[entry.name].fault(place[0], wrong, "Write each ID once.")
