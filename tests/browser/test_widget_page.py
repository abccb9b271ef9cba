"""The widget as a guest on the site's page: what it touches, asks, keeps, obeys and lets be done to it."""

import json

import pytest
from playwright.async_api import FloatRect, expect

from tests.browser import stub
from tests.browser.visit import PHONE, STILL, Visit, story

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NOTHING = {"site": [], "tab": [], "cookies": "", "bases": 0}
EVENTS = """window.heard = [];
for (const name of ['open', 'close', 'sent', 'message', 'unread'])
  addEventListener('silta:' + name, (event) => window.heard.push([name, event.detail]));"""


async def test_nothing_is_asked_or_kept_before_the_visitor_speaks(visit: Visit) -> None:
    page = await visit.come()
    await page.wait_for_timeout(300)
    assert visit.stub.requests == ["GET /widget.js"]
    assert await visit.stored() == NOTHING
    await visit.launcher.hover()
    await visit.launcher.click()
    await expect(visit.text).to_be_focused()
    assert visit.stub.requests == ["GET /widget.js", "GET /widget/panel.js", "GET /v1/site"]
    await page.locator("button.shut").click()
    assert await visit.stored() == NOTHING
    await visit.launcher.click()
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    assert "silta:shop:token" in (await visit.stored())["site"]
    await page.evaluate("Silta('forget')")
    assert await visit.stored() == NOTHING
    await visit.launcher.click()
    await expect(visit.own).to_have_count(0)


async def test_it_breaks_no_strict_policy(visit: Visit) -> None:
    await visit.open()
    await story(visit)
    photo = {"id": "p", "name": "Pia", "photo": "/v1/photo/gone"}
    await visit.stub.agent_says("With a picture", agent="Pia")
    await visit.stub.become(agent=photo)
    await expect(visit.page.locator(".head .face")).to_have_text("P")
    await visit.choose(0)
    await visit.page.locator("#silta-email").fill("anna@example.com")
    await visit.page.keyboard.press("Enter")
    await visit.page.locator("button.shut").click()
    assert await visit.broken() == []
    assert visit.complaints == []


async def test_where_storage_is_closed_it_works_from_memory(visit: Visit) -> None:
    page = await visit.come(csp="none")
    closed = """for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })"""
    await page.add_init_script(closed)
    await page.reload()
    await visit.launcher.click()
    await visit.say("From memory")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.agent_says("Good memory")
    await expect(visit.agents).to_have_text(["Good memory"])
    assert visit.complaints == []


async def test_a_policy_that_blocks_the_bridge_is_named_in_the_console(visit: Visit) -> None:
    await visit.come(policy="script-src 'nonce-n' 'strict-dynamic'; connect-src 'none'")
    await visit.launcher.click()
    await expect(visit.page.locator(".sorry")).to_contain_text("does not open just now")
    await visit.complained(f"this page blocks the chat: allow {visit.stub.origin} and ws://")


async def test_an_unknown_key_is_named_in_the_console(visit: Visit) -> None:
    visit.stub.faults.site_status = 404
    await visit.come(key="nobody")
    await visit.launcher.click()
    await expect(visit.page.locator(".sorry")).to_be_visible()
    await visit.complained('no site has the key "nobody"')
    visit.stub.faults.site_status = 200
    await visit.launcher.click()
    await expect(visit.dialog).to_be_visible()


HOSTILE = "<img src=x onerror=window.hit=1><script>window.hit=1</script>\u202e&lt;b&gt;"


async def test_hostile_texts_are_only_texts(visit: Visit) -> None:
    visit.stub.site |= {"name": HOSTILE, "privacy_url": "javascript:window.hit=1", "accent": "red;}"}
    page = await visit.open(csp="none")
    await visit.say(HOSTILE)
    deep: object = "core"
    for _ in range(15):
        deep = {"unknown": HOSTILE, "inside": [deep]}
    await visit.stub.agent_says(
        HOSTILE,
        {"link": "javascript:window.hit=1", "inside": ["bad"]},
        {"link": "data:text/html,<script>window.hit=1</script>", "inside": ["worse"]},
        {"link": 'https://ok.example/"onclick=1', "inside": [HOSTILE]},
        deep,
        {"inside": "no list"},
        7,
        None,
        agent=HOSTILE,
    )
    await visit.stub.become(status="claimed", agent=visit.stub.agent(HOSTILE))
    await expect(visit.agents).to_contain_text("core")
    await expect(visit.own).to_have_text(HOSTILE)
    links = await page.locator(".log a").evaluate_all("all => all.map((a) => [a.href, a.rel])")
    assert [href for href, _ in links] == ["https://ok.example/%22onclick=1"]
    assert links[0][1] == "noopener nofollow"
    assert await page.locator(".panel img, .panel script").count() == 0
    assert await page.evaluate("window.hit") is None
    assert visit.complaints == []


async def test_a_very_long_word_does_not_widen_the_log(visit: Visit) -> None:
    page = await visit.open()
    await visit.say("w" * 3000)
    await expect(visit.own).to_have_count(1)
    log = page.locator(".log")
    assert await log.evaluate("log => log.scrollWidth <= log.clientWidth")


