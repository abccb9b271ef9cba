"""The direction of imports: the rules know nobody, the outside and memory know only the rules."""

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.house.tree import OURS, ROOT, Import, files, imports, module_name, parsed

OWNERS = {
    "slack_bolt": ("adapters/slack/",),
    "slack_sdk": ("adapters/slack/",),
    "botbuilder": ("adapters/teams/",),
    "botframework": ("adapters/teams/",),
    "msrest": ("adapters/teams/",),
    "jwt": ("adapters/teams/", "adapters/playground/teams/"),
    "sqlalchemy": ("storage/",),
    "sqlmodel": ("storage/",),
    "alembic": ("storage/",),
    "asyncpg": ("storage/",),
    "redis": ("storage/",),
    "sqlite3": ("storage/",),
    "apscheduler": ("app.py",),
    "aiohttp": ("adapters/", "app.py"),
}
STORAGE_MAY = {"sqlmodel", "sqlalchemy", "alembic", "redis", "asyncpg"}
LATE = "adapters/registry.py"
PLATFORMS = re.compile(r"(?<![a-z])(?:slack|teams|discord)(?![a-z])", re.IGNORECASE)
CAMEL = re.compile(r"(?:Slack|Teams|Discord)(?![a-z])")


def product(root: Path) -> list[Path]:
    return files(root, (*OURS, "app.py", "dev.py"), (".py",))


def wrong_directions(root: Path) -> list[str]:
    """Each import that points where it must not."""
    found = []
    for file in product(root):
        place = file.relative_to(root).as_posix()
        for item in imports(root, file):
            why = _why_not(place, item)
            if why:
                found.append(f"{place}:{item.line} imports {item.name}: {why}")
    return found


def _why_not(place: str, item: Import) -> str:
    if item.top in ("app", "tests", "dev"):
        return "nothing imports it"
    owners = OWNERS.get(item.top)
    if owners and not place.startswith(owners):
        return f"only {' and '.join(owners)} may"
    if item.top in OURS:
        return _own(place, item)
    return _foreign(place, item)


def _own(place: str, item: Import) -> str:
    area = place.partition("/")[0]
    if area == "dev.py":
        return "the bootstrap is standard library only"
    if area == "app.py" or item.top == area != "adapters":
        return ""
    if area == "adapters":
        return _own_of_adapters(place, item)
    return "" if (area, item.top) == ("storage", "bridge") else f"{area} must not know it"


def _own_of_adapters(place: str, item: Import) -> str:
    if item.top == "storage":
        return "adapters never see storage"
    parts = place.split("/")
    if len(parts) > 2 and parts[1] == "playground":
        inside = item.name.startswith("adapters.playground.")
        return "" if inside else "the playground is the other end of the wire"
    if item.top == "bridge" or place == LATE:
        return ""
    home = f"adapters.{parts[1]}" if len(parts) > 2 else "adapters.settings"
    allowed = (home, "adapters.settings")
    is_allowed = any(f"{item.name}.".startswith(f"{known}.") for known in allowed)
    return "" if is_allowed else "a sibling"


def _foreign(place: str, item: Import) -> str:
    area = place.partition("/")[0]
    if item.top in sys.stdlib_module_names:
        return ""
    if area in ("bridge", "dev.py"):
        return f"{area} is standard library only"
    if area == "storage" and item.top not in STORAGE_MAY:
        return f"storage may have {', '.join(sorted(STORAGE_MAY))}"
    return ""


def late_imports(root: Path) -> list[str]:
    """Imports inside functions, and imports by name, outside the registry."""
    found = []
    for file in product(root):
        place = file.relative_to(root).as_posix()
        if place == LATE:
            continue
        found += [f"{place}:{item.line}" for item in imports(root, file) if item.is_late]
        found += [f"{place}:{node.lineno}" for node in _calls_by_name(parsed(file))]
    return found


def _calls_by_name(tree: ast.AST) -> list[ast.Call]:
    names = {"import_module", "__import__"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).rpartition(".")[2] in names]


