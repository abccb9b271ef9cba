"""Activities as files, one happening each, with what it becomes; and recorded ones, where they lie beside us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.playground.teams.workspace import ANNA, APP_ID, SUPPORT, TEAM, TENANT, Workspace
from adapters.teams.inbound import Frame

HERE = Path(__file__).parent / "payloads"
OWN_FILES = sorted(path.stem for path in HERE.glob("*.json"))
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "teams"
OUR_TENANT = "11111111-0000-4000-8000-000000000001"
BOT = "28:22222222-0000-4000-8000-000000000001"
NOW = datetime.fromtimestamp(1_790_000_099, UTC)
FRAME = Frame(BOT, OUR_TENANT, "acme", NOW)
Activity = dict[str, Any]


def payload(name: str) -> tuple[Activity, Activity]:
    """The activity and what it becomes."""
    loaded = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return loaded["activity"], loaded["becomes"]


def recorded() -> list[Path]:
    """The samples that are activities."""
    return [path for path in sorted(SAMPLES.glob("*.json")) if "conversation" in _loaded(path)]


def _loaded(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def at_home(activity: Any, service: str) -> Any:
    """One of our own files, told of the pretend team."""
    anna = Workspace.pretend().people[ANNA]
    names = {
        OUR_TENANT: TENANT,
        BOT.removeprefix("28:"): APP_ID,
        "19:help0000@thread.tacv2": SUPPORT,
        "19:team0000@thread.tacv2": TEAM,
        "29:1anna": ANNA,
        "33333333-0000-4000-8000-000000000001": anna.aad_id,
    }
    text = json.dumps(activity)
    for name, ours in names.items():
        text = text.replace(name, ours)
    return json.loads(text) | {"serviceUrl": service}


def brought_home(path: Path, service: str) -> Activity:
    """A recorded activity, of our organisation and to us."""
    activity: Activity = _loaded(path)
    activity |= {"serviceUrl": service, "channelId": "msteams"}
    activity["conversation"] = {**activity["conversation"], "tenantId": TENANT}
    return activity
