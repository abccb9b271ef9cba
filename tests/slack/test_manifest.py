"""The manifest asks for what the code uses, and for nothing else; the README shows the same."""

import ast
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest

import adapters.slack
from adapters.playground.contract import METHODS as PRETENDED
from adapters.slack import inbound, manifest
from tests.slack.payloads import SAMPLES

ADAPTER = Path(adapters.slack.__file__).parent
README = (ADAPTER.parents[1] / "README.md").read_text(encoding="utf-8")
METHOD = re.compile(r"(?:apps|auth|chat|conversations|users|files|views|reactions|emoji|team|usergroups)\.[a-zA-Z.]+")
CALLS = {"called", "api_call", "_react"}
PUBLIC = "https://chat.example.com"
needed = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not on this machine")


def strings_in_calls() -> set[str]:
    """Every method that is handed to one of the ways out, and those chosen beforehand."""
    found = set()
    for file in sorted(ADAPTER.glob("*.py")):
        if file.name == "manifest.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and METHOD.fullmatch(node.value):
                found.add(node.value)
    return found


def handled() -> set[str]:
    kinds = {"message", *inbound.CHANNEL_EVENTS, *inbound.MEMBER_EVENTS, *inbound.PERSON_EVENTS}
    return kinds | set(inbound.REVOCATIONS)


def code() -> str:
    files = (file for file in ADAPTER.glob("*.py") if file.name != "manifest.py")
    return "".join(file.read_text(encoding="utf-8") for file in files)


def test_the_table_of_methods_is_what_is_called():
    assert strings_in_calls() == set(manifest.METHODS)


def test_each_method_has_its_scope():
    granted = {*manifest.SCOPES, manifest.APP_LEVEL}
    assert [name for name, any_of in manifest.METHODS.items() if any_of and not granted & set(any_of)] == []


def test_each_scope_is_needed_by_a_method_an_event_or_an_argument_that_is_used():
    used = {scope for any_of in manifest.METHODS.values() for scope in any_of} | set(manifest.EVENTS.values())
    used |= {scope for argument, scope in manifest.ARGUMENTS.items() if f'"{argument}"' in code()}
    assert used - {"", manifest.APP_LEVEL} == set(manifest.SCOPES)


def test_each_event_is_handled_and_has_its_scope():
    assert {name.partition(".")[0] for name in manifest.EVENTS} <= handled()
    assert {scope for scope in manifest.EVENTS.values() if scope} <= set(manifest.SCOPES)


def test_the_pretend_slack_knows_each_method():
    assert set(manifest.METHODS) <= set(PRETENDED)


@needed
def test_each_method_has_a_published_scope():
    published = json.loads((SAMPLES / "method_contracts.json").read_text(encoding="utf-8"))
    for name, any_of in manifest.METHODS.items():
        if any_of == (manifest.APP_LEVEL,):
            continue  # an app-level token's scopes are not in the table
        scopes = published[name]["scope"]
        known = {scope for kind in scopes.values() for scope in (kind if isinstance(kind, list) else [kind])}
        assert bool(known) == bool(any_of), name
        assert not any_of or known & set(any_of), (name, known)


@needed
@pytest.mark.parametrize("public_url", ["", PUBLIC])
def test_the_manifest_is_valid(public_url):
    schema = json.loads((SAMPLES / "manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest.manifest(public_url), schema)


def test_by_sockets_nothing_is_asked_of_an_address():
    made = manifest.manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(made)


def test_by_http_both_addresses_are_ours():
    made = manifest.manifest(PUBLIC)["settings"]
    assert made["socket_mode_enabled"] is False
    assert made["event_subscriptions"]["request_url"] == f"{PUBLIC}/slack/events"
    assert made["interactivity"]["request_url"] == f"{PUBLIC}/slack/interactivity"


@pytest.mark.parametrize("public_url", ["", PUBLIC])
def test_each_form_says_the_same(public_url):
    made = manifest.manifest(public_url)
    assert json.loads(manifest.written("json", public_url)) == made
    assert read(manifest.written("yaml", public_url).splitlines()) == made
    address = urlsplit(manifest.written("link", public_url))
    asked = parse_qs(address.query)
    assert (address.netloc, asked["new_app"]) == ("api.slack.com", ["1"])
    assert json.loads(asked["manifest_json"][0]) == made


def read(lines):
    """The little YAML that is written here."""
    found, margin = {}, len(lines[0]) - len(lines[0].lstrip())
    for number, line in enumerate(lines):
        if len(line) - len(line.lstrip()) != margin:
            continue
        name, _, value = line.strip().partition(":")
        inner = []
        for one in lines[number + 1 :]:
            if len(one) - len(one.lstrip()) <= margin:
                break
            inner.append(one)
        if inner and inner[0].lstrip().startswith("- "):
            found[name] = [one.strip()[2:] for one in inner]
        else:
            found[name] = read(inner) if inner else word(value.strip())
    return found


def word(value):
    return {"true": True, "false": False}.get(value, value)


def test_the_readme_shows_the_manifest_and_the_link():
    block = re.search(r"```yaml\n(.*?)\n *```", README, re.DOTALL)
    assert block
    margin = len(block[1]) - len(block[1].lstrip())
    assert [line[margin:] for line in block[1].splitlines()] == manifest.written("yaml").splitlines()
    assert f"({manifest.written('link')})" in README


def test_the_readme_gives_a_reason_for_each_scope():
    rows = "\n".join(re.findall(r"^ *\| `.*$", README, re.MULTILINE))
    assert [scope for scope in manifest.SCOPES if f"`{scope}`" not in rows] == []
