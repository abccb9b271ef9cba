"""Payloads as files, one happening each; and, where they lie beside the project, recorded ones."""

import json
from pathlib import Path
from typing import Any

from adapters.slack.identity import Own

HERE = Path(__file__).parent / "payloads"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "slack"
OWN = Own(team="T1OURS", user="U1SILTA", bot="B1SILTA", app="A1SILTA", name="silta")


def payload(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def recorded(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (SAMPLES / folder).glob("**/*.json")]
    return sorted(found)


def wrapped(path: Path) -> list[Any]:
    """A file's event, alone and in a wrapper; some files hold the inner event only."""
    loaded = json.loads(path.read_text(encoding="utf-8"))
    whole = loaded.get("payload", loaded) if isinstance(loaded, dict) else loaded
    return [whole, {"type": "event_callback", "event": whole}]
