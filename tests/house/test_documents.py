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
SAME_EVERYWHERE: frozenset[str] = frozenset({"OK", "Silta", "April", "August", "September", "November"})
EXAMPLE_LINES = 90
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


# --- pages


PLACE = re.compile(r"`((?:(?:bridge|storage|adapters|tests|docs)/[\w./-]*\w/?)|app\.py|dev\.py)(?::([\w.]+))?`")
LINK = re.compile(r"\]\(([^)\s#]*)(#[^)\s]*)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def pages(root: Path) -> list[Path]:
    return [page for page in files(root, suffixes=(".md",)) if "tests" not in page.relative_to(root).parts]


def lost_places(root: Path) -> list[str]:
    """`file` or `file:name` of a page that is not there any more."""
    return [
        f"{page.relative_to(root)}: {place[0]}"
        for page in pages(root)
        for place in PLACE.finditer(page.read_text(encoding="utf-8"))
        if not is_there(root / place[1], (place[2] or "").split("."))
    ]


def is_there(file: Path, names: list[str]) -> bool:
    if names == [""]:
        return file.exists()
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return all(re.search(rf"^(?:\s*(?:async )?(?:def|class) )?{name}\b", text, re.MULTILINE) for name in names)


def broken_links(root: Path) -> list[str]:
    """Links between pages whose page or heading is not there."""
    return [
        f"{page.relative_to(root)}: {link[0]}"
        for page in pages(root)
        for link in LINK.finditer(page.read_text(encoding="utf-8"))
        if "://" not in link[1] and not leads_somewhere(page, link[1], link[2] or "")
    ]


def leads_somewhere(page: Path, path: str, anchor: str) -> bool:
    there = page.parent / path if path else page
    return there.exists() and (not anchor or anchor[1:] in anchors(there.read_text(encoding="utf-8")))


def anchors(text: str) -> set[str]:
    headings = HEADING.findall(text)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_pages_name_places_that_are_there():
    assert lost_places(ROOT) == []


def test_the_links_of_the_pages_lead_somewhere():
    assert broken_links(ROOT) == []


def test_a_lost_place_and_a_broken_link_would_be_found(tmp_path):
    (tmp_path / "app.py").write_text("class Here:\n    def there(self): ...\n")
    (tmp_path / "a.md").write_text(
        "# One, two\n`app.py:Here.there` `app.py:gone` `dev.py` [a](#one-two) [b](#two) [c](b.md)"
    )
    assert lost_places(tmp_path) == ["a.md: `app.py:gone`", "a.md: `dev.py`"]
    assert broken_links(tmp_path) == ["a.md: ](#two)", "a.md: ](b.md)"]


def test_each_setting_is_listed_with_its_default(settings):
    rows = dict(re.findall(r"^\| `(SILTA_\w+)` \| (?:`([^`]*)`)? ?\|", read("docs/settings.md"), re.MULTILINE))
    assert rows == {setting.name: setting.default for setting in settings}


def test_the_manifest_asks_for_the_events_that_are_read():
    inbound = importlib.import_module("adapters.slack.inbound")
    asked = re.search(r"bot_events:\n((?:\s+- \S+\n)+)", read("README.md"))
    assert asked
    events = {event.partition(".")[0] for event in asked[1].split() if event != "-"}
    members = (*inbound.MEMBER_EVENTS, *inbound.PERSON_EVENTS, *inbound.REVOCATIONS)
    assert events - {"message", *inbound.CHANNEL_EVENTS, *members} == set()
    assert {"message", "user_change"} <= events


def test_each_method_that_is_called_is_in_the_scopes_table():
    calls = re.compile(r"\"((?:apps|auth|chat|conversations|users|files|views|reactions)\.[a-zA-Z.]+)\"")
    sources = files(ROOT, ("adapters/slack",), (".py",))
    called = {name for file in sources for name in calls.findall(file.read_text(encoding="utf-8"))}
    assert {"chat.postMessage", "users.info"} <= called
    assert unmentioned(sorted(called), read("README.md")) == []


def test_each_command_of_agents_is_in_the_readme():
    names = importlib.import_module("bridge.commands").NAMES
    assert [name for name in names if f"`!{name}" not in read("README.md")] == []


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
