"""Cards and activities that the service or its clients would not take."""

import base64

import pytest

from adapters.playground.teams import activities, cards
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.teams.workspace import ANNA, SUPPORT, Workspace
from tests.playground.teams.wire import CARD, card, carded, claim, text

BLOCK = {"type": "TextBlock", "text": "x"}
CHOICES = {"type": "Input.ChoiceSet", "id": "who", "choices": [{"title": "Anna", "value": "a"}]}
OPEN = {"type": "Action.OpenUrl", "title": "See", "url": "https://a.test"}
RICH = [
    card(),
    card(BLOCK | {"wrap": True, "size": "Large", "weight": "Bolder", "color": "Attention", "isSubtle": True}),
    card({"type": "ColumnSet", "columns": [{"type": "Column", "width": "auto", "items": [BLOCK]}]}),
    card({"type": "Container", "style": "emphasis", "items": [BLOCK], "selectAction": OPEN}),
    card({"type": "Image", "url": "https://a.test/a.png", "altText": "A", "size": "Small"}),
    card({"type": "ImageSet", "images": [{"type": "Image", "url": "https://a.test/a.png"}]}),
    card({"type": "FactSet", "facts": [{"title": "a", "value": "b"}]}),
    card({"type": "RichTextBlock", "inlines": ["a", {"type": "TextRun", "text": "b", "weight": "Bolder"}]}),
    card(
        {
            "type": "Table",
            "columns": [{"width": 1}],
            "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [BLOCK]}]}],
        }
    ),
    card({"type": "ActionSet", "actions": [claim(), OPEN]}),
    card(CHOICES, {"type": "Input.Text", "id": "note", "isRequired": True, "errorMessage": "Write something"}),
    card({"type": "Input.Toggle", "id": "t", "title": "Urgent"}, {"type": "Input.Number", "id": "n"}),
    card(
        BLOCK, actions=[{"type": "Action.ShowCard", "title": "More", "card": {"type": "AdaptiveCard", "body": [BLOCK]}}]
    ),
    card(BLOCK | {"id": "a"}, actions=[{"type": "Action.ToggleVisibility", "title": "T", "targetElements": ["a"]}]),
    card(refresh={"action": {"type": "Action.Execute", "verb": "look"}, "userIds": [ANNA]}),
    card(msteams={"width": "Full"}, fallbackText="A card", lang="en"),
    card(BLOCK | {"fallback": "drop"}, BLOCK | {"fallback": BLOCK}),
]


@pytest.mark.parametrize("made", RICH, ids=lambda made: made["body"][0]["type"])
def test_a_right_card_is_taken(made):
    cards.card(made)


WRONG = [
    ("type must be AdaptiveCard", {"type": "HeroCard"}),
    ("version", card(version="1.6")),
    ("version", card() | {"version": None}),
    ("is empty", {"type": "AdaptiveCard", "version": "1.5", "body": []}),
    ("no property boddy", card(boddy=[])),
    ("must be a list", card() | {"body": {}}),
    ("body[0]: must be an object", card("x")),
    ("no element Badge", card({"type": "Badge", "text": "x"})),
    ("body[0]: has no property wieght", card(BLOCK | {"wieght": "Bolder"})),
    ("body[0].text: must be words", card({"type": "TextBlock", "text": ""})),
    ("body[0].text: must be words", card({"type": "TextBlock", "text": None})),
    ("body[0].size", card(BLOCK | {"size": "Huge"})),
    ("body[0].color", card(BLOCK | {"color": "red"})),
    ("facts", card({"type": "FactSet", "facts": []})),
    ("facts[0].value: must be words", card({"type": "FactSet", "facts": [{"title": "a", "value": ""}]})),
    ("body[0].items[0].text", card({"type": "Container", "items": [{"type": "TextBlock", "text": " "}]})),
    ("columns[0].items[0]", card({"type": "ColumnSet", "columns": [{"items": [{"type": "X"}]}]})),
    ("cells[0].items[0]", card({"type": "Table", "rows": [{"cells": [{"items": [{"type": "X"}]}]}]})),
    ("inlines[0]", card({"type": "RichTextBlock", "inlines": [{"type": "X"}]})),
    ("url: is not a link", card({"type": "Image", "url": "javascript:x"})),
    ("id: must be words", card({"type": "Input.Text"})),
    ("errorMessage", card({"type": "Input.Text", "id": "a", "isRequired": True})),
    ("choices[0].title", card(CHOICES | {"choices": [{"title": "", "value": "a"}]})),
    ("no action Action.Http", card(actions=[{"type": "Action.Http", "title": "x"}])),
    ("actions[0].verb: must be words", card(actions=[claim(verb="")])),
    ("actions[0].title: must be words", card(actions=[claim(title="")])),
    ("actions[0].style", card(actions=[claim(style="primary")])),
    ("actions[0].data", card(actions=[claim(data=1)])),
    ("actions[0].fallback", card(actions=[claim(fallback={"type": "X"})])),
    ("url: is not a link", card(actions=[OPEN | {"url": "javascript:x"}])),
    (
        "card.body[0].text",
        card(actions=[{"type": "Action.ShowCard", "title": "x", "card": card({"type": "TextBlock"})}]),
    ),
    (
        "may not be Action.ShowCard",
        card({"type": "Container", "items": [], "selectAction": {"type": "Action.ShowCard"}}),
    ),
    ("refresh.action", card(refresh={"action": OPEN})),
    ("more than 60", card(refresh={"action": {"type": "Action.Execute", "verb": "x"}, "userIds": ["x"] * 61})),
    ("two have the id a", card(BLOCK | {"id": "a"}, BLOCK | {"id": "a"})),
]


