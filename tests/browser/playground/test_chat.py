"""What a person sees and does in the pretend workplace's chat."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from adapters.playground.workspace import ANNA, GENERAL, MIKAEL, OUTSIDER, SUPPORT
from tests.browser.playground.town import CARD, JSON, Town, open_thread, thread_rows, tool

pytestmark = pytest.mark.browser


def test_the_channels_and_their_messages_are_listed(chat: Page, town: Town) -> None:
    town.say(MIKAEL, "Good morning <@U0ANNA00001>")
    expect(chat.locator(".channel")).to_have_count(3)
    expect(chat.locator("#channel-name")).to_have_text("#support")
    expect(chat.locator("#channel-pane .message")).to_contain_text("Good morning @Anna")


def test_a_message_elsewhere_marks_its_channel_unread(chat: Page, town: Town) -> None:
    town.call("/play/say", {"user": MIKAEL, "channel": GENERAL, "text": "Lunch?"})
    general = chat.locator(f'[data-channel="{GENERAL}"]')
    expect(general).to_have_class("channel unread")
    general.click()
    expect(general).not_to_have_class("channel unread")
    expect(chat.locator("#channel-pane .message")).to_contain_text("Lunch?")


def test_a_reply_is_written_in_the_thread(chat: Page, town: Town) -> None:
    root = town.say(MIKAEL, "A question")
    row = chat.locator("#channel-pane .message", has_text="A question")
    row.hover()
    row.get_by_role("button", name="Reply in thread").click()
    answer = chat.get_by_label("Reply in the thread")
    answer.fill("An answer")
    answer.press("Enter")
    expect(thread_rows(chat).last).to_contain_text("An answer")
    expect(chat.get_by_role("button", name="1 reply")).to_be_visible()
    expect(answer).to_have_value("")
    said = town.thread(root)[-1]
    assert (said["user"], said["thread_ts"], said["text"]) == (ANNA, root, "An answer")


def test_a_reply_is_also_sent_to_the_channel_on_wish(chat: Page, town: Town) -> None:
    root = town.say(MIKAEL, "A question")
    open_thread(chat, root)
    chat.get_by_label("Also send to #support").check()
    chat.get_by_label("Reply in the thread").fill("For everyone")
    chat.get_by_label("Reply in the thread").press("Enter")
    expect(thread_rows(chat).last).to_contain_text("For everyone")
    assert town.thread(root)[-1]["subtype"] == "thread_broadcast"


def test_an_own_message_is_edited(chat: Page, town: Town) -> None:
    ts = town.say(ANNA, "With *bold* wrods")
    tool(chat, "wrods", "Edit message")
    field = chat.get_by_label("Edit message", exact=True).and_(chat.locator("textarea"))
    expect(field).to_have_value("With *bold* wrods")
    field.fill("With *bold* words")
    field.press("Enter")
    expect(chat.locator("#channel-pane .message")).to_contain_text("(edited)")
    assert [(one["ts"], one["text"]) for one in town.messages()] == [(ts, "With *bold* words")]


def test_escape_leaves_an_edit_without_a_change(chat: Page, town: Town) -> None:
    town.say(ANNA, "Stays")
    tool(chat, "Stays", "Edit message")
    chat.keyboard.type(" not")
    chat.keyboard.press("Escape")
    expect(chat.locator("#channel-pane .message")).to_be_focused()
    assert [one["text"] for one in town.messages()] == ["Stays"]


def test_an_own_message_is_deleted_after_asking(chat: Page, town: Town) -> None:
    town.say(ANNA, "A slip")
    tool(chat, "A slip", "Delete message")
    chat.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(chat.locator("#channel-pane .message")).to_have_count(1)
    tool(chat, "A slip", "Delete message")
    chat.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(chat.locator("#channel-pane .message")).to_have_count(0)
    assert town.messages() == []


def test_a_deleted_root_with_replies_leaves_its_place(chat: Page, town: Town) -> None:
    root = town.say(ANNA, "A root")
    town.say(MIKAEL, "A reply", thread_ts=root)
    town.call("/play/delete", {"user": ANNA, "channel": SUPPORT, "ts": root})
    expect(chat.locator("#channel-pane .message")).to_contain_text("This message was deleted.")


def test_somebody_elses_message_has_no_edit_or_delete(chat: Page, town: Town) -> None:
    town.say(MIKAEL, "Not yours")
    row = chat.locator("#channel-pane .message")
    row.hover()
    expect(row.get_by_role("button", name="Reply in thread")).to_be_visible()
    expect(row.get_by_role("button", name="Edit message")).to_have_count(0)
    expect(row.get_by_role("button", name="Delete message")).to_have_count(0)


def test_a_reaction_is_put_and_taken(chat: Page, town: Town) -> None:
    town.say(MIKAEL, "Well?")
    tool(chat, "Well?", "React")
    chat.get_by_role("group", name="Choose a reaction").get_by_role("button", name="eyes").click()
    chip = chat.locator(".reaction")
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert town.messages()[0]["reactions"][0]["users"] == [ANNA]
    chip.click()
    expect(chip).to_have_count(0)


def test_me_makes_an_italic_message(chat: Page, town: Town) -> None:
    chat.get_by_label("Message #support").fill("/me waves")
    chat.get_by_label("Message #support").press("Enter")
    expect(chat.locator("#channel-pane .message em")).to_have_text("waves")
    assert town.messages()[0]["subtype"] == "me_message"


def test_an_unknown_command_is_refused_and_kept(chat: Page, town: Town) -> None:
    field = chat.get_by_label("Message #support")
    field.fill("/clsoe now")
    field.press("Enter")
    expect(chat.locator("#channel-pane .composer .problem")).to_contain_text("/clsoe is not a command")
    expect(field).to_have_value("/clsoe now")
    assert town.messages() == []


def test_another_person_writes_after_the_switch(chat: Page, town: Town) -> None:
    expect(chat.locator("#viewer option", has_text="(guest)")).to_have_count(1)
    expect(chat.locator("#viewer option", has_text="(outsider)")).to_have_count(1)
    chat.get_by_label("You are").select_option(OUTSIDER)
    chat.get_by_label("Message #support").fill("From outside")
    chat.get_by_label("Message #support").press("Enter")
    expect(chat.locator("#channel-pane .message", has_text="From outside")).to_be_visible()
    assert town.messages()[-1]["user"] == OUTSIDER


def test_a_press_reaches_the_app(chat: Page, town: Town, app: list[JSON]) -> None:
    town.api("chat.postMessage", channel=SUPPORT, text="A card", blocks=CARD)
    button = chat.get_by_role("button", name="I'll take this")
    with chat.expect_response("**/play/press") as answer:
        button.click()
    assert answer.value.json()["acked"]
    expect(button).not_to_have_attribute("aria-busy", "true")
    expect(chat.locator("#channel-pane .pressable .problem")).to_have_count(0)
    clicks = [one for one in app if one["type"] == "block_actions"]
    assert [(one["user"]["id"], one["actions"][0]["action_id"]) for one in clicks] == [(ANNA, "claim")]


def test_a_choice_of_a_menu_reaches_the_app(chat: Page, town: Town, app: list[JSON]) -> None:
    town.api("chat.postMessage", channel=SUPPORT, text="A card", blocks=CARD)
    with chat.expect_response("**/play/press"):
        chat.get_by_label("State").select_option("done")
    clicks = [one["actions"][0] for one in app if one["type"] == "block_actions"]
    assert [one["selected_option"]["value"] for one in clicks] == ["done"]


def test_a_press_that_nobody_hears_says_so(chat: Page, town: Town) -> None:
    town.api("chat.postMessage", channel=SUPPORT, text="A card", blocks=CARD)
    chat.get_by_role("button", name="I'll take this").click()
    expect(chat.locator("#channel-pane .pressable .problem")).to_contain_text("did not answer")


def test_an_ephemeral_message_shows_to_one_person(chat: Page, town: Town) -> None:
    town.api("chat.postEphemeral", channel=SUPPORT, user=ANNA, text="Kept internal", blocks=CARD)
    row = chat.locator("#channel-pane .message.ephemeral")
    expect(row).to_contain_text("Only visible to you")
    expect(row.get_by_role("button", name="I'll take this")).to_be_visible()
    chat.get_by_label("You are").select_option(MIKAEL)
    expect(row).to_have_count(0)


def test_a_post_with_its_own_name_is_marked_as_an_app(chat: Page, town: Town) -> None:
    town.api("chat.postMessage", channel=SUPPORT, text="Hello", username="Matti V.")
    expect(chat.locator("#channel-pane .byline")).to_contain_text("Matti V.APP")


def test_the_thread_shows_that_the_visitor_is_typing(chat: Page, town: Town) -> None:
    root = town.say(MIKAEL, "A question")
    open_thread(chat, root)
    status = {"channel_id": SUPPORT, "thread_ts": root, "status": "Matti is typing …"}
    town.api("assistant.threads.setStatus", **status)
    expect(chat.locator("#thread-status")).to_have_text("Matti is typing …")
