"""The published contracts and recorded payloads that may lie beside the project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "samples" / "slack"
PAYLOADS = Path(__file__).parent / "payloads"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="the samples are not on this machine")
JSON = dict[str, Any]


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def payload(name: str) -> JSON:
    found: JSON = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _inner(folder: str) -> Iterator[JSON]:
    for file in sorted((FOLDER / folder).glob("*.json")):
        parsed = json.loads(file.read_text(encoding="utf-8"))
        yield parsed.get("event", parsed)


def kind(event: JSON) -> str:
    subtype = event.get("subtype")
    return f"{event['type']}/{subtype}" if subtype and event["type"] == "message" else event["type"]


def events(wanted: str) -> list[JSON]:
    """Every recorded, tested or documented inner event of this kind."""
    folders = ("events_inner", "recorded/events", "events", "events_docs")
    every = (event for folder in folders for event in _inner(folder))
    return [event for event in every if event.get("type") and kind(event) == wanted]


def every_field() -> set[str]:
    """All field names ever seen in an event of any kind, at any depth."""
    found: set[str] = set()
    for folder in ("events_inner", "recorded/events", "events", "events_docs", "shapes"):
        for file in (FOLDER / folder).glob("*.json"):
            found |= fields(json.loads(file.read_text(encoding="utf-8")))
    return found


def fields(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(fields(one) for one in value.values()))
    return set().union(*(fields(one) for one in value)) if isinstance(value, list) else set()


def structure(value: Any) -> Any:
    """The keys and types without the values: what two payloads of one kind have in common."""
    if isinstance(value, dict):
        return {name: structure(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [structure(inner) for inner in value]
    return type(value).__name__
