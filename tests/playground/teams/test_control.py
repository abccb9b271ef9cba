"""The control API as the page uses it, and the tables of the documentation."""

import re

import pytest

from adapters.playground import Rules
from adapters.playground.teams import control
from adapters.playground.teams.api import CONNECTOR
from adapters.playground.teams.deliveries import HABITS
from adapters.playground.teams.errors import CODES
from adapters.playground.teams.events import EVENTS
from adapters.playground.teams.faults import AFTER, BEFORE, METHODS
from adapters.playground.teams.workspace import ANNA, BILLING, BOT, GUEST, MIKAEL, OUTSIDER, SUPPORT, TEAM
from tests.house.tree import ROOT
from tests.playground.teams.wire import QUICK, card, carded, claim


@pytest.fixture
def rules():
    return Rules(limits=False, teams=QUICK)


@pytest.fixture
def play(http, teams):
    async def call(route, status=200, /, **body):
        async with http.post(f"{teams.stage.url}/teams/control/{route}", json=body) as got:
            assert got.status == status, await got.text()
            return await got.json()

    return call


@pytest.fixture
def look(http, teams):
    async def read(path, status=200, **query):
        async with http.get(f"{teams.stage.url}/teams/{path}", params=query) as got:
            assert got.status == status, await got.text()
            return await got.json()

    return read


async def test_the_team_is_described(look):
    found = await look("state")
    assert found["bot"] == {"id": BOT, "name": "Silta", "is_installed": True, "endpoint": ""}
    roles = {one["id"]: (one["role"], one["is_member"]) for one in found["people"]}
    assert (roles[GUEST], roles[OUTSIDER]) == (("guest", True), ("user", False))
    assert [(one["name"], one["kind"], one["is_general"]) for one in found["channels"]] == [
        ("General", "standard", True),
        ("Support", "standard", False),
        ("Billing", "shared", False),
    ]
    assert MIKAEL not in found["channels"][2]["members"]


async def test_a_thread_is_said_and_read(play, look):
    root = (await play("say", user=ANNA, channel=SUPPORT, text="root", to_bot=True))["id"]
    for verb, more in (
        ("say", {"text": "reply"}),
        ("say_html", {"html": "<b>rich</b>"}),
        ("share", {"names": ["a.pdf"]}),
    ):
        await play(verb, user=MIKAEL, channel=SUPPORT, thread=root, **more)
    listed = (await look("control/messages", channel=SUPPORT))["messages"]
    assert [(one["text"], one["replies"]) for one in listed] == [("@Silta root", 3)]
    thread = (await look("control/thread", channel=SUPPORT, id=root))["messages"]
    assert [one["author_name"] for one in thread] == ["Anna Virtanen", *["Mikael Lind"] * 3]
    assert listed[0]["latest"] == thread[-1]["at"]


async def test_a_post_is_changed(play, look):
    id = (await play("say", user=ANNA, channel=SUPPORT, text="one"))["id"]
    where = {"user": ANNA, "channel": SUPPORT, "id": id}
    await play("edit", text="two", **where)
    await play("react", name="like", **where)
    await play("delete", **where)
    shown = (await look("control/messages", channel=SUPPORT))["messages"][0]
    assert (shown["deleted"], shown["text"]) == (True, "")
    await play("undelete", **where)
    await play("react", name="like", remove=True, **where)
    shown = (await look("control/messages", channel=SUPPORT))["messages"][0]
    assert (shown["edited"], shown["text"], shown["reactions"]) == (True, "two", {})


async def test_a_button_is_pressed(play, look, bot, client):
    refresh = {"action": {"type": "Action.Execute", "verb": "look"}}
    note = {"type": "Input.Text", "id": "note"}
    root = await client.opened(carded(card(note, actions=[claim()], refresh=refresh)))
    where = {"user": ANNA, "channel": SUPPORT, "id": root}
    assert await play("press", verb="claim", value={"note": "x"}, **where) == {"status": 200, "body": {}}
    await play("press", verb="claim", value="y", as_submit=True, **where)
    await play("refresh", **where)
    assert bot.kinds == ["invoke", "message", "invoke"]
    assert bot.activities[1]["value"] == {"verb": "claim", "note": "y"}
    assert [one["acked"] for one in (await look("control/deliveries"))["deliveries"]] == [True] * 3


async def test_the_team_goes_through_everything(play, look, teams):
    made = (await play("channel", event="created", name="Returns"))["id"]
    await play("channel", event="renamed", channel=made, name="Refunds")
    await play("channel", event="deleted", channel=made)
    await play("channel", event="restored", channel=made)
    await play("team", event="renamed", name="Shop")
    for event in ("archived", "unarchived", "deleted", "restored"):
        await play("team", event=event)
    for event in ("removed", "added"):
        await play("member", event=event, user=MIKAEL)
    await play("upgrade")
    await play("uninstall")
    await play("install", channel=BILLING)
    await play("consent", granted=False)
    await play("membership", bot_is_member=False)
    await play("token", revoked=True)
    await play("keys")
    await play("deliver_to", url="http://127.0.0.1:9/")
    found = await look("state")
    assert found["channels"][3]["name"] == "Refunds"
    assert (found["team"]["name"], found["is_consented"], found["is_token_revoked"]) == ("Shop", False, True)
    assert (found["bot"]["is_installed"], found["bot"]["endpoint"]) == (False, "http://127.0.0.1:9/")
    assert teams.stage.keys.retired


