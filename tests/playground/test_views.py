"""views.*: each limit of a dialog and of a home tab, refused with its place."""

import json

import pytest
from slack_sdk.errors import SlackApiError

from adapters.playground import Rules
from adapters.playground.workspace import ANNA


@pytest.fixture
def rules():
    return Rules(limits=False)


def plain(text):
    return {"type": "plain_text", "text": text}


SECTION = {"type": "section", "text": plain("hello")}
ASKS = {"type": "input", "label": plain("Why"), "element": {"type": "plain_text_input"}}
MODAL = {"type": "modal", "title": plain("A"), "blocks": [SECTION]}


def messages(caught):
    return caught.value.response["response_metadata"]["messages"]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"title": plain("")}, "/view/title/text"),
        ({"title": {"type": "mrkdwn", "text": "x"}}, "/view/title"),
        ({"title": None}, "/view/title"),
        ({"submit": plain("x" * 25)}, "/view/submit/text"),
        ({"close": plain("x" * 25)}, "/view/close/text"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"private_metadata": {"a": 1}}, "/view/private_metadata"),
        ({"callback_id": "x" * 256}, "/view/callback_id"),
        ({"external_id": "x" * 256}, "/view/external_id"),
        ({"blocks": [SECTION] * 101}, "/view/blocks"),
        ({"blocks": [{"type": "section", "text": plain("")}]}, "/view/blocks/0/text/text"),
        ({"blocks": [{"type": "image", "image_url": "https://x.test/a.png"}]}, "/view/blocks/0/alt_text"),
        ({"blocks": [ASKS]}, "/view"),
    ],
)
async def test_a_dialog_is_refused_at_the_place_of_the_breach(client, change, at):
    view = MODAL | change
    with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
        await client.views_open(trigger_id="1.1.x", view=view)
    (said,) = messages(caught)
    assert said.endswith(f"[json-pointer:{at}]")


async def test_a_dialog_at_its_limits_fails_for_want_of_a_trigger_alone(client):
    view = MODAL | {
        "title": plain("x" * 24),
        "submit": plain("x" * 24),
        "private_metadata": "x" * 3000,
        "callback_id": "x" * 255,
        "blocks": [ASKS, *[SECTION] * 99],
    }
    with pytest.raises(SlackApiError, match="trigger_id"):
        await client.views_open(trigger_id="1.1.x", view=view)


async def test_a_home_tab_is_checked_alike(client):
    home = {"type": "home", "blocks": [SECTION]}
    await client.views_publish(user_id=ANNA, view=home)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_publish(user_id=ANNA, view=home | {"blocks": [{"type": "section"}]})


async def test_a_view_of_more_than_250_kilobytes_is_refused(client):
    view = MODAL | {"blocks": [{"type": "section", "text": plain("x" * 3000)}] * 90}
    assert len(json.dumps(view)) > 250_000
    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_open(trigger_id="1.1.x", view=view)
