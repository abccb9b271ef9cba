"""What a person sees and does in the pretend Teams."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from adapters.playground.teams.workspace import ANNA, BOT, GUEST, MIKAEL, OUTSIDER, SARA
from tests.browser.playground.teams_town import TeamsTown, failed, told
from tests.browser.playground.town import PHONE, WIDE, tab_to, violations
from tests.hostile import BATTERY

pytestmark = pytest.mark.browser

BAD = ("javascript:document.title='owned'", "data:text/html,<b>x", "vbscript:x", "file:///etc/passwd", "//evil.example")
ALIVE = """bodies => bodies.flatMap((body) => [...body.querySelectorAll(
  'script, img, svg, iframe, object, embed, form, input, style, video, a')]).map((one) => one.outerHTML)"""
OUTSIDE = "bodies => bodies.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
EVEN = "bodies => bodies.map((body) => body.textContent.replace(/\\s+/g, ' ').trim())"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["wide", "phone"])
def test_the_page_breaks_no_accessibility_rule(browser: Browser, teams: TeamsTown, size: Any, scheme: Any) -> None:
    root = teams.card()
    teams.say(MIKAEL, "A reply to @Anna", root)
    mine = teams.say(ANNA, "Mine", root)
    teams.loop.run(teams.teams.react(MIKAEL, teams.thread(root)[0]["channel"], mine, "like"))
    page = browser.new_page(viewport=size, color_scheme=scheme, bypass_csp=True)
    page.goto(f"{teams.url}/teams")
    expect(page.locator(".reaction")).to_be_visible()
    expect(page.locator(".mention.mine")).to_have_text("@Anna Virtanen")
    row = page.locator(f'.message[data-id="{mine}"]')
    row.hover()
    row.get_by_role("button", name="React").click()
    assert violations(page) == []
    row.get_by_role("button", name="Edit message").click()
    page.get_by_label("Reply to Silta").fill("@")
    page.get_by_label("Reply to Silta").press("End")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Playground").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    page.close()


def test_everything_by_keyboard_alone(posts: Page, teams: TeamsTown) -> None:
    root = teams.card()
    expect(posts.locator(".card")).to_be_visible()
    tab_to(posts, ".feed")
    posts.keyboard.press("ArrowUp")
    expect(posts.locator(".post .message")).to_be_focused()
    teams.bot.answers.append(told("Done"))
    tab_to(posts, ".press.primary, .press:has-text('Claim')")
    posts.keyboard.press("Enter")
    expect(posts.locator(".told")).to_have_text("Done Only you see this")
    expect(posts.locator("#news")).to_contain_text("Only you see this: Done")
    tab_to(posts, ".post textarea")
    posts.keyboard.type("@si")
    expect(posts.get_by_role("listbox").get_by_role("option")).to_have_text(["@Silta"])
    posts.keyboard.press("Enter")
    posts.keyboard.type("first line")
    posts.keyboard.press("Shift+Enter")
    posts.keyboard.type("second")
    posts.keyboard.press("Enter")
    expect(posts.locator(".replies .message")).to_contain_text("@Silta first line")
    assert teams.thread(root)[1]["mentions"] == [BOT]
    assert teams.bot.activities[-1]["text"] == "<at>Silta</at> first line\nsecond"
    expect(posts.get_by_label("Reply to Silta")).to_be_focused()
    tab_to(posts, ".feed")
    posts.keyboard.press("End")
    posts.keyboard.press("ArrowDown") if posts.locator(".feed:focus").count() else None
    expect(posts.locator(".replies .message")).to_be_focused()
    tab_to(posts, "[title='Edit message']")
    posts.keyboard.press("Enter")
    posts.keyboard.press("Control+A")
    posts.keyboard.type("Changed")
    posts.keyboard.press("Enter")
    expect(posts.locator(".replies .byline")).to_contain_text("Edited")
    expect(posts.locator(".replies .message")).to_be_focused()
    tab_to(posts, "[title='Delete message']")
    posts.keyboard.press("Enter")
    posts.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(posts.locator(".replies .body")).to_contain_text("has been deleted")
    posts.get_by_role("button", name="Undo").press("Enter")
    expect(posts.locator(".replies .body")).to_have_text("Changed")


def test_a_press_that_failed_says_so_and_is_seen_by_nobody_else(posts: Page, teams: TeamsTown) -> None:
    teams.card()
    teams.bot.answers += [failed("Try again later"), web.Response(status=500)]
    button = posts.get_by_role("button", name="Claim")
    button.click()
    expect(posts.locator(".card .problem")).to_have_text("Try again later")
    button.click()
    expect(posts.locator(".card .problem")).to_contain_text("did not answer")
    posts.get_by_label("You are").select_option(MIKAEL)
    expect(posts.locator(".card .problem")).to_have_count(0)


def test_replies_are_announced_and_never_fold_under_the_eyes(posts: Page, teams: TeamsTown) -> None:
    root = teams.say(MIKAEL, "A question")
    expect(posts.locator("#news")).to_contain_text("Mikael Lind: A question")
    for number in range(6):
        teams.say(SARA, f"answer {number}", root)
    expect(posts.locator(".replies .message")).to_have_count(6)
    expect(posts.locator("#news")).to_contain_text("Sara Weber: answer 5")
    posts.reload()
    expect(posts.locator(".replies .message")).to_have_count(2)
    assert posts.locator("#news").inner_text() == ""
    more = posts.get_by_role("button", name="Show 4 earlier replies")
    more.press("Enter")
    expect(posts.locator(".replies .message").first).to_be_focused()
    expect(posts.locator(".replies .message")).to_have_count(6)
    expect(more).to_be_hidden()


def test_everybody_sees_the_channels_that_are_theirs(posts: Page, teams: TeamsTown) -> None:
    channels = posts.locator(".channel-name")
    expect(channels).to_have_text(["General", "Support", "Billing"])
    people = posts.get_by_label("You are")
    people.select_option(GUEST)
    expect(channels).to_have_text(["General", "Support"])
    people.select_option(OUTSIDER)
    expect(channels).to_have_text(["Billing"])
    posts.get_by_label("New post in Billing").fill("From outside")
    posts.keyboard.press("Enter")
    expect(posts.locator(".byline")).to_contain_text("Vera Outside External")
    people.select_option(ANNA)
    teams.say(MIKAEL, "Over here")
    support = posts.get_by_role("button", name="Support unread")
    support.click()
    expect(posts.locator(".body")).to_have_text("Over here")


def test_the_drawer_does_what_owners_and_bad_luck_do(posts: Page, teams: TeamsTown) -> None:
    stage = teams.teams.stage
    opener = posts.get_by_role("button", name="Playground", exact=True)
    opener.press("Enter")
    expect(posts.get_by_role("button", name="Close the playground drawer")).to_be_focused()
    consent = posts.get_by_role("switch", name="The app hears every message")
    expect(consent).to_be_checked()
    consent.press("Space")
    expect(consent).not_to_be_checked()
    expect(posts.locator("#warning")).to_contain_text("mention @Silta")
    posts.get_by_role("switch", name="The app is in the team").press("Space")
    expect(posts.locator("#warning")).to_contain_text("is not in this team")
    posts.get_by_role("switch", name="secret").press("Space")
    expect(posts.locator(".said")).to_contain_text("withdrawn")
    assert (stage.is_consented, stage.is_installed, stage.tokens.is_revoked) == (False, False, True)
    posts.get_by_role("button", name="Sign with new keys").click()
    expect(posts.locator(".said")).to_contain_text("another key")
    for name in posts.locator("#mishap option").all_inner_texts():
        posts.get_by_label("What goes wrong next").select_option(label=name)
        posts.get_by_role("button", name="Let it happen").click()
        expect(posts.locator(".said")).to_have_text(f"Set: {name}.")
    assert [fault.kind for fault in stage.faults.waiting["*"]].count("error_502") == 8
    posts.get_by_role("button", name="End all faults").click()
    expect(posts.locator(".said")).to_contain_text("No faults")
    assert stage.faults.waiting == {}
    posts.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(posts.locator("#workshop")).to_be_hidden()


def test_what_arrives_leaves_focus_drafts_and_an_open_edit_alone(posts: Page, teams: TeamsTown) -> None:
    root = teams.say(ANNA, "Being edited")
    posts.locator(".message").hover()
    posts.get_by_role("button", name="Edit message").click()
    posts.keyboard.type(" now")
    teams.say(MIKAEL, "Meanwhile", root)
    expect(posts.locator(".replies .message")).to_have_count(1)
    expect(posts.get_by_label("Edit message")).to_be_focused()
    expect(posts.get_by_label("Edit message")).to_have_value("Being edited now")
    posts.get_by_label("Reply to Anna Virtanen").fill("half a")
    posts.reload()
    expect(posts.get_by_label("Reply to Anna Virtanen")).to_have_value("half a")


def test_hostile_words_are_whole_and_dead(posts: Page, teams: TeamsTown) -> None:
    texts = [hostile.text for hostile in BATTERY if hostile.text.strip() and "\0" not in hostile.text]
    texts = [words for words in texts if words.isprintable() and len(words) < 2000]
    assert len(texts) > 60
    for words in texts:
        teams.say(MIKAEL, words)
        teams.post(words)
        run = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words}]}
        teams.card(body=(run,))
    posts.reload()
    bodies = posts.locator(".body")
    expect(bodies).to_have_count(3 * len(texts))
    assert [line for line in bodies.evaluate_all(ALIVE) if not line.startswith('<a href="http')] == []
    assert bodies.evaluate_all(OUTSIDE) == []
    assert posts.title() == "Playground Teams"
    typed = posts.locator(".message:has(.byline:has-text('Mikael')) .body").evaluate_all(EVEN)
    assert [" ".join(words.split()) for words in typed] == [" ".join(words.split()) for words in texts]


def test_a_dangerous_address_never_becomes_a_link(posts: Page, teams: TeamsTown) -> None:
    teams.post('<a href="https://good.example/">good</a>', "xml")
    for address in BAD:
        teams.post(f'<a href="{address}">press</a>', "xml")
        teams.post(f"[press]({address}) <img src=x onerror=alert(1)>", "markdown")
        teams.card(body=({"type": "TextBlock", "text": f"[press]({address}) <b>x</b>"},))
    expect(posts.locator(".body")).to_have_count(1 + 3 * len(BAD))
    links = posts.locator(".body a").evaluate_all("all => all.map((one) => one.href)")
    assert links == ["https://good.example/"]
    assert posts.locator(".body img, .body script").count() == 0
