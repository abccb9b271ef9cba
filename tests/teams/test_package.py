"""The package of the Teams app: whole, the same each time, valid by Microsoft's schemas, and refused when it is not."""

import copy
import io
import json
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from adapters.teams import icons, manifest_rules
from adapters.teams.package import SETTING_OF, PackageValues, faults, files, manifest, package
from adapters.terminal.commands import commands
from app import Programme
from bridge.commands import NAMES, parse
from bridge.errors import Refused
from bridge.wording import LANGUAGES

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "samples" / "teams"
needed = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not on this machine")
VALUES = PackageValues(
    app_id="11111111-1111-4111-8111-111111111111",
    name="Silta",
    public_url="https://chat.example.com",
    developer_name="Shop Oy",
    developer_url="https://shop.example",
    privacy_url="https://shop.example/privacy",
    terms_url="https://shop.example/terms",
    version="1.0.0",
)
ENVIRONMENT = {
    "SILTA_TEAMS_APP_ID": VALUES.app_id,
    "SILTA_TEAMS_DEVELOPER_NAME": VALUES.developer_name,
    "SILTA_TEAMS_DEVELOPER_URL": VALUES.developer_url,
    "SILTA_TEAMS_PRIVACY_URL": VALUES.privacy_url,
    "SILTA_TEAMS_TERMS_URL": VALUES.terms_url,
    "SILTA_PUBLIC_URL": VALUES.public_url,
}


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


# --- what it is


def test_the_zip_holds_the_manifest_and_what_it_names():
    held = unpacked(package(VALUES))
    assert list(held) == ["manifest.json", "color.png", "outline.png", "fi.json", "sv.json", "de.json"]
    told = json.loads(held["manifest.json"])
    assert told == manifest(VALUES)
    assert {told["icons"]["color"], told["icons"]["outline"]} <= set(held)
    assert {one["file"] for one in told["localizationInfo"]["additionalLanguages"]} <= set(held)


def test_the_same_values_give_the_same_bytes():
    assert package(VALUES) == package(replace(VALUES))
    assert package(VALUES) != package(replace(VALUES, version="1.0.1"))
    with zipfile.ZipFile(io.BytesIO(package(VALUES))) as archive:
        assert {(entry.date_time, entry.create_system) for entry in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 3)}


def test_the_bot_is_for_teams_and_asks_to_hear_all():
    told = manifest(VALUES)
    (bot,) = told["bots"]
    assert (bot["botId"], bot["scopes"]) == (VALUES.app_id, ["team"])
    assert not bot["isNotificationOnly"]
    assert not bot["supportsFiles"]
    assert told["webApplicationInfo"] == {"id": VALUES.app_id, "resource": VALUES.public_url}
    asked = told["authorization"]["permissions"]["resourceSpecific"]
    assert asked == [{"name": "ChannelMessage.Read.Group", "type": "Application"}]


def test_each_command_of_ours_is_offered_and_no_other():
    (listed,) = manifest(VALUES)["bots"][0]["commandLists"]
    read = [parse(command["title"]) for command in listed["commands"]]
    assert [command and command.name for command in read] == list(NAMES)
    assert all(command["description"] for command in listed["commands"])


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_each_language_says_everything_in_its_own_words(language):
    words = json.loads(files(VALUES)[f"{language}.json"])
    said = {place: manifest_rules.at(manifest(VALUES), place) for place in words if place != "$schema"}
    assert len(said) == len(manifest_rules.TRANSLATED) + len(NAMES)
    assert [place for place, english in said.items() if words[place] == english] == ["name.short"]


@needed
@pytest.mark.parametrize("version", ["1.25", "1.30"])
def test_the_manifest_is_valid_by_the_published_schemas(version):
    schema = json.loads((SAMPLES / f"manifest-schema-{version}.json").read_text(encoding="utf-8"))
    told = manifest(VALUES) | {"manifestVersion": version}
    published = jsonschema.Draft4Validator(schema)  # some patterns in it are no Python; none is of what we use
    assert [fault.message for fault in published.iter_errors(told)] == []
    assert not published.is_valid(told | {"accentColor": "blue"})


def test_the_readme_tells_the_way_and_the_reason_for_what_is_asked():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    asked = [manifest_rules.HEARS_ALL["name"], *manifest_rules.ASKS]
    assert [name for name in (*asked, *ENVIRONMENT, "teams-package silta-teams.zip") if name not in readme] == []


def test_it_is_made_without_the_bots_sdk():
    code = "import adapters.teams.package, sys; print({'botbuilder', 'botframework', 'msrest'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


