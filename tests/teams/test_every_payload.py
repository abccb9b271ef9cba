"""Every happening that is on file: what it becomes, and through the door with its effect or its reason."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.playground.teams.workspace import BOT as PRETEND_BOT
from adapters.playground.teams.workspace import SUPPORT, TENANT
from adapters.teams import inbound, wire
from adapters.teams.inbound import Edited, Ignored, Installed, PlacesChanged, Said
from adapters.teams.wire import BadActivity
from bridge.errors import Refused
from bridge.inbound import Heard, Pressed, Removed
from bridge.markup import plain
from tests.teams.fakes import until
from tests.teams.payloads import FRAME, NOW, OWN_FILES, SAMPLES, at_home, brought_home, payload, recorded

READERS = {
    "message": inbound.message,
    "messageUpdate": inbound.edit,
    "messageDelete": inbound.removal,
    "conversationUpdate": inbound.change,
    "installationUpdate": inbound.change,
    "invoke": inbound.invoke,
}
VERBS = {Said: "heard", Edited: "edited", Removed: "removed", Pressed: "pressed"}
HOME = replace(FRAME, bot=PRETEND_BOT, tenant=TENANT)
needed = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no recorded activities beside the project")


def read(activity: Any, frame: Any = FRAME) -> Any:
    return READERS.get(str(activity.get("type")), inbound.rest)(activity, frame)


def told(found: Any) -> dict[str, Any]:
    """A value as the files tell it."""
    kind = {"kind": type(found).__name__}
    if isinstance(found, Said):
        return kind | {"calls_us": found.calls_us} | _heard(found.heard)
    if isinstance(found, Edited):
        return kind | {"changed": found.heard.changed} | _heard(found.heard)
    if isinstance(found, PlacesChanged):
        return kind | {"channels": list(found.channels)}
    names = {Removed: ("thread", "ref"), Pressed: ("thread", "author", "verb", "value", "key"), Ignored: ("reason",),
             Installed: ("is_in",)}  # fmt: skip
    return kind | {name: getattr(found, name) for name in names[type(found)]}


def _heard(heard: Heard) -> dict[str, Any]:
    names = ("thread", "ref", "author", "mentions", "outsider", "files")
    return {"words": plain(heard.body)} | {name: getattr(heard, name) for name in names}


@pytest.mark.parametrize("name", OWN_FILES)
def test_each_happening_becomes_what_its_file_says(name):
    activity, becomes = payload(name)
    found = read(activity)
    assert told(found) == becomes
    if isinstance(found, Said | Edited):
        assert found.heard.workplace == "acme"
        assert (found.heard.channel, found.heard.order) == ("19:help0000@thread.tacv2", "001790000001.000000000")
        assert found.heard.at.timestamp() == 1_790_000_001


@pytest.mark.parametrize("name", OWN_FILES)
async def test_each_happening_has_its_effect_or_its_reason_through_the_door(door, caplog, name):
    caplog.set_level(logging.DEBUG, "silta.teams")
    activity, becomes = payload(name)
    body = at_home(activity, door.teams.service_url)
    answer = await door.teams.send_raw(body)
    found = read(body, HOME)
    assert answer.status == (404 if name == "invoke_that_nobody_knows" else 200)
    verb = VERBS.get(type(found), "")
    verbs = [one for one, _ in door.desk.got if one != "channel_changed"]
    assert verbs == ([verb] if verb else [])
    if isinstance(found, Ignored):
        assert f"ignored: {becomes['reason']}" in caplog.text
    if activity["type"] == "invoke" and answer.status == 200:
        assert answer.body["type"] == "application/vnd.microsoft.activity.message"
        assert answer.body["value"] == ("✓" if verb else "")


@needed
def test_each_recorded_activity_can_be_read_and_is_something_or_has_its_reason():
    kinds: dict[str, int] = {}
    for path in recorded():
        activity = brought_home(path, "https://smba.trafficmanager.net/amer/")
        assert wire.incoming(activity).type == activity["type"]
        found = read(activity, HOME)
        assert not isinstance(found, Ignored) or found.reason, path
        kinds[type(found).__name__] = kinds.get(type(found).__name__, 0) + 1
    assert {"Said", "Edited", "Removed", "Pressed", "PlacesChanged", "Installed", "Ignored"} <= set(kinds)
    assert kinds["Said"] > 5


@needed
async def test_each_recorded_activity_is_answered_through_the_door(door):
    for path in recorded():
        door.desk.got.clear()
        body = brought_home(path, door.teams.service_url)
        answer = await door.teams.send_raw(body)
        found = read(body, HOME)
        is_unknown = body["type"] == "invoke" and isinstance(found, Ignored) and body["name"] != inbound.CARD_ACTION
        assert answer.status == (404 if is_unknown else 200), path
        verb = VERBS.get(type(found), "")
        assert [one for one, _ in door.desk.got if one != "channel_changed"] == ([verb] if verb else []), path


@needed
async def test_a_recorded_activity_of_another_organisation_is_403(door):
    for path in recorded():
        body = brought_home(path, door.teams.service_url)
        body["conversation"]["tenantId"] = "99999999-0000-4000-8000-000000000009"
        assert (await door.teams.send_raw(body)).status == 403, path
    assert not door.has_effect


# anything at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each thing in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(way for name, one in inner for way in places(one, (*above, name)))]


def changed(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    made = dict(value) if isinstance(value, dict) else list(value)
    made[way[0]] = changed(value[way[0]], way[1:], new)
    return made


@st.composite
def spoilt(draw: Any) -> Any:
    """An activity of the files with something else in one place."""
    activity, _ = payload(draw(st.sampled_from(OWN_FILES)))
    way = draw(st.sampled_from([way for way in places(activity) if way]))
    return changed(activity, way, draw(json_values))


@given(spoilt())
@settings(max_examples=300)
def test_no_activity_is_an_error(activity):
    found = read(activity)
    if isinstance(found, Ignored):
        assert "\n" not in found.reason
        assert len(found.reason) < 90
    with contextlib.suppress(BadActivity):
        wire.incoming(activity)


ODD: tuple[Any, ...] = (None, 5, "x", [], {}, [None], [{}])


async def test_a_spoilt_activity_is_no_fault_at_the_door(door, caplog):
    """A sample of them, each of which the service could send one day."""
    for name in OWN_FILES[::3]:
        activity, _ = payload(name)
        body = at_home(activity, door.teams.service_url)
        for field in ("from", "recipient", "conversation", "channelData", "entities", "attachments", "value", "name"):
            for value in ODD:
                if field in body:
                    answer = await door.teams.send_raw(body | {field: value})
                    assert answer.status in (200, 400, 403, 404), (name, field, value)
    assert [one for one in caplog.records if one.levelno >= logging.ERROR and one.name != "silta.teams"] == []


# what is learned and answered


async def test_the_app_that_goes_and_comes_is_looked_at_again(door, live, caplog):
    """What was seen of the consent holds no longer."""
    first, _ = payload("agent_answers_in_a_thread")
    await door.teams.send_raw(at_home(first, door.teams.service_url))
    assert live.workplace.call_sign(SUPPORT) == ""
    for name in ("app_is_removed", "app_is_installed"):
        activity, _ = payload(name)
        await door.teams.send_raw(at_home(activity, door.teams.service_url))
        assert live.workplace.call_sign(SUPPORT) == "Silta"
    assert door.desk.all("channel_changed")[-1] == ("acme", SUPPORT)
    levels = [one.levelno for one in caplog.records if "the app" in one.getMessage()]
    assert logging.ERROR in levels


async def test_a_press_that_is_refused_by_the_memory_is_told_to_the_person(door, monkeypatch):
    monkeypatch.setattr("adapters.teams.inbox.LONGEST", 0.05)
    door.desk.failures = [Refused("busy")] * 5
    activity, _ = payload("agent_presses_a_button")
    for locale in ("fi-FI", "zz", None, 5):
        answer = await door.teams.send_raw(at_home(activity | {"locale": locale}, door.teams.service_url))
        if answer.status == 400:
            continue
        assert answer.status == 200
        if door.desk.failures:
            assert (answer.body["statusCode"], answer.body["type"]) == (500, "application/vnd.microsoft.error")
            assert answer.body["value"]["message"]


async def test_a_press_that_takes_long_is_answered_at_once_and_ends(door, monkeypatch):
    monkeypatch.setattr("adapters.teams.inbox.PATIENCE", 0.05)
    door.desk.gate = asyncio.Event()
    activity, _ = payload("agent_presses_a_button")
    answer = await door.teams.send_raw(at_home(activity, door.teams.service_url))
    assert (answer.status, answer.body["value"]) == (200, "✓")
    assert door.desk.done == []
    door.desk.gate.set()
    await until(lambda: door.desk.done == ["pressed"])


async def test_twice_is_told_twice_with_one_name(door):
    """The desk makes them one: a message by its ref, a press by its key."""
    for name in ("agent_answers_in_a_thread", "agent_presses_a_button"):
        door.desk.got.clear()
        activity, _ = payload(name)
        for _ in range(2):
            await door.teams.send_raw(at_home(activity, door.teams.service_url))
        (_, first), (_, second) = door.desk.got
        assert first == second


def test_the_files_are_all_of_one_form():
    assert len(OWN_FILES) > 60
    for name in OWN_FILES:
        activity, becomes = payload(name)
        assert activity["channelId"] == "msteams"
        assert "kind" in becomes
        assert json.loads(json.dumps(activity)) == activity
    assert NOW.year == 2026
