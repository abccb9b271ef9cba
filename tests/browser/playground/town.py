"""What the tests of the pages share: the town over the wire, the hands, the checker."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, ViewportSize, expect

from adapters.playground.rules import BOT_TOKEN
from adapters.playground.server import Playground
from adapters.playground.workspace import ANNA, SUPPORT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 780}
JSON = dict[str, Any]

SITE_KEY = "site-of-the-test"
# Nothing listens there: these tests are about the pages, not about the widget.
SILTA_ORIGIN = "http://127.0.0.1:9"
CARD: list[JSON] = [
    {"type": "header", "text": {"type": "plain_text", "text": "Matti V."}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Page*\nTents"}]},
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "style": "primary",
                "action_id": "claim",
                "text": {"type": "plain_text", "text": "I'll take this"},
            },
            {
                "type": "static_select",
                "action_id": "state",
                "placeholder": {"type": "plain_text", "text": "State"},
                "options": [
                    {"text": {"type": "plain_text", "text": "Waiting"}, "value": "waiting"},
                    {"text": {"type": "plain_text", "text": "Done"}, "value": "done"},
                ],
            },
        ],
    },
    {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": "The first plain answer *claims*."}],
    },
]


@dataclass(frozen=True, slots=True)
class Town:
    """The running playground as seen over the wire."""

    url: str
    playground: Playground

    def call(self, path: str, body: JSON | None = None) -> JSON:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        headers |= {"Authorization": f"Bearer {BOT_TOKEN}"} if path.startswith("/api/") else {}
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=sent, headers=headers)
        with urllib.request.urlopen(request) as answer:
            found: JSON = json.load(answer)
            return found

    def api(self, method: str, **arguments: Any) -> JSON:
        answer = self.call(f"/api/{method}", arguments)
        assert answer["ok"], answer
        return answer

    def say(self, user: str, text: str, **more: Any) -> str:
        return str(self.call("/play/say", {"user": user, "channel": SUPPORT, "text": text, **more})["ts"])

    def messages(self) -> list[JSON]:
        return list(self.call(f"/play/channel?channel={SUPPORT}&viewer={ANNA}")["messages"])

    def thread(self, ts: str) -> list[JSON]:
        return list(self.call(f"/play/thread?channel={SUPPORT}&ts={ts}&viewer={ANNA}")["messages"])


def thread_rows(page: Page) -> Locator:
    return page.locator("#thread-pane .message")


def open_thread(page: Page, root: str) -> None:
    page.evaluate("ts => { location.hash += `&thread=${ts}`; }", root)
    expect(page.locator("#thread-pane")).to_be_visible()


def tool(page: Page, text: str, name: str, *, pane: str = "channel") -> None:
    row = page.locator(f"#{pane}-pane .message", has_text=text)
    row.hover()
    row.get_by_role("button", name=name, exact=True).click()


def tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.locator(selector).and_(page.locator(":focus")).count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


def violations(page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [str(one["id"]) for one in found]
