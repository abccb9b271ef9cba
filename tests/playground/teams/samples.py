"""The recorded and documented activities that may lie beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "samples" / "teams"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="the samples are not on this machine")


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def keys(value: Any, above: str = "") -> set[str]:
    """The path of every key; the things in a list share theirs."""
    if isinstance(value, dict):
        own = {f"{above}{name}" for name in value}
        return own.union(*(keys(inner, f"{above}{name}.") for name, inner in value.items()))
    return set().union(*(keys(one, above) for one in value)) if isinstance(value, list) else set()