@pytest.mark.parametrize("language", stub.LANGUAGES)
async def test_all_is_said_in_the_language_of_the_page(visit: Visit, language: str) -> None:
    page = await visit.come(lang=language)
    sentences = stub.texts(language)
    await expect(visit.launcher).to_have_accessible_name(sentences["launcher"])
    await visit.launcher.click()
    await expect(visit.dialog).to_have_attribute("lang", language)
    await story(visit)
    await visit.choose(0)
    spoken = await visit.dialog.inner_text()
    for name in ("email_label", "email_why", "email_save", "cancel", "removed", "seen"):
        assert sentences[name] in spoken
    named = "all => all.map((one) => one.ariaLabel).filter(Boolean)"
    labels = await page.locator("dialog [aria-label]").evaluate_all(named)
    assert set(labels) == {sentences[name] for name in ("menu", "close", "log", "write", "send")}
    assert "undefined" not in spoken
    assert "{" not in spoken


async def test_the_page_may_speak_before_the_script_has_come(visit: Visit) -> None:
    page = await visit.come(early="Silta('setLanguage', 'fi');Silta('open');" + EVENTS)
    await expect(visit.dialog).to_have_attribute("lang", "fi")
    await visit.say("Hei")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.agent_says("Moi")
    await expect(visit.agents).to_have_text(["Moi"])
    await page.evaluate("Silta('close')")
    await expect(visit.dialog).to_be_hidden()
    await visit.stub.agent_says("Vielä siellä?")
    await expect(page.locator(".count")).to_have_text("1")
    heard = json.loads(await page.evaluate("JSON.stringify(window.heard)"))
    assert [name for name, _ in heard if name != "unread"] == [
        "open",
        "sent",
        "message",
        "close",
        "message",
    ]
    assert ["unread", {"count": 1}] in heard


async def test_the_calls_of_the_page(visit: Visit) -> None:
    page = await visit.come()
    await page.evaluate("Silta('hide')")
    await expect(visit.launcher).to_be_hidden()
    await page.evaluate("Silta('show')")
    await expect(visit.launcher).to_be_visible()
    await page.evaluate("Silta('on', 'open', window.spy = () => { window.times = (window.times || 0) + 1 })")
    await page.get_by_text("Ask us").click()
    await expect(visit.dialog).to_be_visible()
    assert page.url.rstrip("?/") == visit.stub.shop
    await visit.text.fill("A draft")
    await page.evaluate("Silta('setLanguage', 'sv')")
    await expect(visit.dialog).to_have_attribute("lang", "sv")
    await expect(visit.text).to_have_value("A draft")
    await page.evaluate("Silta('toggle')")
    await expect(visit.dialog).to_be_hidden()
    await page.evaluate("Silta('off', 'open', window.spy); Silta('open')")
    await expect(visit.dialog).to_be_visible()
    assert await page.evaluate("window.times") == 1


async def test_it_can_be_taken_away_and_put_back(visit: Visit) -> None:
    page = await visit.open(csp="none")
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await page.evaluate("Silta('destroy')")
    await expect(page.locator("silta-chat")).to_have_count(0)
    assert await page.evaluate("typeof window.Silta") == "undefined"
    again = """(src) => { const script = document.createElement('script');
      script.dataset.silta = 'shop'; script.src = src; document.head.append(script); }"""
    await page.evaluate(again, f"{visit.stub.origin}/widget.js")
    await page.evaluate(again, f"{visit.stub.origin}/widget.js")
    await expect(page.locator("silta-chat")).to_have_count(1)
    await visit.launcher.click()
    await expect(visit.own).to_have_text(["Hello"])
    assert visit.complaints == []


async def test_the_page_styles_do_not_reach_in(visit: Visit) -> None:
    pictures = []
    for css in ("", "*{all:unset!important}html{font-size:40px}*{--accent:red;--bg:lime!important}"):
        page = await visit.open(looks=STILL, csp="none", css=css)
        box = await visit.dialog.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (384, 640)
        inner: FloatRect = {"x": box["x"] + 4, "y": box["y"] + 20, "width": 376, "height": 600}
        pictures.append(await page.screenshot(clip=inner, caret="hide"))
        await page.close()
    assert pictures[0] == pictures[1]


async def test_keys_typed_in_the_panel_are_not_the_shortcuts_of_the_page(visit: Visit) -> None:
    page = await visit.open(csp="none")
    await page.evaluate("window.keys = []; addEventListener('keydown', (e) => keys.push(e.key))")
    await visit.text.press("s")
    await visit.text.press("/")
    assert await page.evaluate("window.keys") == []


async def test_on_a_phone_the_page_is_left_as_it_was(visit: Visit) -> None:
    page = await visit.come(looks=PHONE | STILL, csp="none", css="body{height:3000px}")
    await page.evaluate("scrollTo(0, 700)")
    look = "[scrollY, document.body.style.cssText, getComputedStyle(document.body).overflow]"
    before = await page.evaluate(look)
    await visit.launcher.tap()
    await expect(visit.dialog).to_be_visible()
    assert await visit.dialog.evaluate("one => one.matches(':modal')")
    box = await visit.dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 780}
    await page.locator("button.shut").tap()
    await expect(visit.dialog).to_be_hidden()
    assert await page.evaluate(look) == before
