"""The widget for everybody: by keyboard, by ear, on small screens, in every colour scheme."""

import json
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.stub import panel, texts
from tests.browser.visit import DESK, PHONE, STATES, STILL, TINY, Visit, menu, story

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EN = texts("en")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations", "passes"]}
ON_DESKS: list[tuple[str, dict[str, Any]]] = [(name, DESK | STILL) for name in STATES]
ELSEWHERE: list[tuple[str, dict[str, Any]]] = [
    ("story", PHONE | STILL),
    ("menu", TINY | STILL),
    ("story", DESK | {"contrast": "more"}),
]

FOCUSED = """() => { let one = document.activeElement;
  while (one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
  return one.id || one.className || one.tagName; }"""

ALL = """(choice) => [...document.querySelector('silta-chat').shadowRoot.querySelectorAll(choice)]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width)"""
SIZES = f"""{ALL}
  .map((one) => [one.className || one.id, one.getBoundingClientRect().width, one.getBoundingClientRect().height,
    one.matches('input, textarea') ? parseFloat(getComputedStyle(one).fontSize) : 16])"""


async def clean(page: Page) -> None:
    """No rule is broken, and the scan has seen into the widget (a blind one finds nothing)."""
    found = (await Axe().run(page, options=RULES)).response
    broken = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
    assert broken == []
    seen = json.dumps([one["nodes"] for one in found["passes"] if one["id"] == "button-name"])
    assert "silta-chat" in seen


@pytest.mark.parametrize(("state", "looks"), ON_DESKS + ELSEWHERE)
async def test_no_rule_of_access_is_broken(visit: Visit, state: str, looks: dict[str, Any]) -> None:
    page = await visit.open(looks=looks, csp="none")
    await STATES[state](visit)
    await clean(page)
    await page.emulate_media(color_scheme="dark")
    await expect(page.locator(".silta[data-dark]")).to_be_attached()
    await clean(page)
    small = [
        one
        for one in await page.evaluate(SIZES, "button, input, textarea, .menu a")
        if min(one[1:3]) < 44 or one[3] < 16
    ]
    assert small == []


async def test_the_closed_launcher_breaks_no_rule(visit: Visit) -> None:
    page = await visit.come(csp="none")
    await clean(page)


async def test_the_whole_chat_by_keyboard(visit: Visit) -> None:
    page = await visit.come()
    keys = page.keyboard
    for _ in range(4):
        await keys.press("Tab")
    await expect(visit.launcher).to_be_focused()
    await keys.press("Enter")
    await expect(visit.text).to_be_focused()
    await keys.type("One")
    await keys.press("Shift+Enter")
    await keys.type("Two")
    await keys.press("Enter")
    await expect(visit.own).to_have_text(["One\nTwo"])
    await expect(visit.text).to_be_focused()
    path = []
    for _ in range(4):
        await keys.press("Shift+Tab")
        path.append(await page.evaluate(FOCUSED))
    assert path == ["A", "log", "shut", "more"]
    await keys.press("Enter")
    await keys.press("Tab")
    assert await page.evaluate(FOCUSED) == "item"
    await keys.press("Escape")
    assert await page.evaluate(FOCUSED) == "more"
    await keys.press("Enter")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.locator("#silta-email")).to_be_focused()
    await keys.press("Escape")
    await expect(visit.text).to_be_focused()
    await keys.press("Escape")
    await expect(visit.dialog).to_be_hidden()
    await expect(visit.launcher).to_be_focused()
    await expect(visit.launcher).to_have_attribute("aria-expanded", "false")


async def test_enter_does_not_send_while_a_word_is_being_composed(visit: Visit) -> None:
    await visit.open()
    await visit.text.fill("にほん")
    await visit.text.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await visit.text.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    await expect(visit.text).to_have_value("にほん")
    await expect(visit.own).to_have_count(0)
    await visit.text.press("Enter")
    await expect(visit.own).to_have_count(1)


