"""A quiet chat: the question whether one is still there, its one-press answer, and a visitor who was forgotten."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.stub import texts
from tests.browser.visit import ASKED, TRANSCRIPT, Visit, story, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EN = texts("en")
AT_ONCE = "Math.random = () => 0"


async def claimed(visit: Visit) -> Page:
    """A chat that Anna has."""
    page = await visit.open()
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.become(status="claimed", agent=visit.stub.agent("Anna"))
    await visit.stub.agent_says("What is your order number?")
    await expect(visit.agents).to_have_count(1)
    return page


async def test_the_question_is_noticed_behind_a_closed_panel(visit: Visit) -> None:
    page = await claimed(visit)
    await page.locator("button.shut").click()
    await visit.stub.notice("Anna joined the chat", "agent_joined")
    await visit.stub.notice(ASKED, "idle_asked")
    await expect(page.locator(".count")).to_have_text("1")
    await expect(page.locator("silta-chat .silta > [role=status]")).to_have_text(ASKED)
    await expect(visit.launcher).to_have_accessible_name(f"{EN['launcher']}, {EN['unread_one'].format(count=1)}")
    await visit.launcher.click()
    await expect(page.locator("li.notice").last).to_have_text(ASKED)
    await expect(visit.tray.get_by_role("button", name=EN["stay"])).to_be_visible()
    await expect(page.locator(".count")).to_be_hidden()


@pytest.mark.parametrize("way", ["socket", "request"])
async def test_one_press_answers_it_and_says_nothing_in_the_chat(visit: Visit, way: str) -> None:
    visit.stub.faults.refuse_sockets = way == "request"
    await visit.come()
    await visit.page.evaluate(AT_ONCE)
    await visit.page.close()
    page = await claimed(visit)
    await visit.stub.notice(ASKED, "idle_asked")
    yes = visit.tray.get_by_role("button", name=EN["stay"])
    await expect(yes).to_be_visible()
    await visit.text.press("Shift+Tab")
    await expect(yes).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(visit.tray).to_have_text(EN["stayed"])
    await expect(page.locator("dialog [role=status]")).to_have_text(EN["stayed"])
    await expect(visit.text).to_be_focused()
    assert [one["type"] for one in visit.stub.asked] == ["stay"]
    assert visit.stub.says == [visit.stub.messages[0]["key"]]
    await page.reload()
    await expect(page.locator("li.notice").last).to_have_text(ASKED)
    await expect(yes).to_have_count(0)
    await visit.stub.notice(ASKED, "idle_asked")
    await expect(yes).to_be_visible()


async def test_question_and_button_are_in_view_together(visit: Visit) -> None:
    page = await visit.open()
    await story(visit)
    await visit.stub.notice(ASKED, "idle_asked")
    await expect(visit.tray.get_by_role("button", name=EN["stay"])).to_be_in_viewport(ratio=1)
    await expect(page.locator("li.notice").last).to_be_in_viewport(ratio=1)


async def test_it_is_answered_in_every_tab(visit: Visit) -> None:
    first = await claimed(visit)
    second = await visit.open()
    await visit.stub.notice(ASKED, "idle_asked")
    for page in (first, second):
        await expect(page.locator(".tray").get_by_role("button", name=EN["stay"])).to_be_visible()
    await second.locator(".tray").get_by_role("button", name=EN["stay"]).click()
    await expect(first.locator(".tray").get_by_role("button", name=EN["stay"])).to_have_count(0)
    assert len(visit.stub.asked) == 1


async def test_the_button_goes_when_the_question_is_not_the_last_word(visit: Visit) -> None:
    page = await claimed(visit)
    yes = visit.tray.get_by_role("button", name=EN["stay"])
    await visit.stub.notice(ASKED, "idle_asked")
    await expect(yes).to_be_visible()
    await visit.say("Yes, one moment")
    await expect(yes).to_have_count(0)
    await visit.stub.notice(ASKED, "idle_asked")
    await expect(yes).to_be_visible()
    await visit.stub.notice("The chat was closed because it was quiet for a while.", "closed_idle")
    await visit.stub.become(status="closed", agent=None)
    await expect(yes).to_have_count(0)
    await expect(visit.tray.locator(".lead")).to_have_text(EN["ended"])
    await expect(page.locator(".count")).to_be_hidden()


async def test_a_stay_that_is_refused_can_be_pressed_again(visit: Visit) -> None:
    await claimed(visit)
    await visit.stub.notice(ASKED, "idle_asked")
    visit.stub.faults.error = {"code": "other", "text": "Something went wrong on our side."}
    yes = visit.tray.get_by_role("button", name=EN["stay"])
    await yes.click()
    await expect(visit.tray).to_have_text("Something went wrong on our side.")
    await visit.stub.notice(ASKED, "idle_asked")
    assert visit.stub.asked == []


async def test_what_stayed_open_may_end_all_the_same(visit: Visit) -> None:
    await claimed(visit)
    await visit.stub.notice(ASKED, "idle_asked")
    await visit.tray.get_by_role("button", name=EN["stay"]).click()
    await expect(visit.tray).to_have_text(EN["stayed"])
    await visit.stub.agent_says("Good that you are")
    await expect(visit.tray).to_be_hidden()
    await visit.stub.notice(ASKED, "idle_asked")
    await visit.tray.get_by_role("button", name=EN["stay"]).click()
    await expect(visit.tray).to_have_text(EN["stayed"])
    await visit.stub.become(status="closed", agent=None)
    await expect(visit.tray).to_contain_text(EN["ended"])
    await expect(visit.tray).not_to_contain_text(EN["stayed"])


def is_forgotten(visit: Visit) -> None:
    """The bridge knows nothing of this visitor any more."""
    visit.stub.tokens[-1] = "somebody else"
    visit.stub.messages.clear()
    visit.stub.seen = ""
    visit.stub.state |= {"status": "none", "agent": None, "email": False}


async def test_a_forgotten_visitor_starts_over_in_silence(visit: Visit) -> None:
    page = await visit.come()
    await page.clock.install()
    await visit.launcher.click()
    await visit.say("My secret is kumquat")
    await visit.stub.become(status="claimed", agent=visit.stub.agent("Anna"), email=True)
    await visit.stub.agent_says("Noted")
    await expect(visit.agents).to_have_count(1)
    await page.evaluate("localStorage.setItem('silta:shop:email', 'kim@home.example')")
    await visit.choose(TRANSCRIPT)
    is_forgotten(visit)
    await visit.stub.cut(4401)
    await expect(visit.own).to_have_count(0)
    await expect(visit.tray).to_be_hidden()
    await expect(page.locator(".under")).to_have_text(EN["ask"])
    assert set((await visit.stored())["site"]) <= {"silta:shop:draft"}
    await page.clock.run_for(10_000)
    await expect(page.locator(".banner")).to_be_hidden()
    assert "kumquat" not in await page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert visit.complaints == []
    await visit.say("Somebody new")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await page.locator("button.shut").click()
    await visit.stub.agent_says("Welcome")
    await expect(page.locator(".count")).to_have_text("1")


async def test_words_on_their_way_go_to_the_new_beginning_from_any_tab(visit: Visit) -> None:
    first = await visit.open()
    await visit.say("Before")
    await expect(visit.own).to_have_count(1)
    second = await visit.open()
    await expect(visit.own).to_have_text(["Before"])
    visit.stub.faults.is_deaf = True
    await visit.say("On its way")
    await expect(visit.own).to_have_count(2)
    await until(lambda: len(visit.stub.sockets) == 2)
    is_forgotten(visit)
    visit.stub.faults.is_deaf = False
    await visit.stub.cut(4401)
    await expect(second.locator(".own .bubble")).to_have_text(["On its way"])
    await expect(second.locator("[data-state=posted]")).to_be_visible()
    await expect(first.locator(".own .bubble")).to_have_text(["On its way"])
    assert len(visit.stub.tokens) == 2
    assert [one["text"] for one in visit.stub.messages] == ["On its way"]


HOSTILE = "<img src=x onerror=window.hit=1><b>{{7*7}}</b>"


async def test_a_sites_own_sentences_are_only_texts(visit: Visit) -> None:
    visit.stub.own = {name: f"{HOSTILE} {name}" for name in EN}
    page = await visit.open()
    await expect(page.locator(".hello")).to_have_text(f"{HOSTILE} greeting")
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.become(status="closed")
    await expect(visit.tray.locator(".lead")).to_have_text(f"{HOSTILE} ended")
    await expect(visit.text).to_have_attribute("placeholder", f"{HOSTILE} write_again")
    assert await page.locator("silta-chat img, silta-chat b, silta-chat script").count() == 0
    assert await page.evaluate("window.hit") is None
    assert await visit.broken() == []
    wide = "one => [...one.children].every((part) => part.matches('.vh') || part.scrollWidth <= one.clientWidth)"
    assert await visit.dialog.evaluate(wide)