async def test_faults_come_and_go(play, look, http, teams, client):
    await play("fault", method="send", kind="error_502")
    assert (await client.send("", {"type": "message", "text": "x"}))[0] == 502
    await play("fault", method="*", kind="conflict", times=5)
    await play("events", kind="drop", times=5)
    async with http.delete(f"{teams.stage.url}/teams/control/fault") as got:
        assert got.status == 200
    assert (await client.send("", {"type": "message", "text": "x"}))[0] == 201
    assert [one["status"] for one in (await look("control/calls", method="send"))["calls"]] == [502, 201]
    await look("control/calls", 400, since="x")


@pytest.mark.parametrize(
    ("verb", "body", "error"),
    [
        ("say", {"channel": SUPPORT, "text": "x"}, "missing_user"),
        ("say", {"user": ANNA, "channel": "19:x", "text": "x"}, "channel_not_found"),
        ("say", {"user": ANNA, "channel": SUPPORT, "text": "x", "to_bot": 1}, "invalid_to_bot"),
        ("share", {"user": ANNA, "channel": SUPPORT, "names": []}, "missing_names"),
        ("press", {"user": ANNA, "channel": SUPPORT, "id": "1", "verb": "x", "value": 5}, "missing_value"),
        ("consent", {}, "missing_granted"),
        ("channel", {"event": "sold", "channel": SUPPORT}, "unknown_event"),
        ("channel", {"event": "restored", "channel": SUPPORT}, "channel_not_deleted"),
        ("channel", {"event": "deleted", "channel": TEAM}, "general_stays"),
        ("team", {"event": "sold"}, "unknown_event"),
        ("member", {"event": "sold", "user": ANNA}, "unknown_event"),
        ("member", {"event": "removed", "user": OUTSIDER}, "not_member"),
        ("fault", {"method": "send", "kind": "flood"}, "unknown_fault"),
        ("events", {"kind": "flood"}, "unknown_fault"),
    ],
)
async def test_nonsense_is_refused_by_name(play, verb, body, error):
    assert await play(verb, 400, **body) == {"error": error}


async def test_a_lost_thread_is_refused_by_name(look):
    assert await look("control/thread", 400, channel=SUPPORT, id="1") == {"error": "message_not_found"}


async def test_the_page_is_told_that_something_changed(http, teams):
    async with http.ws_connect(f"{teams.stage.url}/teams/live") as live:
        root = await teams.say(ANNA, SUPPORT, "one")
        await teams.say(ANNA, SUPPORT, "two", root)
        await teams.consent(granted=False)
        news = [await live.receive_json() for _ in range(4)][1:]
    assert news == [
        {"type": "changed", "channel": SUPPORT, "thread": None},
        {"type": "changed", "channel": SUPPORT, "thread": root},
        {"type": "team"},
    ]


# the documentation

PAGE = (ROOT / "docs/playground.md").read_text(encoding="utf-8").partition("\n# Teams\n")[2]


def rows(title):
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {first.strip("` "): rest for first, *rest in cells}


def test_the_page_lists_the_events():
    assert {name: rest[0] for name, rest in rows("Activities to the bot").items()} == EVENTS


def test_the_page_lists_the_faults():
    listed = {name: rest[0] for name, rest in rows("Faults of a Teams call").items()}
    assert listed.pop("error:<code>")
    assert listed == BEFORE | AFTER


def test_the_page_lists_the_faults_of_activities():
    assert {name: rest[0] for name, rest in rows("Faults of activities").items()} == HABITS


def test_the_page_lists_the_error_codes():
    assert {name: int(rest[0]) for name, rest in rows("Errors").items()} == {
        name: status for name, (status, _) in CODES.items()
    }


def test_the_page_lists_the_calls():
    listed = {(name, rest[0]) for name, rest in listed_calls().items() if " v3/" in name}
    paths = [(verb, re.sub(r"\{\w+\}", "{id}", path.partition("/v3/")[2]), name) for verb, path, name, _ in CONNECTOR]
    assert listed == {(f"{verb} v3/{path}", name) for verb, path, name in paths}


def listed_calls():
    return rows("Connector and login")


def test_the_page_lists_the_kinds_of_calls():
    assert {rest[0] for rest in listed_calls().values()} == set(METHODS)


def test_the_page_and_the_docstring_list_the_routes(teams):
    documents = PAGE, control.__doc__ or ""
    paths = {route.path for route in control.Control(teams.stage).routes()}
    for document in documents:
        assert [path for path in sorted(paths) if path not in document] == []
