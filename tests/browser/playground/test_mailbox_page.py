"""The mailbox page: it shows what came, by mouse, keyboard and on a phone, and no mail can do anything there."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage
from select import select
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.playground.town import PHONE, WIDE, Town, tab_to, violations

pytestmark = pytest.mark.browser

HOSTILE = """
<base href="http://evil.example/" target="_self"><meta http-equiv="refresh" content="0;url=http://evil.example/refresh">
<link rel="stylesheet" href="http://evil.example/a.css"><style>@import "http://evil.example/b.css";
body { background: url(http://evil.example/c.png) } @font-face { font-family: x; src: url(http://evil.example/d.woff) }
p { font-family: x }</style><script src="http://evil.example/e.js"></script>
<script>top.document.title = 'owned'; top.location = 'http://evil.example/top'</script>
<img src="http://evil.example/f.png" onerror="top.document.title='owned'">
<svg onload="top.document.title='owned'"></svg>
<iframe src="http://evil.example/g"></iframe><object data="http://evil.example/h"></object>
<video src="http://evil.example/i" autoplay></video>
<form action="http://evil.example/j" id="form"><button id="send">Send</button></form>
<p id="here" style="color: rgb(1, 2, 3)">Here</p><a id="away" href="http://evil.example/k" target="_top">Away</a>
<a id="run" href="javascript:top.document.title='owned'">Run</a>
"""
MARKUP = "<img src=x onerror=\"document.title='owned'\"></iframe><script>document.title='owned'</script>"


def send(town: Town, subject: str, *, html: str = "<p>Rich words</p>", to: str = "matti@customer.example") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Kauppa <chat@shop.example>", to, subject
    mail["Message-ID"] = "<1@silta.example>"
    mail.set_content(f"Plain words {MARKUP} https://shop.example/")
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP(town.playground.smtp_host, town.playground.smtp_port) as client:
        client.send_message(mail)


@pytest.fixture
def mailbox(page: Page, town: Town) -> Page:
    """The page, empty."""
    page.goto(f"{town.url}/mail")
    expect(page.get_by_text("No mail yet.")).to_be_visible()
    return page


def test_a_mail_appears_by_itself_and_is_shown_three_ways(mailbox: Page, town: Town) -> None:
    send(town, "First")
    expect(mailbox.locator("#subject")).to_have_text("First")
    expect(mailbox.locator(".item")).to_contain_text("matti@customer.example")
    expect(mailbox.locator(".letter > .facts")).to_contain_text("Kauppa <chat@shop.example>")
    expect(mailbox.frame_locator("iframe").locator("p")).to_have_text("Rich words")
    mailbox.get_by_role("button", name="Plain text").click()
    expect(mailbox.get_by_role("region", name="The mail as plain text")).to_contain_text("Plain words <img")
    mailbox.get_by_role("button", name="Source").click()
    expect(mailbox.get_by_role("region", name="source")).to_contain_text("Message-ID: <1@silta.example>")
    mailbox.get_by_text("1 link").click()
    expect(mailbox.get_by_role("link", name="https://shop.example/")).to_be_visible()


def test_the_open_mail_stays_when_another_comes(mailbox: Page, town: Town) -> None:
    send(town, "First")
    expect(mailbox.locator("#subject")).to_have_text("First")
    send(town, "Second", html="")
    expect(mailbox.locator("#notice")).to_have_text("New mail to matti@customer.example: Second")
    expect(mailbox.locator(".item.unread")).to_contain_text("Second")
    expect(mailbox.locator("#subject")).to_have_text("First")
    mailbox.get_by_role("link", name="Second").click()
    expect(mailbox.locator("#subject")).to_have_text("Second")
    expect(mailbox.locator(".views button")).to_have_text(["Plain text", "Source"])
    expect(mailbox.locator(".item.unread")).to_have_count(0)
    mailbox.go_back()
    expect(mailbox.locator("#subject")).to_have_text("First")


def test_the_keyboard_reaches_every_mail(mailbox: Page, town: Town) -> None:
    for subject in ("First", "Second", "Third"):
        send(town, subject)
    expect(mailbox.locator(".item")).to_have_count(3)
    mailbox.locator("#subject").wait_for()
    tab_to(mailbox, ".item")
    mailbox.keyboard.press("Home")
    expect(mailbox.locator(".item").first).to_be_focused()
    mailbox.keyboard.press("ArrowDown")
    mailbox.keyboard.press("Enter")
    expect(mailbox.locator("#subject")).to_have_text("Second")
    expect(mailbox.locator(".item").nth(1)).to_be_focused()
    tab_to(mailbox, ".views button")


def test_a_phone_shows_the_list_or_the_mail(browser: Browser, town: Town) -> None:
    send(town, "A subject of many words that is longer than a phone is wide, by far and without an end")
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{town.url}/mail")
    expect(page.locator("#letter")).to_be_hidden()
    page.locator(".item").click()
    expect(page.locator("#box")).to_be_hidden()
    expect(page.locator("#subject")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("button", name="Back to the mails").click()
    expect(page.locator(".item")).to_be_focused()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_mailbox_breaks_no_accessibility_rule(browser: Browser, town: Town, scheme: Any, size: Any) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme, bypass_csp=True)
    page.goto(f"{town.url}/mail")
    expect(page.get_by_text("No mail yet.")).to_be_visible()
    assert violations(page) == []
    send(town, "First")
    send(town, "Second", html="")
    expect(page.locator(".item")).to_have_count(2)
    assert violations(page) == []
    page.locator(".item").last.click()
    page.get_by_text("All headers").click()
    for name in ("Plain text", "Source"):
        page.get_by_role("button", name=name).click()
        assert violations(page) == []
    page.close()


def test_a_hostile_mail_stays_inert(browser: Browser, town: Town) -> None:
    """What the browser names as asked for, its policy has stopped before a byte of it left."""
    with socket.create_server(("127.0.0.1", 0)) as evil:
        _stays_inert(browser, town, f"http://127.0.0.1:{evil.getsockname()[1]}")
        while select([evil], [], [], 0.5)[0]:  # Chromium dials for a frame that its policy then stops, and says nothing
            line, _ = evil.accept()
            with line:
                line.settimeout(5)
                assert line.recv(1) == b""


def _stays_inert(browser: Browser, town: Town, evil: str) -> None:
    html = HOSTILE.replace("http://evil.example", evil)
    send(town, f"Subject {MARKUP}", html=html, to=f'"{MARKUP.replace(chr(34), "")}" <matti@customer.example>')
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    page.goto(f"{town.url}/mail")
    letter = page.frame_locator(".body-holder iframe")
    expect(letter.locator("#here")).to_have_css("color", "rgb(1, 2, 3)")
    for action in ("#send", "#run", "#away"):
        letter.locator(action).click()
        expect(letter.locator("#here")).to_be_visible()
    page.get_by_role("button", name="Plain text").click()
    expect(page.locator(".plain")).to_contain_text("<script>")
    page.get_by_text("All headers").click()
    expect(page).to_have_title("Mailbox (1) – Playground")
    assert page.locator("img, .letter script").count() == 0
    assert page.url == f"{town.url}/mail#mail=1"
    assert len(context.pages) == 1
    left = [request for request in asked if request.failure != "csp"]
    assert [one.url for one in left if not one.url.startswith((town.url, "about:", "data:"))] == []
    context.close()


def test_the_frame_of_a_mail_has_no_rights(mailbox: Page, town: Town) -> None:
    send(town, "First")
    frame = mailbox.locator(".body-holder iframe")
    expect(frame).to_have_attribute("sandbox", "")
    assert str(frame.get_attribute("srcdoc")).startswith(
        '<meta http-equiv="Content-Security-Policy" content="default-src'
    )


@pytest.mark.parametrize("path", ["chat", "shop"])
def test_the_other_pages_count_the_mails(page: Page, town: Town, path: str) -> None:
    send(town, "First")
    page.goto(f"{town.url}/{path}")
    link = page.get_by_role("link", name="Mailbox")
    expect(link).to_contain_text("1")
    send(town, "Second")
    expect(link).to_contain_text("2")
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.locator("#subject")).to_have_text("Second")
    opened.value.close()