def cycles(root: Path) -> list[str]:
    sources = {module_name(root, file): file for file in product(root)}
    graph = {
        name: {_nearest(item, set(sources)) for item in imports(root, file)} - {"", name}
        for name, file in sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        return [" -> ".join(reversed(cycle.args[1]))]
    return []


def _nearest(item: Import, known: set[str]) -> str:
    return next((name for name in (item.name, item.module) if name in known), "")


def platform_names(root: Path) -> list[str]:
    """The rules and the memory do not know which workplaces exist."""
    found = []
    for file in files(root, ("bridge", "storage"), (".py", ".toml", ".mako", ".sql", ".ini")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if PLATFORMS.search(line) or CAMEL.search(line):
                found.append(f"{file.relative_to(root)}:{number}: {line.strip()}")
    return found


RULES = (wrong_directions, late_imports, cycles, platform_names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule):
    assert rule(ROOT) == []


WRONG = [
    (wrong_directions, "bridge/a.py", "import pydantic"),
    (wrong_directions, "bridge/a.py", "from storage import tables"),
    (wrong_directions, "bridge/policies/a.py", "from ...adapters.web import inbound"),
    (wrong_directions, "bridge/a.py", "import sqlite3"),
    (wrong_directions, "storage/a.py", "import pydantic"),
    (wrong_directions, "storage/a.py", "from adapters.settings import SETTINGS"),
    (wrong_directions, "adapters/web/a.py", "from storage import tables"),
    (wrong_directions, "adapters/web/a.py", "from adapters import slack"),
    (wrong_directions, "adapters/web/a.py", "from ..slack import render"),
    (wrong_directions, "adapters/web/a.py", "import sqlalchemy as sa"),
    (wrong_directions, "adapters/web/a.py", "from slack_sdk.errors import SlackApiError"),
    (wrong_directions, "adapters/slack/a.py", "from botbuilder.core import TurnContext"),
    (wrong_directions, "adapters/playground/a.py", "from bridge import model"),
    (wrong_directions, "adapters/playground/a.py", "from adapters.settings import SETTINGS"),
    (wrong_directions, "adapters/settings.py", "from adapters.web import inbound"),
    (wrong_directions, "adapters/terminal/a.py", "import app"),
    (wrong_directions, "adapters/web/a.py", "import apscheduler"),
    (wrong_directions, "dev.py", "import click"),
    (late_imports, "bridge/a.py", "def f():\n    import json"),
    (late_imports, "app.py", "async def f():\n    if x:\n        from bridge import model"),
    (late_imports, "adapters/web/a.py", "import importlib\nimportlib.import_module('json')"),
    (cycles, "bridge/a.py", "from bridge import b"),
    (cycles, "bridge/a.py", "from .b import thing"),
    (platform_names, "bridge/a.py", "slack_ts = 1"),
    (platform_names, "bridge/a.py", "class SlackThread: ..."),
    (platform_names, "storage/script.mako", "# for Discord"),
    (platform_names, "bridge/wording/en.toml", 'a = "Microsoft TEAMS"'),
]


@pytest.mark.parametrize(("rule", "place", "text"), WRONG)
def test_a_wrong_file_is_found(tmp_path, rule, place, text):
    other = tmp_path / "bridge/b.py"
    wrong = tmp_path / place
    for file, content in ((other, "from bridge import a"), (wrong, text)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    assert len(rule(tmp_path)) == 1


RIGHT = [
    ("bridge/a.py", "import tomllib\nfrom . import model\nslacking = 'our team'"),
    ("storage/a.py", "import sqlite3\nfrom sqlmodel import Field\nfrom bridge import model"),
    ("adapters/slack/a.py", "from slack_sdk.web import client\nfrom adapters.slack import ids"),
    ("adapters/web/a.py", "from aiohttp import web\nfrom adapters.settings import Settings"),
    ("adapters/web/a.py", "from ..settings import Settings\nfrom .views import page"),
    ("adapters/playground/a.py", "import aiohttp\nfrom adapters.playground import wire"),
    ("adapters/registry.py", "def load():\n    from adapters.slack import setup\n    return setup"),
    ("app.py", "import apscheduler\nfrom aiohttp import web\nfrom storage import tables"),
]


@pytest.mark.parametrize(("place", "text"), RIGHT)
def test_a_right_file_is_let_be(tmp_path, place, text):
    right = tmp_path / place
    right.parent.mkdir(parents=True, exist_ok=True)
    right.write_text(text)
    assert [finding for rule in RULES for finding in rule(tmp_path)] == []
