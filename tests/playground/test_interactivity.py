"""Buttons, shortcuts, dialogs, commands, and what comes back through a response URL."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.playground import Refused, Rules
from adapters.playground.workspace import ANNA, SARA, SUPPORT
from tests.playground.samples import fields, load, needed, payload, structure
from tests.playground.test_reading import MODAL, Hand

CARD = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "claim",
                "text": {"type": "plain_text", "text": "Claim"},
                "value": "c1",
                "style": "primary",
            },
            {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": "One"}, "value": "1"},
                    {"text": {"type": "plain_text", "text": "Two"}, "value": "2"},
                ],
            },
        ],
    }
]


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def rules(hand):
    return Rules(limits=False, retry_delays=(), ack_timeout=0.5, clock=hand)


@pytest.fixture
async def card(client):
    """A card in a thread: the ts of the root and of the card."""
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    posted = await client.chat_postMessage(channel=SUPPORT, text="card", thread_ts=root, blocks=CARD)
    return root, posted["ts"]


@pytest.fixture
async def whisper(client):
    made = await client.chat_postEphemeral(channel=SUPPORT, user=ANNA, text="psst", blocks=CARD)
    return made["message_ts"]


async def test_a_press_reaches_the_app_and_is_acknowledged(slack, app, socket, card):
    pressed = await slack.press(ANNA, SUPPORT, card[1], "claim")
    assert pressed.acked is True
    click = app.clicks[0]
    assert (click["user"]["id"], click["actions"][0]["value"]) == (ANNA, "c1")
    assert (click["container"]["message_ts"], click["container"]["thread_ts"]) == card[::-1]


async def test_a_press_has_exactly_the_structure_of_our_payload(slack, app, socket, card):
    await slack.press(ANNA, SUPPORT, card[1], "claim")
    assert structure(app.clicks[0]) == structure(payload("press"))


@needed
@pytest.mark.parametrize("name", ["action", "static"])
async def test_a_press_has_what_the_recorded_ones_have(slack, app, socket, card, name):
    files = {
        "action": "recorded/interactivity/block_actions---channel_slack-channel_post_action.json",
        "static": "recorded/interactivity/block_actions---actions-reactions_slack-staticSelectAction.json",
    }
    await slack.press(ANNA, SUPPORT, card[1], "claim")
    assert set(load(files[name])) <= set(app.clicks[0])
    action = load(files["action"])["actions"][0]
    assert set(action) <= set(app.clicks[0]["actions"][0])
    known = fields(load("shapes/BlockActionPayload.json")) | {"style", "enterprise"}
    known |= fields(load(files["action"])) | {"attachments"}
    assert fields({**app.clicks[0], "message": {}}) <= known


async def test_a_press_without_a_socket_is_not_acknowledged(slack, card):
    assert (await slack.press(ANNA, SUPPORT, card[1], "claim")).acked is False


async def test_a_button_that_is_not_there_is_not_pressed(slack, card, whisper):
    with pytest.raises(Refused, match="action_not_found"):
        await slack.press(ANNA, SUPPORT, card[1], "destroy")
    with pytest.raises(Refused, match="message_not_found"):
        await slack.press(SARA, SUPPORT, whisper, "claim")


async def test_an_ephemeral_is_pressed_without_its_message(slack, app, socket, whisper):
    await slack.press(ANNA, SUPPORT, whisper, "claim")
    assert app.clicks[0]["container"]["is_ephemeral"] is True
    assert "message" not in app.clicks[0]


async def test_a_select_says_what_was_chosen(slack, app, card):
    app.bolt.action("pick")(app._click)
    pressed = slack.press(ANNA, SUPPORT, card[1], "pick", value="3")
    with pytest.raises(Refused, match="option_not_found"):
        await pressed


async def test_a_message_shortcut_carries_the_message(slack, app, socket, card):
    assert (await slack.shortcut(ANNA, SUPPORT, card[1], "forward")).acked is True
    assert app.clicks[0]["message"]["ts"] == card[1]


async def test_a_command_has_no_thread(slack, app, socket):
    assert (await slack.command(ANNA, SUPPORT, "/silta", "help")).acked is True
    assert (app.clicks[0]["text"], "thread_ts" in app.clicks[0]) == ("help", False)


# dialogs


async def test_a_dialog_is_opened_changed_and_submitted(slack, client, app, socket, card):
    await slack.press(ANNA, SUPPORT, card[1], "claim")
    opened = await client.views_open(trigger_id=app.clicks[0]["trigger_id"], view=MODAL)
    changed = await client.views_update(view_id=opened["view"]["id"], view=MODAL)
    assert changed["view"]["hash"] != opened["view"]["hash"]
    values = {"block": {"field": {"type": "plain_text_input", "value": "to sales"}}}
    pressed = await slack.submit(ANNA, changed["view"]["id"], values)
    assert pressed.acked is True
    assert app.clicks[-1]["view"]["state"]["values"] == values
    assert slack.view_of(ANNA) is None


@pytest.fixture
async def trigger(slack, app, socket, card):
    await slack.press(ANNA, SUPPORT, card[1], "claim")
    return app.clicks[0]["trigger_id"]


async def test_a_trigger_works_once(client, trigger):
    await client.views_open(trigger_id=trigger, view=MODAL)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger, view=MODAL)


async def test_a_trigger_lives_three_seconds(client, trigger, hand):
    hand.now += 3.1
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger, view=MODAL)


# response URLs


async def url_of(slack, app, ts):
    await slack.press(ANNA, SUPPORT, ts, "claim")
    return AsyncWebhookClient(app.clicks[-1]["response_url"])


async def test_the_original_is_replaced(slack, app, socket, card):
    url = await url_of(slack, app, card[1])
    answer = await url.send(text="claimed", replace_original=True)
    assert (answer.status_code, answer.body) == (200, "ok")
    shown = slack.thread(SUPPORT, card[0])[1]
    assert (shown["text"], "blocks" in shown) == ("claimed", False)


async def test_the_original_is_deleted(slack, app, socket, card):
    await (await url_of(slack, app, card[1])).send(delete_original=True)
    assert len(slack.thread(SUPPORT, card[0])) == 1


async def test_an_ephemeral_is_replaced_and_deleted(slack, app, socket, whisper):
    url = await url_of(slack, app, whisper)
    await url.send(text="done", replace_original=True)
    assert [one["text"] for one in slack.ephemerals(SUPPORT, ANNA)] == ["done"]
    await url.send(delete_original=True)
    assert slack.ephemerals(SUPPORT, ANNA) == []


async def test_anything_else_is_said_to_the_person(slack, app, socket, card):
    url = await url_of(slack, app, card[1])
    await url.send(text="only you")
    assert [one["text"] for one in slack.ephemerals(SUPPORT, ANNA)] == ["only you"]
    await url.send(text="everybody", response_type="in_channel")
    assert slack.messages(SUPPORT)[-1]["text"] == "everybody"


async def test_a_response_url_works_five_times_in_half_an_hour(slack, app, socket, card, hand):
    url = await url_of(slack, app, card[1])
    codes = [(await url.send(text="x")).status_code for _ in range(6)]
    assert codes == [200] * 5 + [404]
    url = await url_of(slack, app, card[1])
    hand.now += 1801
    assert "expired_url" in (await url.send(text="x")).body
