"""The texts keep up with the program: settings, sentences per language, locks, no stray paths."""

import importlib
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from tests.house.tree import ROOT, files

LANGUAGES = ("fi", "sv", "de")
# Sentences that are the same words in another language, by what they say.
SAME_EVERYWHERE: frozenset[str] = frozenset({"OK", "Silta"})
EXAMPLE_LINES = 60
EXAMPLE_LINE = re.compile(r"^#?\s?([A-Z][A-Z0-9_]+)=", re.MULTILINE)
# In pieces, so that this file does not contain what it looks for.
MACHINE_PATHS = tuple(f"/{folder}/" for folder in ("work", "root"))


@pytest.fixture(scope="module")
def settings():
    return importlib.import_module("adapters.settings").SETTINGS


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def unmentioned(names: list[str], text: str) -> list[str]:
    return [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def test_each_setting_says_what_it_is_for(settings):
    assert [setting.name for setting in settings if not setting.help.strip()] == []


def test_each_setting_is_documented(settings):
    documents = read("docs/settings.md") + read("README.md")
    assert unmentioned([setting.name for setting in settings], documents) == []


def test_the_example_holds_each_setting_and_no_other(settings):
    names = EXAMPLE_LINE.findall(read(".env.example"))
    assert sorted(names) == sorted(setting.name for setting in settings)


def test_the_example_stays_short():
    assert len(read(".env.example").splitlines()) < EXAMPLE_LINES


def test_a_missing_setting_would_be_found():
    assert unmentioned(["SILTA_A", "SILTA_AB"], "`SILTA_AB`: the second") == ["SILTA_A"]
    assert EXAMPLE_LINE.findall("AA=1\n#B_2=\n# CC=x\n# In words: d=e\n") == ["AA", "B_2", "CC"]


# --- sentences


def sentences(language: str) -> dict[str, str]:
    with (ROOT / f"bridge/wording/{language}.toml").open("rb") as file:
        return flat(tomllib.load(file))


def flat(table: dict[str, object], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{above}{key}.")
        else:
            found[f"{above}{key}"] = str(value)
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults(english: dict[str, str], other: dict[str, str]) -> list[str]:
    """What is missing, too much, differently filled in, or never translated."""
    found = [f"{key}: missing" for key in english.keys() - other.keys()]
    found += [f"{key}: not in English" for key in other.keys() - english.keys()]
    for key in english.keys() & other.keys():
        if placeholders(english[key]) != placeholders(other[key]):
            found.append(f"{key}: other placeholders")
        if english[key] == other[key] and is_translatable(english[key]):
            found.append(f"{key}: still English")
    return sorted(found)


def is_translatable(text: str) -> bool:
    words = "".join(literal for literal, _, _, _ in Formatter().parse(text))
    return text not in SAME_EVERYWHERE and any(letter.isalpha() for letter in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_exists_in_the_language(language):
    assert faults(sentences("en"), sentences(language)) == []


def test_there_is_no_language_without_this_check():
    found = {file.stem for file in (ROOT / "bridge/wording").glob("*.toml")}
    assert found == {"en", *LANGUAGES}


def test_a_faulty_language_would_be_found():
    english = {"a": "Hello {name}", "b": "Bye", "c": "{place}.", "d": "OK"}
    other = {"a": "Hei {nimi}", "b": "Bye", "c": "{place}.", "e": "Uusi"}
    assert faults(english, other) == [
        "a: other placeholders",
        "b: still English",
        "d: missing",
        "e: not in English",
    ]


# --- the rest


def test_the_changelog_tells_of_this_version():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert version in read("CHANGELOG.md")


def machine_paths(root: Path) -> list[str]:
    found = []
    for file in files(root):
        text = file.read_text(encoding="utf-8", errors="ignore")
        found += [f"{file.relative_to(root)}: {path}" for path in MACHINE_PATHS if path in text]
    return found


def test_no_file_names_a_folder_of_one_machine():
    assert machine_paths(ROOT) == []


def test_a_folder_of_one_machine_would_be_found(tmp_path):
    (tmp_path / "a.md").write_text(f"see {MACHINE_PATHS[1]}notes")
    assert machine_paths(tmp_path) == [f"a.md: {MACHINE_PATHS[1]}"]


@pytest.mark.parametrize("name", ["run", "dev", "boot"])
def test_a_lock_pins_by_hash_and_names_no_place(name):
    entries = re.sub(r" \\\n\s+", " ", read(f"requirements/{name}.txt")).splitlines()
    pins = [entry for entry in entries if not entry.startswith("#")]
    assert pins
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert [entry for entry in entries if "://" in entry or " /" in entry] == []


def test_the_dev_lock_holds_the_run_lock():
    pin = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)
    locked = {name: set(pin.findall(read(f"requirements/{name}.txt"))) for name in ("run", "dev")}
    assert locked["run"] <= locked["dev"]
