"""What a try of the real workspace found: each thing in words, and all of it as one value for whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

CAPABILITIES: Final = "capabilities"
# What was tried, and the capability that it shows; of some also how much.
_SHOWS: Final = {
    "scopes": "scopes",
    "post": "posts",
    "marker": "read_back",
    "edit": "edits",
    "marker after an edit": "edits_keep_the_marker",
    "reaction": "receipts",
    "name": "author_names",
    "broadcast": "broadcasts",
    "private line": "private_answers",
    "events": "events",
    "clean-up": "deletes",
}
_MEASURES: Final = {"marker": "read_back_seconds", "blocks": "block_characters"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was tried, whether it is as we need it, and what was seen.

    `measure` is how much of it there is, where that is a number. `facts` are all that was found, in the last one.
    """

    what: str
    is_well: bool
    seen: str = ""
    is_tried: bool = True
    measure: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What this workspace can do; None where it was not tried, or did not get that far."""

    scopes: bool | None = None
    posts: bool | None = None
    read_back: bool | None = None
    read_back_seconds: float | None = None
    edits: bool | None = None
    edits_keep_the_marker: bool | None = None
    receipts: bool | None = None
    author_names: bool | None = None
    broadcasts: bool | None = None
    private_answers: bool | None = None
    block_characters: int | None = None
    events: bool | None = None
    deletes: bool | None = None


def found(findings: Iterable[Finding]) -> Found:
    """The findings as one value."""
    tried = [one for one in findings if one.is_tried]
    shown = {_SHOWS[one.what]: one.is_well for one in tried if one.what in _SHOWS}
    measured = {_MEASURES[one.what]: one.measure for one in tried if one.what in _MEASURES}
    return Found(**shown, **measured)  # type: ignore[arg-type]


def found_capabilities(findings: Iterable[Finding]) -> dict[str, Any]:
    """The same as JSON can hold it."""
    return asdict(found(findings))


def summary(findings: Iterable[Finding]) -> Finding:
    """The last finding: everything in one line, and as facts."""
    facts = found_capabilities(findings)
    known = {name: value for name, value in facts.items() if value is not None}
    seen = ", ".join(_words(name, value) for name, value in known.items())
    return Finding(CAPABILITIES, is_well=True, seen=seen or "nothing was tried", facts=facts)


def _words(name: str, value: bool | float) -> str:
    words = name.replace("_", " ")
    if isinstance(value, bool):
        return words if value else f"no {words}"
    return f"{value:g} {words}"
