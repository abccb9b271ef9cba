"""The page of a mail as a reader shows it: readable, nothing fetched, nothing beside the screen, no script."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Request

from adapters.mail import preview
from bridge.letters import Letter
from tests.mail.letters import SAMPLES
from tests.mail.test_hostile_letters import STRINGS, hostile

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations", "passes"]}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAINTED = "document.documentElement.style.background = 'Canvas'"  # what is there anyway, said so that axe sees it
LONG = ("w" * 10_000, "https://x.example/" + "a" * 3_000)
ACTIVE = "document.querySelectorAll('script, img, iframe, style, link, form, svg').length"
EDGES = """() => [...document.querySelectorAll('[role=main] [dir=auto]')].map((one) => one.getBoundingClientRect())
  .filter((box) => box.right > innerWidth || box.left < 0 || box.right - box.left > 600).length"""


async def opened(browser: Browser, letter: Letter, *, width: int = 390, scheme: str = "light"):
    page = await browser.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)  # type: ignore[arg-type]
    await page.set_content(preview(letter)[1])
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_rule_of_access_is_broken(browser, scheme):
    for letter in SAMPLES.values():
        page = await opened(browser, letter, scheme=scheme)
        await page.evaluate(PAINTED)
        found = (await Axe().run(page, options=RULES)).response
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
        assert "color-contrast" in [one["id"] for one in found["passes"]]
        await page.close()


@pytest.mark.parametrize("width", [320, 390, 800])
async def test_nothing_stands_beside_the_screen(browser, width):
    for letter in (
        *SAMPLES.values(),
        *map(hostile, LONG),
    ):
        page = await opened(browser, letter, width=width)
        assert await page.evaluate(TOO_WIDE) == 0
        assert await page.evaluate(EDGES) == 0
        await page.close()


async def test_dark_is_dark_and_light_is_light(browser):
    grounds = {}
    for scheme in ("light", "dark"):
        page = await opened(browser, SAMPLES["finnish"], scheme=scheme)
        grounds[scheme] = await page.evaluate("getComputedStyle(document.querySelector('[role=main]')).color")
        await page.close()
    assert grounds == {"light": "rgb(0, 0, 0)", "dark": "rgb(255, 255, 255)"}


async def test_hostile_letters_do_nothing_and_fetch_nothing(browser):
    page = await browser.new_page()
    fetched: list[Request] = []
    page.on("request", lambda request: fetched.append(request))
    for words in STRINGS:
        await page.set_content(preview(hostile(words))[1])
        assert await page.evaluate("document.title") != "owned"
        assert await page.evaluate(ACTIVE) == 0
    assert fetched == []
    await page.close()