# --- the pictures


def pixels(picture):
    """Rows of pixels of an unfiltered PNG."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    found: dict[bytes, bytes] = {}
    rest = picture[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        name, content, check = rest[4:8], rest[8 : 8 + length], rest[8 + length : 12 + length]
        assert zlib.crc32(name + content) == int.from_bytes(check)
        found[name] = found.get(name, b"") + content
        rest = rest[12 + length :]
    width, height, depth, kind = struct.unpack(">IIBB", found[b"IHDR"][:10])
    each = {2: 3, 6: 4}[kind]
    lines = zlib.decompress(found[b"IDAT"])
    stride = 1 + width * each
    assert (depth, len(lines)) == (8, stride * height)
    assert {lines[row * stride] for row in range(height)} == {0}
    return [[tuple(lines[row * stride + 1 + n * each :][:each]) for n in range(width)] for row in range(height)]


def test_the_colour_picture_is_the_white_mark_on_blue():
    rows = pixels(icons.color())
    assert (len(rows), len(rows[0])) == (192, 192)
    shades = {pixel for row in rows for pixel in row}
    blue = tuple(bytes.fromhex(icons.ACCENT[1:]))
    assert {blue, (255, 255, 255)} < shades
    assert len(shades) > 20, "the edges are not smooth"
    edge = [pixel for n, row in enumerate(rows) for m, pixel in enumerate(row) if not (36 <= n < 156 and 36 <= m < 156)]
    assert set(edge) == {blue}, "the mark leaves the part that is never cut off"
    assert 0.1 < sum(pixel == (255, 255, 255) for row in rows for pixel in row) / 192**2 < 0.5


def test_the_outline_is_white_and_nothing_else():
    rows = pixels(icons.outline())
    assert (len(rows), len(rows[0])) == (32, 32)
    assert {pixel[:3] for row in rows for pixel in row} == {(255, 255, 255)}
    alphas = {pixel[3] for row in rows for pixel in row}
    assert {0, 255} < alphas
    assert rows[0] == [(255, 255, 255, 0)] * 32


def test_the_mark_is_alike_on_both_sides():
    for row in pixels(icons.outline()):
        assert row == row[::-1]


# --- its faults


def test_ours_has_none():
    assert faults(VALUES) == []
    assert manifest_rules.faults(manifest(VALUES), files(VALUES)) == []


def changed(place, value):
    """The manifest with another value at a place; `...` takes it out."""
    told = copy.deepcopy(manifest(VALUES))
    *way, last = [int(word) if word.isdigit() else word for word in re.findall(r"[^.\[\]]+", place)]
    spot: Any = told
    for word in way:
        spot = spot[word]
    if value is ...:
        del spot[last]
    else:
        spot[last] = value
    return told


LIST = "bots[0].commandLists[0]"
RSC = "authorization.permissions.resourceSpecific"
COMMAND = {"title": "!claim", "description": "take it"}
WRONG = [
    ("staticTabs", [], "staticTabs: is nothing that this app needs"),
    ("name.short", "x" * 31, "name.short: has 31 characters; shorten it to 30"),
    ("name.short", " ", "name.short: says nothing"),
    ("name", ..., "name.short: says nothing"),
    ("description.short", "x" * 81, "description.short: has 81"),
    ("description.full", "x" * 4001, "description.full: has 4001"),
    ("developer.name", "x" * 33, "developer.name: has 33"),
    ("id", "silta", "id: is no id"),
    ("bots[0].botId", ..., "bots[0].botId: is no id"),
    ("webApplicationInfo.id", "22222222-2222-4222-8222-222222222222", "webApplicationInfo.id: is another app"),
    ("webApplicationInfo.resource", "", "webApplicationInfo.resource: is no https address"),
    ("developer.websiteUrl", "http://shop.example", "developer.websiteUrl: is no https address"),
    ("developer.websiteUrl", "https://[shop", "developer.websiteUrl: is no https address"),
    ("developer.privacyUrl", "https://", "developer.privacyUrl: is no https address"),
    ("developer.termsOfUseUrl", "https://shop.example/" + "x" * 2048, "developer.termsOfUseUrl: has 2069"),
    ("manifestVersion", "1.30", 'manifestVersion: is "1.30"; write "1.25"'),
    ("supportsChannelFeatures", ..., 'supportsChannelFeatures: is null; write "tier1"'),
    ("defaultInstallScope", "personal", "defaultInstallScope: is"),
    ("defaultGroupCapability.team", "tab", "defaultGroupCapability.team: is"),
    ("bots[0].scopes", ["team", "personal"], "bots[0].scopes: is"),
    ("bots[0].isNotificationOnly", 0, "bots[0].isNotificationOnly: is 0; write false"),
    ("bots[0].supportsFiles", True, "bots[0].supportsFiles: is true; write false"),
    ("version", "1.0", "version: is not of three numbers"),
    ("version", "1.00.0", "version: is not of three numbers"),
    ("accentColor", "blue", "accentColor: is no colour"),
    ("bots", [manifest(VALUES)["bots"][0]] * 2, "bots: must hold one"),
    ("bots[0].commandLists", [], "bots[0].commandLists: must hold one"),
    (f"{LIST}.scopes", ["personal"], f"{LIST}.scopes: must be"),
    (f"{LIST}.commands", [], f"{LIST}.commands: must be 1 to 12"),
    (f"{LIST}.commands", [COMMAND] * 13, f"{LIST}.commands: must be 1 to 12"),
    (f"{LIST}.commands", [COMMAND] * 2, f"{LIST}.commands: !claim stands there 2 times"),
    (f"{LIST}.commands[0]", "!claim", f"{LIST}.commands[0].title: says nothing"),
    (f"{LIST}.commands[0].title", "claim", f"{LIST}.commands[0].title: does not begin with !"),
    (f"{LIST}.commands[0].title", "!" * 129, f"{LIST}.commands[0].title: has 129"),
    (f"{LIST}.commands[0].description", "", f"{LIST}.commands[0].description: says nothing"),
    ("permissions", ["identity"], "permissions: must be identity and messageTeamMembers"),
    (RSC, [], f"{RSC}: lacks ChannelMessage.Read.Group"),
    (RSC, [manifest_rules.HEARS_ALL] * 2, f"{RSC}: must be at most 16, each once"),
    (RSC, [manifest_rules.HEARS_ALL, {"name": "X", "type": "Both"}], f"{RSC}[1]: must have a name and the type"),
    ("validDomains", "shop.example", "validDomains: must be a list"),
    ("validDomains", ["https://shop.example"], "validDomains[0]: is no host"),
    ("icons.color", "colour.png", "icons.color: there is no file colour.png"),
    ("icons.color", "fi.json", "fi.json: is no whole PNG"),
    ("icons.color", "outline.png", "outline.png: must be 192 x 192 pixels"),
    ("localizationInfo.defaultLanguageTag", "", "localizationInfo.defaultLanguageTag: is no language"),
    (
        "localizationInfo.additionalLanguages[0].languageTag",
        "en",
        "localizationInfo.additionalLanguages[0].languageTag: is no language of its own",
    ),
    (
        "localizationInfo.additionalLanguages[0].file",
        "se.json",
        "localizationInfo.additionalLanguages[0].file: there is no file se.json",
    ),
]


@pytest.mark.parametrize(("place", "value", "said"), WRONG)
def test_each_fault_is_told_with_its_place(place, value, said):
    found = manifest_rules.faults(changed(place, value), files(VALUES))
    assert [fault for fault in found if fault.startswith(said)], found
    assert all((": " in fault and "; " in fault) or ": must " in fault for fault in found)


def test_each_rule_has_a_wrong_example():
    whole = files(VALUES)
    silent = [
        rule.__name__
        for rule in manifest_rules.RULES
        if not any(list(rule(changed(place, value), whole)) for place, value, _ in WRONG)
    ]
    assert silent == []


SMALL = icons.png(32, icons.RGB, iter([b"\xff\xff\xff" * 32] * 32))
WRONG_FILES = [
    ("color.png", b"GIF89a", "color.png: is no whole PNG"),
    ("color.png", icons.color()[:-1], "color.png: is no whole PNG"),
    ("color.png", icons.color()[:-12], "color.png: is no whole PNG"),
    ("color.png", icons.SIGNATURE, "color.png: is no whole PNG"),
    ("color.png", icons.color()[:60] + b"?" + icons.color()[61:], "color.png: is no whole PNG"),
    ("color.png", SMALL, "color.png: must be 192 x 192 pixels of 8 bits, without transparency"),
    ("outline.png", SMALL, "outline.png: must be 32 x 32 pixels of 8 bits, with alpha"),
    ("fi.json", b"\xff", "fi.json: is no JSON object"),
    ("fi.json", b"[]", "fi.json: is no JSON object"),
    ("fi.json", b"{}", "fi.json: description.full: says nothing"),
    ("fi.json", b'{"name.long": ""}', "fi.json: name.long is nothing that can be translated"),
    (
        "fi.json",
        b'{"bots[0].commandLists[0].commands[9].title": "!x"}',
        "fi.json: bots[0].commandLists[0].commands[9].title is nothing that can be translated",
    ),
    (
        "fi.json",
        b'{"bots[0].commandLists[0].commands[0].description": ""}',
        "fi.json: bots[0].commandLists[0].commands[0].description: says nothing",
    ),
]


@pytest.mark.parametrize(("name", "content", "said"), WRONG_FILES)
def test_each_fault_of_a_file_is_told_with_its_name(name, content, said):
    found = manifest_rules.faults(manifest(VALUES), files(VALUES) | {name: content})
    assert [fault for fault in found if fault.startswith(said)], found
    assert all(fault.startswith(name) for fault in found)


def test_a_manifest_of_nothing_has_faults_and_no_accident():
    assert len(manifest_rules.faults({}, {})) > 15
    odd = dict.fromkeys(manifest(VALUES), 7)
    assert len(manifest_rules.faults(odd, {})) > 15


def test_other_languages_may_be_left_out():
    told = manifest(VALUES)
    del told["localizationInfo"]
    assert manifest_rules.faults(told, files(VALUES)) == []


WRONG_VALUES = [
    ("app_id", "silta", "SILTA_TEAMS_APP_ID"),
    ("name", "x" * 31, "SILTA_TEAMS_APP_NAME"),
    ("public_url", "http://127.0.0.1:8300", "SILTA_PUBLIC_URL"),
    ("developer_name", "", "SILTA_TEAMS_DEVELOPER_NAME"),
    ("developer_url", "http://shop.example", "SILTA_TEAMS_DEVELOPER_URL"),
    ("privacy_url", "", "SILTA_TEAMS_PRIVACY_URL"),
    ("terms_url", "shop.example", "SILTA_TEAMS_TERMS_URL"),
    ("version", "two", "--app-version"),
]


@pytest.mark.parametrize(("name", "value", "setting"), WRONG_VALUES)
def test_a_wrong_value_is_refused_with_the_setting_to_mend(name, value, setting):
    wrong = replace(VALUES, **{name: value})
    assert [fault.partition(": ")[0] for fault in faults(wrong)] == [setting]
    with pytest.raises(Refused, match=re.escape(setting)):
        package(wrong)


def test_each_setting_that_can_be_wrong_was_tried():
    assert {setting for _, _, setting in WRONG_VALUES} == set(SETTING_OF.values())


# --- the command


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch, tmp_path):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def run(*words, **environment):
    return CliRunner().invoke(commands(Programme()), ["teams-package", *words], env=environment)


def test_the_command_writes_the_package(tmp_path):
    told = run("silta-teams.zip", **ENVIRONMENT)
    assert (told.exit_code, told.output) == (0, "silta-teams.zip is version 1.0.0 of the app; upload it in Teams.\n")
    assert (tmp_path / "silta-teams.zip").read_bytes() == package(VALUES)
    run("silta-teams.zip", "--app-version", "1.0.1", **ENVIRONMENT)
    assert (tmp_path / "silta-teams.zip").read_bytes() == package(replace(VALUES, version="1.0.1"))


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_what_is_not_set_is_told_in_one_sentence_and_nothing_is_written(name, tmp_path):
    told = run("silta-teams.zip", **{**ENVIRONMENT, name: ""})
    assert (told.exit_code, told.stdout, len(told.stderr.splitlines())) == (2, "", 1)
    assert told.stderr.startswith(f"{name} is not set: ")
    assert not (tmp_path / "silta-teams.zip").exists()


def test_what_teams_would_refuse_is_not_written(tmp_path):
    changed = {**ENVIRONMENT, "SILTA_TEAMS_TERMS_URL": "http://shop.example/terms"}
    told = run("silta-teams.zip", "--app-version", "two", **changed)
    assert (told.exit_code, told.stdout) == (2, "")
    assert [line.partition(": ")[0] for line in told.stderr.splitlines()] == ["SILTA_TEAMS_TERMS_URL", "--app-version"]
    assert not (tmp_path / "silta-teams.zip").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    told = run("nowhere/silta-teams.zip", **ENVIRONMENT)
    assert (told.exit_code, told.stderr) == (
        2,
        "nowhere/silta-teams.zip cannot be written: No such file or directory.\n",
    )
    assert run(str(tmp_path), **ENVIRONMENT).exit_code == 2
