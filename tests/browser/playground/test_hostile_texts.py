"""Nothing that a message says becomes active content of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from adapters.playground.workspace import MIKAEL, SUPPORT
from tests.browser.playground.town import Town

pytestmark = pytest.mark.browser


HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
BAD_LINKS = (
    "javascript:document.title='owned'",
    "data:text/html,<b>x",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
)


@pytest.mark.parametrize("text", [HOSTILE, "<a href='javascript:alert(1)'>x</a>", "<svg/onload=alert(1)>"])
def test_typed_markup_stays_text(chat: Page, town: Town, text: str) -> None:
    town.say(MIKAEL, text)
    body = chat.locator("#channel-pane .message .body")
    expect(body).to_have_text(text)
    assert body.locator("script, img, svg, a").count() == 0
    expect(chat).to_have_title("Playground workplace")


@pytest.mark.parametrize("address", BAD_LINKS)
def test_a_dangerous_address_never_becomes_a_link(chat: Page, town: Town, address: str) -> None:
    escaped = address.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    town.api(
        "chat.postMessage",
        channel=SUPPORT,
        text=f"<{escaped}|press> and <https://good.example/|good>",
    )
    rich = {"type": "link", "url": address, "text": "press"}
    section = {"type": "rich_text_section", "elements": [rich]}
    town.call("/play/say", {"user": MIKAEL, "channel": SUPPORT, "text": f"see {address}"})
    if "://" in address or address.startswith("javascript"):
        town.api(
            "chat.postMessage",
            channel=SUPPORT,
            text="x",
            blocks=[{"type": "rich_text", "elements": [section]}],
        )
    expect(chat.locator("#channel-pane .message .body").first).to_contain_text("press")
    links = chat.locator("#channel-pane .body a").evaluate_all("all => all.map((one) => one.href)")
    assert links == ["https://good.example/"]


def test_markup_in_names_and_cards_stays_text(chat: Page, town: Town) -> None:
    section = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*bold* &lt;img src=x onerror=alert(1)&gt; <!here>"},
    }
    town.api("chat.postMessage", channel=SUPPORT, text="x", username="<img src=x>", blocks=[section])
    row = chat.locator("#channel-pane .message")
    expect(row.locator(".byline")).to_contain_text("<img src=x>")
    expect(row.locator(".body")).to_have_text("bold <img src=x onerror=alert(1)> @here")
    assert row.locator(".body img").count() == 0
    assert row.locator(".body strong").all_inner_texts() == ["bold"]