async def test_escape_on_the_page_closes_only_what_hides_the_focus(visit: Visit) -> None:
    page = await visit.open(csp="none", css="#far{position:fixed;right:60px;bottom:200px}")
    await page.get_by_role("button", name="Buy").focus()
    await page.keyboard.press("Escape")
    await expect(visit.dialog).to_be_visible()
    await page.evaluate("document.querySelector('main button').id = 'far'")
    await page.keyboard.press("Escape")
    await expect(visit.dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Buy")).to_be_focused()


WATCH = """() => { const log = document.querySelector('silta-chat').shadowRoot.querySelector('.log');
  window.added = [];
  new MutationObserver((all) => { for (const one of all) for (const node of one.addedNodes)
    if (node.nodeName === 'LI' && log.ariaLive !== 'off') window.added.push(node.textContent); })
    .observe(log, { childList: true, subtree: true }); }"""


async def test_only_what_is_new_is_announced_and_only_once(visit: Visit) -> None:
    visit.stub.visitor_said("Long ago", minutes_ago=60 * 30)
    page = await visit.open()
    log = page.locator(".log")
    await page.evaluate(WATCH)
    await expect(log).to_have_attribute("aria-live", "polite")
    await visit.say("Hello")
    await expect(visit.own).to_have_text(["Long ago", "Hello"])
    await expect(page.locator("dialog [role=status]")).to_have_text(EN["sent"])
    assert not [one for one in await page.evaluate("window.added") if "Long ago" in one]
    await expect(log).to_have_attribute("aria-live", "polite")
    await page.evaluate("window.added = []")
    message = await visit.stub.agent_says("Hello yourself")
    await visit.stub.amend(message, edited=True)
    await expect(page.locator("[data-state=seen]").last).to_be_visible()
    added = await page.evaluate("window.added")
    assert len(added) == 1
    assert "Anna: Hello yourself" in added[0]
    await page.locator("button.shut").click()
    await visit.stub.agent_says("Still there?")
    said = page.locator("silta-chat .silta > [role=status]")
    await expect(said).to_have_text(EN["message_from"].format(name="Anna"))


async def test_a_small_window_leaves_room_for_the_messages(visit: Visit) -> None:
    page = await visit.open(looks=TINY)
    await story(visit)
    log = await page.locator(".log").bounding_box()
    assert log is not None
    assert log["height"] >= 0.4 * 256
    wide = "document.documentElement.scrollWidth <= 320"
    assert await page.evaluate(wide)
    inside = "one => [...one.children].every((part) => part.scrollWidth <= one.clientWidth)"
    assert await visit.dialog.evaluate(inside)


async def test_wider_letters_and_lines_cut_nothing_off(visit: Visit) -> None:
    page = await visit.open(looks=PHONE)
    await menu(visit)
    spacing = """() => { const sheet = new CSSStyleSheet();
      sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}');
      document.querySelector('silta-chat').shadowRoot.adoptedStyleSheets.push(sheet); }"""
    await page.evaluate(spacing)
    clipped = f"""{ALL}
      .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      .map((one) => one.className)"""
    assert await page.evaluate(clipped, "button, .bubble, .meta, .under") == []


async def test_nothing_moves_for_who_wants_it_still(visit: Visit) -> None:
    page = await visit.open(looks=STILL)
    await visit.say("Hello")
    await expect(visit.own).to_have_count(1)
    assert await page.evaluate("document.getAnimations({ subtree: true }).length") == 0
    moving = "document.querySelector('silta-chat').shadowRoot.getAnimations().length"
    assert await page.evaluate(moving) == 0


async def test_forced_colours_keep_every_edge(visit: Visit) -> None:
    page = await visit.open(looks={"forced_colors": "active"})
    await story(visit)
    edges = f"""{ALL}.map((one) => [one.className, getComputedStyle(one)])
      .map(([name, style]) => [name, parseFloat(style.borderTopWidth), style.borderTopColor])"""
    found = await page.evaluate(edges, ".bubble, .main, .panel, textarea, .shut")
    assert len(found) > 6
    for name, width, colour in found:
        assert width >= 1, name
        assert colour != "rgba(0, 0, 0, 0)", name


COLOURS = """async (source) => {
  const from = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const { palette, contrast, patience } = await import(from);
  const parse = (text) => text.match(/\\d+/g).map(Number);
  const worst = { ink: 21, rim: 21 };
  for (let n = 0; n < 4096; n++) for (const dark of [false, true]) {
    const hex = '#' + [8, 4, 0].map((shift) => (((n >> shift) & 15) * 17).toString(16).padStart(2, '0')).join('');
    const colours = palette(hex, dark);
    worst.ink = Math.min(worst.ink, contrast(parse(colours['--accent']), parse(colours['--ink'])));
    worst.rim = Math.min(worst.rim, contrast(parse(colours['--rim']), dark ? [21, 25, 30] : [255, 255, 255]));
  }
  const waits = [0, 3, 9].map((tries) => Array.from({ length: 400 }, () => patience(tries)));
  return { ...worst, lows: waits.map((all) => Math.min(...all)), highs: waits.map((all) => Math.max(...all)) };
}"""


async def test_every_accent_can_be_read_and_every_wait_is_jittered(visit: Visit) -> None:
    page = await visit.come(csp="none")
    source = panel().decode() + "\nexport { palette, contrast, patience };"
    found = await page.evaluate(COLOURS, source)
    assert found["ink"] >= 4.5
    assert found["rim"] >= 3
    for low, high, top in zip(found["lows"], found["highs"], (1, 8, 30), strict=True):
        assert 0 <= low < top * 0.1
        assert top * 0.9 < high <= top