@pytest.mark.parametrize(("reason", "made"), WRONG)
def test_a_wrong_card_is_refused_with_the_place(reason, made):
    with pytest.raises(ConnectorError) as caught:
        cards.card(made)
    assert (caught.value.status, caught.value.code) == (400, "BadArgument")
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        ({"type": "event", "text": "x"}, "activity type event"),
        ({"text": "x"}, "activity type None"),
        (text("x", textFormat="html"), "textFormat html"),
        (text(""), "empty"),
        (text(" \n"), "empty"),
        (text(5), "text must be a string"),
        (text("x", attachments={}) | {"attachments": "x"}, "list of objects"),
        (
            text("", attachments=[{"contentType": "application/vnd.microsoft.card.hero", "content": {}}]),
            "no attachment",
        ),
        (text("", attachments=[{"contentType": CARD, "content": card()}] * 2), "one attachment"),
        (carded(card(version="1.6")), "version"),
        (carded(card(msteams="x")), "msteams"),
        (text("", attachments=[{"contentType": "image/png", "contentUrl": "http://a.test"}]), "https or data"),
        (text("", attachments=[{"contentType": "image/png", "contentUrl": "data:image/png;base64,?"}]), "base64"),
        (text("x", entities=[{"type": "place"}]), "no entity place"),
        (text("x", entities=[{"type": "mention"}]), "a mention needs"),
        (text("x", entities=[{"type": "mention", "text": "<at>x</at>", "mentioned": {"id": "29:x"}}]), "names nobody"),
        (text("x", suggestedActions={"actions": []}), "personal chat"),
        (text("x", importance="huge"), "importance"),
        (text("x", channelData=[1]), "channelData"),
        (text("x", channelData={"notification": 1}), "notification"),
        (text("x", **{"from": {"id": "28:other"}}), "not this bot"),
        (text("x", conversation={"id": "19:other"}), "another conversation"),
    ],
)
async def test_a_wrong_activity_is_400_with_the_reason(client, activity, reason):
    root = await client.opened()
    status, got = await client.send(root, activity)
    assert (status, got["error"]["code"] in ("BadSyntax", "BadArgument")) == (400, True)
    assert reason in got["error"]["message"]


async def test_a_body_that_is_no_object_is_400(client):
    for body in ([1], "x", 5):
        status, got = await client.send("", body)
        assert (status, got["error"]["code"]) == (400, "BadSyntax")


def picture(size):
    url = "data:image/png;base64," + base64.b64encode(b"x" * size).decode()
    return {"type": "message", "attachments": [{"contentType": "image/png", "contentUrl": url}]}


def test_pictures_do_not_count_into_the_size_but_have_one_of_their_own():
    workspace = Workspace.pretend()
    assert activities.read(picture(1024 * 1024), workspace)
    with pytest.raises(ConnectorError, match="larger than 1 MB"):
        activities.read(picture(1024 * 1024 + 1), workspace)


async def test_a_refused_activity_leaves_nothing(teams, client):
    await client.create(carded(card(version="1.6")))
    assert teams.messages(SUPPORT) == []
    assert [(one.method, one.status, one.error) for one in teams.calls("create")] == [("create", 400, "BadArgument")]
