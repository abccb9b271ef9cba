"""People and groups who are called by name stand out, in every shape that calls them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from adapters.playground.shapes import AGENTS
from adapters.playground.workspace import ANNA, MIKAEL, SUPPORT
from tests.browser.playground.town import Town, open_thread, thread_rows

pytestmark = pytest.mark.browser


def test_a_call_in_a_section_is_highlighted_by_name(chat: Page, town: Town) -> None:
    text = {"type": "mrkdwn", "text": f"<@{ANNA}> <@{MIKAEL}> <!subteam^{AGENTS}>", "verbatim": True}
    town.api("chat.postMessage", channel=SUPPORT, text="x", blocks=[{"type": "section", "text": text}])
    mentions = chat.locator("#channel-pane .body .mention")
    expect(mentions).to_have_text(["@Anna", "@Mikael", "@agents"])
    # Anna looks: she and her group are called, Mikael is somebody else.
    assert mentions.evaluate_all("all => all.map((one) => one.classList.contains('mine'))") == [True, False, True]


def test_a_call_in_rich_text_and_in_plain_text_is_highlighted_alike(chat: Page, town: Town) -> None:
    calls = [{"type": "user", "user_id": MIKAEL}, {"type": "usergroup", "usergroup_id": AGENTS}]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": calls}]}
    town.api("chat.postMessage", channel=SUPPORT, text="x", blocks=[rich])
    town.api("chat.postMessage", channel=SUPPORT, text=f"<@{MIKAEL}><!subteam^{AGENTS}|@old>")
    town.say(MIKAEL, "@Mikael @agents")
    mentions = chat.locator("#channel-pane .body .mention")
    expect(mentions).to_have_text(["@Mikael", "@agents"] * 3)


def test_a_group_that_nobody_knows_is_shown_by_what_is_known(chat: Page, town: Town) -> None:
    town.api("chat.postMessage", channel=SUPPORT, text="<!subteam^S0UNKNOWN1|@<b>x> <!subteam^S0UNKNOWN2>")
    town.api("chat.postMessage", channel=SUPPORT, text="<!subteam^S0UNKNOWN1|@sales> <!subteam^S0UNKNOWN2>")
    expect(chat.locator("#channel-pane .body").last.locator(".mention")).to_have_text(["@sales", "@S0UNKNOWN2"])
    assert chat.locator("#channel-pane .body b").count() == 0


def test_a_typed_group_comes_back_as_typed_when_it_is_edited(chat: Page, town: Town) -> None:
    town.say(ANNA, "@agents look")
    row = chat.locator("#channel-pane .message", has_text="look")
    row.hover()
    row.get_by_role("button", name="Edit message", exact=True).click()
    expect(row.locator("textarea")).to_have_value("@agents look")


def test_a_reply_of_the_app_shows_in_the_channel_too(chat: Page, town: Town) -> None:
    root = str(town.api("chat.postMessage", channel=SUPPORT, text="A card")["ts"])
    town.api("chat.postMessage", channel=SUPPORT, text="Nobody answers", thread_ts=root, reply_broadcast=True)
    rows = chat.locator("#channel-pane .message")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("Nobody answers")
    open_thread(chat, root)
    expect(thread_rows(chat).last).to_contain_text("Also sent to the channel")
