"""Accessibility, small screens, the shop and the demo frame."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.playground.workspace import ANNA, MIKAEL, SUPPORT
from tests.browser.playground.town import (
    CARD,
    PHONE,
    SILTA_ORIGIN,
    SITE_KEY,
    WIDE,
    Town,
    open_thread,
    thread_rows,
    tool,
    violations,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_chat_breaks_no_accessibility_rule(browser: Browser, town: Town, scheme: Any, size: Any) -> None:
    root = town.say(ANNA, "A question with `code` and https://good.example/")
    town.say(MIKAEL, "A reply", thread_ts=root)
    town.api("chat.postMessage", channel=SUPPORT, text="A card", blocks=CARD)
    town.api("chat.postEphemeral", channel=SUPPORT, user=ANNA, text="Only for you")
    page = browser.new_page(viewport=size, color_scheme=scheme, bypass_csp=True)
    page.goto(f"{town.url}/chat")
    expect(page.locator("#channel-pane .message.ephemeral")).to_be_visible()
    assert violations(page) == []
    tool(page, "A question", "React")
    assert violations(page) == []
    page.get_by_role("button", name="1 reply").click()
    expect(thread_rows(page).last).to_contain_text("A reply")
    assert violations(page) == []
    tool(page, "A question", "Edit message", pane="thread")
    assert violations(page) == []
    page.close()


def test_a_planted_fault_is_found_by_the_same_check(chat: Page) -> None:
    chat.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert "button-name" in violations(chat)


def test_the_panes_stack_on_a_phone(browser: Browser, town: Town) -> None:
    root = town.say(MIKAEL, "A question")
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{town.url}/chat")
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="Channels and who you are").click()
    expect(page.get_by_label("You are")).to_be_focused()
    page.keyboard.press("Escape")
    open_thread(page, root)
    expect(page.locator("#channel-pane")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("button", name="Close the thread").click()
    expect(page.locator("#channel-pane")).to_be_visible()
    page.close()


@pytest.mark.parametrize(
    ("language", "button"),
    [
        ("en", "Add to basket"),
        ("fi", "Lisää koriin"),
        ("sv", "Lägg i korgen"),
        ("de", "In den Warenkorb"),
    ],
)
def test_the_shop_speaks_the_language_asked_for(page: Page, town: Town, language: str, button: str) -> None:
    page.goto(f"{town.url}/shop?page=tent&lang={language}")
    expect(page).to_have_title("Tuuli 2 – Kauppa")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("button", name=button)).to_be_visible()
    assert page.locator("script[data-silta]").get_attribute("data-silta") == SITE_KEY
    assert violations(page) == []


def test_the_shop_asks_nothing_of_strangers(page: Page, town: Town) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{town.url}/")
    expect(page.frame_locator(".visitor").locator("h1:visible")).to_be_visible()
    expect(page.frame_locator(".team").locator("#channel-name")).to_have_text("#support")
    known = (town.url, SILTA_ORIGIN)
    assert [url for url in asked if not url.startswith(known)] == []


def test_the_demo_shows_both_sides_or_one_at_a_time(page: Page, town: Town) -> None:
    page.goto(f"{town.url}/")
    titles = page.locator("iframe").evaluate_all("all => all.map((one) => one.title)")
    assert len(titles) == 3
    assert all(titles)
    expect(page.locator(".visitor")).to_be_visible()
    expect(page.locator(".team")).to_be_visible()
    page.set_viewport_size(PHONE)
    expect(page.locator(".team")).to_be_hidden()
    page.get_by_role("button", name="Team").press("Enter")
    expect(page.locator(".team")).to_be_visible()
    expect(page.locator(".visitor")).to_be_hidden()
