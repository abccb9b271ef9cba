"""Buttons: what the bot is asked, and who sees what it answers."""

import pytest
from aiohttp import web

from adapters.playground.errors import Refused
from adapters.playground.teams.workspace import ANNA, MIKAEL, SARA, SUPPORT
from tests.playground.teams.wire import CARD, card, carded, claim, text


def answer(made):
    return web.json_response({"statusCode": 200, "type": CARD, "value": made})


async def test_a_press_is_an_invoke_whose_answer_only_the_presser_sees(teams, bot, client):
    root = await client.opened(carded(card(actions=[claim()])))
    taken = card({"type": "TextBlock", "text": "Yours"})
    bot.answers = [answer(taken)]
    status, body = await teams.press(ANNA, SUPPORT, root, "claim")
    assert (status, body["statusCode"]) == (200, 200)
    sent = bot.activities[0]
    assert (sent["type"], sent["name"], sent["replyToId"]) == ("invoke", "adaptiveCard/action", root)
    assert sent["value"] == {
        "trigger": "manual",
        "action": {"type": "Action.Execute", "title": "Claim", "verb": "claim", "data": {"rev": 3}},
    }
    assert [teams.messages(SUPPORT, who)[0]["text"] for who in (ANNA, MIKAEL, "")] == [
        "Yours",
        *["A visitor waits"] * 2,
    ]
    await client.update(root, root, carded(card({"type": "TextBlock", "text": "Anna has it"})))
    assert teams.messages(SUPPORT, ANNA)[0]["text"] == "Anna has it"


async def test_a_wrong_card_in_the_answer_is_not_shown(teams, bot, client):
    root = await client.opened(carded(card(actions=[claim()])))
    bot.answers = [answer(card(version="2.0"))]
    assert (await teams.press(ANNA, SUPPORT, root, "claim")).status == 200
    assert teams.messages(SUPPORT, ANNA)[0]["text"] == "A visitor waits"


async def test_an_older_client_submits_the_fallback(teams, bot, client):
    root = await client.opened(carded(card(actions=[claim()])))
    bot.answers = [None]
    assert await teams.press(ANNA, SUPPORT, root, "claim", as_submit=True) == (200, {})
    assert len(bot.activities) == 2
    sent = bot.activities[0]
    assert (sent["type"], sent["replyToId"], sent["value"]) == ("message", root, {"verb": "claim"})
    assert "text" not in sent
    assert sent["channelData"]["source"] == {"name": "message"}


async def test_a_submit_button_is_found_by_what_it_carries(teams, bot, client):
    submit = {"type": "Action.Submit", "title": "Close", "data": {"verb": "close"}}
    root = await client.opened(carded(card(actions=[submit])))
    for verb in ("close", "Close"):
        assert (await teams.press(ANNA, SUPPORT, root, verb)).status == 200
    assert [one["value"] for one in bot.activities] == [{"verb": "close"}] * 2


async def test_a_silent_bot_is_no_answer(teams, bot, client):
    root = await client.opened(carded(card(actions=[claim()])))
    bot.answers = [None]
    assert await teams.press(ANNA, SUPPORT, root, "claim") == (0, {})
    assert [(one.name, one.attempts, one.acked) for one in teams.deliveries] == [
        ("invoke/adaptiveCard/action", 1, False)
    ]


WHO = {
    "type": "Input.ChoiceSet",
    "id": "who",
    "isRequired": True,
    "errorMessage": "Choose",
    "choices": [{"title": "Sara", "value": SARA}],
}


async def test_what_was_entered_comes_with_the_data(teams, bot, client):
    note = {"type": "Input.Text", "id": "note", "maxLength": 5}
    root = await client.opened(carded(card(WHO, note, actions=[claim(verb="transfer")])))
    await teams.press(ANNA, SUPPORT, root, "transfer", SARA)
    await teams.press(ANNA, SUPPORT, root, "transfer", {"who": SARA, "note": "hi"})
    assert [one["value"]["action"]["data"] for one in bot.activities] == [
        {"rev": 3, "who": SARA},
        {"rev": 3, "who": SARA, "note": "hi"},
    ]
    for value, word in (
        ("", "input_required"),
        ("29:x", "unknown_choice"),
        ({"who": SARA, "note": "too long"}, "input_too_long"),
        ({"what": "x"}, "no_input_what"),
    ):
        with pytest.raises(Refused, match=word):
            await teams.press(ANNA, SUPPORT, root, "transfer", value)
    assert len(bot.activities) == 2


async def test_two_buttons_of_one_verb_are_told_apart_by_their_data(teams, bot, client):
    actions = [claim(title=str(number), data={"stars": str(number)}) for number in (1, 2)]
    root = await client.opened(carded(card(actions=actions)))
    await teams.press(ANNA, SUPPORT, root, "claim", "2")
    assert bot.activities[0]["value"]["action"]["title"] == "2"


@pytest.mark.parametrize(
    ("activity", "verb", "word"),
    [
        (text("x"), "claim", "no_card"),
        (carded(card()), "claim", "button_not_found"),
        (carded(card(actions=[claim(isEnabled=False)])), "claim", "button_disabled"),
    ],
)
async def test_what_is_not_there_cannot_be_pressed(teams, client, activity, verb, word):
    root = await client.opened(activity)
    with pytest.raises(Refused, match=word):
        await teams.press(ANNA, SUPPORT, root, verb)


async def test_a_deleted_card_cannot_be_pressed(teams, client):
    root = await client.opened(carded(card(actions=[claim()])))
    await client.delete(root, root)
    with pytest.raises(Refused, match="no_card"):
        await teams.press(ANNA, SUPPORT, root, "claim")


async def test_a_viewer_s_card_is_asked_for(teams, bot, client):
    refresh = {"action": {"type": "Action.Execute", "verb": "look", "data": {"c": 1}}, "userIds": [ANNA]}
    root = await client.opened(carded(card(refresh=refresh)))
    bot.answers = [answer(card({"type": "TextBlock", "text": "For Anna"}))]
    await teams.refresh(ANNA, SUPPORT, root)
    assert bot.activities[0]["value"] == {"action": refresh["action"], "trigger": "automatic"}
    assert teams.messages(SUPPORT, ANNA)[0]["text"] == "For Anna"
    with pytest.raises(Refused, match="no_refresh"):
        await teams.refresh(MIKAEL, SUPPORT, root)


async def test_the_buttons_are_displayed(teams, client):
    root = await client.opened(
        carded(card(actions=[claim(), {"type": "Action.OpenUrl", "title": "See", "url": "https://a.test"}]))
    )
    shown = teams.thread(SUPPORT, root)[0]["buttons"]
    assert shown == [
        {"type": "Action.Execute", "title": "Claim", "verb": "claim", "data": {"rev": 3}, "is_enabled": True},
        {"type": "Action.OpenUrl", "title": "See", "url": "https://a.test", "is_enabled": True},
    ]
