"""The chat by keyboard alone, and what arrives while somebody is at it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from adapters.playground.rules import Rules
from adapters.playground.server import Playground
from adapters.playground.workspace import ANNA, MIKAEL, SARA, SUPPORT
from tests.browser.playground.loop import Loop
from tests.browser.playground.town import Town, open_thread, tab_to, thread_rows, tool

pytestmark = pytest.mark.browser


def test_a_reply_by_keyboard_alone(chat: Page, town: Town) -> None:
    root = town.say(MIKAEL, "A question")
    expect(chat.locator("#channel-pane .message")).to_have_count(1)
    tab_to(chat, "#channel-pane .log")
    chat.keyboard.press("ArrowUp")
    tab_to(chat, "#channel-pane .tools button[title='Reply in thread']")
    chat.keyboard.press("Enter")
    expect(chat.get_by_label("Reply in the thread")).to_be_focused()
    chat.keyboard.type("First line")
    chat.keyboard.press("Shift+Enter")
    chat.keyboard.type("second line")
    chat.keyboard.press("Enter")
    expect(thread_rows(chat).last).to_contain_text("second line")
    assert town.thread(root)[-1]["text"] == "First line\nsecond line"
    chat.keyboard.press("Escape")
    expect(chat.locator("#thread-pane")).to_be_hidden()
    expect(chat.get_by_role("button", name="1 reply")).to_be_focused()


def test_enter_while_composing_does_not_send(chat: Page, town: Town) -> None:
    field = chat.get_by_label("Message #support")
    field.fill("にほ")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    field.press("End")
    expect(field).to_have_value("にほ")
    assert town.messages() == []
    field.press("Enter")
    expect(chat.locator("#channel-pane .message")).to_contain_text("にほ")


def test_arrow_up_in_the_empty_field_edits_the_last_own_message(chat: Page, town: Town) -> None:
    town.say(ANNA, "Mine")
    town.say(MIKAEL, "Not mine")
    expect(chat.locator("#channel-pane .message")).to_have_count(2)
    chat.get_by_label("Message #support").press("ArrowUp")
    expect(chat.locator(".edit textarea")).to_have_value("Mine")
    expect(chat.locator(".edit textarea")).to_be_focused()


def test_only_what_arrives_later_is_announced(chat: Page, town: Town) -> None:
    town.say(MIKAEL, "Old")
    chat.reload()
    rows = chat.locator("#channel-pane .message")
    expect(rows).to_have_attribute("aria-live", "off")
    town.say(MIKAEL, "New")
    expect(rows).to_have_count(2)
    assert [row.get_attribute("aria-live") for row in rows.all()] == ["off", None]


def test_an_update_leaves_the_focus_and_an_open_edit_alone(chat: Page, town: Town) -> None:
    ts = town.say(ANNA, "Being edited")
    tool(chat, "Being edited", "Edit message")
    chat.keyboard.type(" now")
    eyes = {"user": MIKAEL, "channel": SUPPORT, "ts": ts, "name": "eyes"}
    town.call("/play/react", eyes)
    town.say(MIKAEL, "Meanwhile")
    expect(chat.locator("#channel-pane .message")).to_have_count(2)
    expect(chat.locator(".edit textarea")).to_be_focused()
    expect(chat.locator(".edit textarea")).to_have_value("Being edited now")
    chat.keyboard.press("Escape")
    expect(chat.locator("#channel-pane .reaction")).to_be_visible()


def test_a_reload_keeps_place_and_draft(chat: Page, town: Town) -> None:
    root = town.say(MIKAEL, "A question")
    open_thread(chat, root)
    chat.get_by_label("You are").select_option(SARA)
    chat.get_by_label("Reply in the thread").fill("Half a sent")
    chat.reload()
    expect(thread_rows(chat)).to_contain_text("A question")
    expect(chat.get_by_label("You are")).to_have_value(SARA)
    expect(chat.get_by_label("Reply in the thread")).to_have_value("Half a sent")


def test_the_demo_frame_follows_the_newest_thread_until_it_is_closed(page: Page, town: Town) -> None:
    root = town.say(MIKAEL, "First")
    town.say(ANNA, "Reply", thread_ts=root)
    page.goto(f"{town.url}/chat?follow=1")
    expect(thread_rows(page).first).to_contain_text("First")
    page.get_by_role("button", name="Close the thread").click()
    town.say(MIKAEL, "Another", thread_ts=root)
    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    expect(page.locator("#thread-pane")).to_be_hidden()
    newer = town.say(MIKAEL, "Second")
    town.say(ANNA, "Reply", thread_ts=newer)
    expect(thread_rows(page).first).to_contain_text("Second")


def test_a_restart_is_said_and_what_was_missed_is_read(chat: Page, town: Town, loop: Loop) -> None:
    town.say(MIKAEL, "Before")
    expect(chat.locator("#channel-pane .message")).to_contain_text("Before")
    loop.run(town.playground.stop())
    expect(chat.locator("#notice")).to_contain_text("does not answer", timeout=15_000)
    field = chat.get_by_label("Message #support")
    field.fill("Written meanwhile")
    field.press("Enter")
    expect(chat.locator("#channel-pane .composer .problem")).to_contain_text("Not sent")
    expect(field).to_have_value("Written meanwhile")
    again = Playground(town.playground.stage.workspace, rules=Rules(limits=False))
    loop.run(again.start(port=int(town.url.rpartition(":")[2])))
    try:
        town.say(SARA, "After")
        expect(chat.locator("#channel-pane .message")).to_have_count(2, timeout=20_000)
        expect(chat.locator("#notice")).to_have_text("Connected again.")
    finally:
        loop.run(again.stop())
