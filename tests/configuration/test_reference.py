"""The example and the reference page show every key, and no other."""

import re
import tomllib
from pathlib import Path
from typing import Any

from adapters.configuration import load
from adapters.configuration.channels import MOST_LEVELS
from adapters.configuration.schema import KEYS, NEEDED, children, homes
from adapters.configuration.sites import LONGEST_NAME, LONGEST_TEXT, OWN
from adapters.configuration.times import LONGEST_WAIT
from bridge.readable import duration
from bridge.wording import LANGUAGES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "silta.example.toml"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
CHOSEN = ("channels", "sites", "people", "sites.KEY.texts", "sites.KEY.texts.LANGUAGE")


def shapes(value: Any, shape: str = "") -> set[str]:
    """The paths of all that a file says, as the schema writes them."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {found for row in value for found in shapes(row, f"{shape}[]")}
    if not isinstance(value, dict):
        return {shape}
    chosen = children(shape)[0] if shape in CHOSEN else ""
    return {
        found for key, below in value.items() for found in shapes(below, ".".join(filter(None, [shape, chosen or key])))
    }


def test_the_example_has_every_key_and_no_fault():
    load(EXAMPLE)
    assert shapes(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))) == {key.path for key in KEYS}


def test_each_line_of_the_example_is_explained_or_plain():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    headers = [number for number, line in enumerate(lines) if line.startswith("[")]
    assert [line for line in lines if len(line) > 120] == []
    assert sum("#" in line for line in lines) > len(headers)


def test_the_page_has_a_row_for_each_key():
    rows = [(path, kind.strip(), default.strip()) for path, kind, default, _ in ROW.findall(PAGE)]
    assert rows == [
        (key.path, key.kind, f"**{key.default}**" if key.default == NEEDED else key.default) for key in KEYS
    ]


def test_each_key_says_what_it_is_for():
    assert [key.path for key in KEYS if not key.help.endswith(".")] == []
    helps = {path: text.strip() for path, _, _, text in ROW.findall(PAGE)}
    assert [key.path for key in KEYS if not helps[key.path].startswith(key.help)] == []


def test_the_limits_of_the_page_are_those_of_the_code():
    kinds = {key.path: key.kind for key in KEYS}
    assert f"at most {LONGEST_NAME} characters" in kinds["sites.KEY.name"]
    assert f"at most {LONGEST_TEXT} characters" in kinds["sites.KEY.texts.LANGUAGE.TEXT"]
    assert f"at most {duration(LONGEST_WAIT)}" in kinds["channels.NAME.escalation[].after"]
    assert kinds["sites.KEY.language"] == "en, fi, sv or de"
    assert set(LANGUAGES) == {"en", "fi", "sv", "de"}
    assert f"at most {MOST_LEVELS} levels" in PAGE
    assert [start for start in OWN if f"`{start}`" not in PAGE] == []


def test_the_examples_of_the_page_are_right():
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) >= 3
    for block in blocks:
        load(block)


def test_a_key_of_the_page_or_the_example_that_is_not_there_would_be_found():
    row = "| `channels.NAME.colour` | text | red | A colour. |"
    assert ROW.findall(row) == [("channels.NAME.colour", "text", "red", "A colour.")]
    assert shapes({"channels": {"a": {"colour": 1, "escalation": [{"after": 1}]}}}) == {
        "channels.NAME.colour",
        "channels.NAME.escalation[].after",
    }
    assert homes("zone") == ("channels.NAME.hours",)
