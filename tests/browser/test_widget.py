"""The visitor's widget: what it says, keeps, sends again and hears."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.stub import texts
from tests.browser.visit import END, Visit, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EN = texts("en")
AT_ONCE = "Math.random = () => 0"


async def state_of(page: Page) -> str | None:
    return await page.locator(".own.last .state").last.get_attribute("data-state")


async def test_a_message_goes_through_its_states(visit: Visit) -> None:
    page = await visit.open()
    visit.stub.faults.is_deaf = True
    await visit.say("Is size 44 in stock?")
    await expect(page.locator("[data-state=sending]")).to_have_text(EN["sending"])
    visit.stub.faults.is_deaf = False
    visit.stub.first_state = "sent"
    await visit.stub.cut(1012)
    await expect(page.locator("[data-state=sent]")).to_have_text(EN["sent"])
    await visit.stub.amend(visit.stub.messages[0], state="posted")
    await expect(page.locator("[data-state=posted]")).to_have_text(EN["posted"])
    await visit.stub.agent_says("Yes")
    await expect(page.locator("[data-state=seen]")).to_have_text(EN["seen"])


async def test_nothing_untrue_is_said_of_the_team(visit: Visit) -> None:
    await visit.open()
    under = visit.page.locator(".under")
    await expect(under).to_have_text(EN["ask"])
    await visit.say("Hello")
    await expect(under).to_have_text(EN["with_team"])
    await visit.stub.become(status="claimed", agent=visit.stub.agent("Anna Berg"))
    await expect(visit.page.locator(".name")).to_have_text("Chat: Anna Berg")
    await expect(under).to_have_text("Kauppa")
    await expect(visit.page.locator(".head .face")).to_have_text("AB")


async def test_what_was_cut_off_is_sent_again_under_its_key_and_in_order(visit: Visit) -> None:
    await visit.come()
    await visit.page.evaluate(AT_ONCE)
    await visit.launcher.click()
    await visit.say("zero")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    visit.stub.faults.cut_after_store = 1
    await visit.say("one", "two", "three")
    await expect(visit.page.locator("[data-state=posted]")).to_have_count(4)
    await expect(visit.own).to_have_text(["zero", "one", "two", "three"])
    assert [one["text"] for one in visit.stub.messages] == ["zero", "one", "two", "three"]


async def test_an_answer_that_never_came_does_not_double_the_message(visit: Visit) -> None:
    await visit.come()
    await visit.page.evaluate(AT_ONCE)
    await visit.launcher.click()
    await visit.say("zero")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    visit.stub.faults.is_deaf = True
    await visit.say("one")
    await expect(visit.own).to_have_count(2)
    key = await visit.page.evaluate(
        "Object.keys(localStorage).find((name) => name.includes(':out:')).split(':out:')[1]"
    )
    # The bridge had stored it, but the line broke before it could tell.
    visit.stub.faults.is_deaf = False
    visit.stub.visitor_said("one", key=key)
    visit.stub.says.append(key)
    await visit.stub.cut(1011)
    await expect(visit.page.locator("[data-state=sending]")).to_have_count(0)
    await expect(visit.own).to_have_text(["zero", "one"])
    assert len(visit.stub.messages) == 2


async def test_an_unsent_message_survives_a_reload_under_the_same_key(visit: Visit) -> None:
    await visit.open()
    visit.stub.faults.is_deaf = True
    await visit.say("Before the reload", "And another")
    await expect(visit.own).to_have_count(2)
    kept = await visit.page.evaluate("Object.keys(localStorage).filter((n) => n.includes(':out:'))")
    assert len(kept) == 2
    visit.stub.faults.is_deaf = False
    await visit.page.reload()
    await expect(visit.own).to_have_text(["Before the reload", "And another"])
    await expect(visit.page.locator("[data-state=posted]")).to_have_count(2)
    assert {f"silta:shop:out:{key}" for key in visit.stub.says} == set(kept)
    assert len(visit.stub.messages) == 2


async def test_after_a_restart_it_takes_up_where_it_was(visit: Visit) -> None:
    await visit.open()
    await visit.page.evaluate(AT_ONCE)
    await visit.say("Hello")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.cut(1012)
    await until(lambda: len(visit.stub.hellos) == 2)
    assert visit.stub.hellos[1]["cursor"] == "1"
    await visit.stub.agent_says("Back again")
    await expect(visit.agents).to_have_text(["Back again"])
    await expect(visit.own).to_have_text(["Hello"])
    assert "GET /v1/visitor/changes" not in visit.stub.requests


async def test_where_sockets_do_not_get_through_it_asks_again_and_again(visit: Visit) -> None:
    visit.stub.faults.refuse_sockets = True
    await visit.come()
    await visit.page.evaluate(AT_ONCE)
    await visit.launcher.click()
    await visit.say("Through the wall")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    assert "POST /v1/visitor/say" in visit.stub.requests
    await visit.stub.agent_says("I hear you")
    await expect(visit.agents).to_have_text(["I hear you"])


async def test_the_banner_waits_and_the_line_comes_back(visit: Visit) -> None:
    page = await visit.come()
    await page.clock.install()
    await visit.launcher.click()
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    visit.stub.faults.refuse_sockets = True
    await visit.stub.cut(4429)
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await page.clock.run_for(2500)
    await expect(page.locator(".banner")).to_be_hidden()
    await page.clock.run_for(1000)
    await expect(page.locator(".banner")).to_have_text(EN["lost"])
    visit.stub.faults.refuse_sockets = False
    await page.clock.run_for(30_000)
    await expect(page.locator(".banner")).to_be_hidden()
    await expect(page.locator("dialog [role=status]")).to_have_text(EN["back"])


async def test_a_dead_line_is_noticed_by_its_silence(visit: Visit) -> None:
    page = await visit.come()
    await page.clock.install()
    await page.evaluate(AT_ONCE)
    await visit.launcher.click()
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await page.clock.run_for(20_500)
    await until(lambda: visit.stub.pings > 0)
    visit.stub.faults.is_deaf = True
    await page.clock.run_for(31_000)
    while len(visit.stub.hellos) < 2:
        await page.clock.run_for(200)
    assert len(visit.stub.hellos) == 2


async def test_after_fifteen_seconds_it_owns_up_and_asks_for_an_address(visit: Visit) -> None:
    page = await visit.come()
    await page.clock.install()
    await visit.launcher.click()
    visit.stub.first_state = "sent"
    await visit.say("Anybody?")
    await expect(page.locator("[data-state=sent]")).to_be_visible()
    await page.clock.run_for(14_000)
    await expect(visit.tray).to_be_hidden()
    await page.clock.run_for(1500)
    await expect(visit.tray.locator(".lead")).to_have_text(f"{EN['slow']} {EN['slow_email']}")
    await visit.tray.get_by_role("button").click()
    await page.locator("#silta-email").fill("anna@example.com")
    await page.keyboard.press("Enter")
    await expect(visit.tray.locator(".lead")).to_contain_text(EN["slow_known"])
    await visit.stub.amend(visit.stub.messages[0], state="posted")
    await expect(visit.tray).not_to_contain_text(EN["slow"])


async def test_an_undelivered_message_is_offered_again_under_its_key(visit: Visit) -> None:
    await visit.open()
    await visit.say("Hello?")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await visit.stub.amend(visit.stub.messages[0], state="undelivered")
    await expect(visit.page.locator(".bad .state")).to_have_text(EN["undelivered"])
    await visit.page.get_by_role("button", name=EN["retry"]).click()
    await expect(visit.text).to_be_focused()
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    assert len(visit.stub.says) == 2
    assert len(set(visit.stub.says)) == 1
    await expect(visit.own).to_have_count(1)


async def test_a_refused_message_can_be_changed_and_trouble_that_passes_is_tried_again(
    visit: Visit,
) -> None:
    await visit.open()
    visit.stub.faults.error = {"code": "too_long", "text": "That is too long."}
    await visit.say("A saga")
    await expect(visit.page.locator(".bad .state")).to_have_text("That is too long.")
    await visit.page.get_by_role("button", name=EN["edit"]).click()
    await expect(visit.text).to_have_value("A saga")
    await expect(visit.own).to_have_count(0)
    visit.stub.faults.error = {"code": "too_fast", "text": "A little slower, please.", "wait": 1}
    await visit.text.press("Enter")
    await expect(visit.tray).to_contain_text("A little slower, please.")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await expect(visit.tray).to_be_hidden()


async def test_an_address_is_checked_kept_and_filled_in_afterwards(visit: Visit) -> None:
    page = await visit.open()
    await visit.choose(0)
    field = page.locator("#silta-email")
    await expect(field).to_be_focused()
    await field.fill("anna@")
    await field.press("Enter")
    await expect(page.locator("#silta-wrong")).to_have_text(EN["email_bad"])
    await expect(field).to_have_attribute("aria-invalid", "true")
    visit.stub.faults.error = {"code": "bad_email", "text": "No such domain."}
    await field.fill("anna@example.com")
    await field.press("Enter")
    await expect(page.locator("#silta-wrong")).to_have_text("No such domain.")
    await field.press("Enter")
    await expect(visit.tray).to_have_text(EN["email_saved"].format(address="anna@example.com"))
    await expect(visit.text).to_be_focused()
    await visit.choose(0)
    await expect(field).to_have_value("anna@example.com")


async def test_a_chat_is_ended_after_a_question_and_goes_on_with_a_word(visit: Visit) -> None:
    await visit.open()
    await visit.say("Thank you")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await visit.choose(END)
    await visit.page.get_by_role("button", name=EN["end_no"]).click()
    await expect(visit.tray).to_be_hidden()
    await visit.choose(END)
    await visit.tray.get_by_role("button", name=EN["end_yes"]).click()
    await expect(visit.tray.locator(".lead")).to_have_text(EN["ended"])
    await expect(visit.text).to_have_attribute("placeholder", EN["write_again"])
    await visit.say("One more thing")
    await expect(visit.tray).to_be_hidden()


async def test_two_tabs_are_one_visitor(visit: Visit) -> None:
    first = await visit.open()
    await visit.text.fill("From the first")
    second = await visit.open()
    await expect(visit.text).to_have_value("From the first")
    await first.locator(".log").focus()
    await visit.text.fill("From the second")
    await expect(first.locator("#silta-text")).to_have_value("From the second")
    await first.locator("#silta-text").fill("From the first")
    # Both speak for the first time in the same moment.
    press = "(text) => document.querySelector('silta-chat').shadowRoot.querySelector('.send').click()"
    await asyncio.gather(first.evaluate(press), second.evaluate(press))
    for page in (first, second):
        await expect(page.locator(".own .bubble")).to_have_count(2)
        await expect(page.locator("#silta-text")).to_have_value("")
    assert len(visit.stub.tokens) == 1
    assert len(visit.stub.messages) == 2
    await first.bring_to_front()
    await second.locator("button.shut").click()
    await visit.stub.agent_says("To both")
    await expect(first.locator(".agent .bubble")).to_have_text(["To both"])
    await expect(second.locator(".count")).to_be_hidden()


async def test_who_comes_back_sees_what_is_unread_and_the_history(visit: Visit) -> None:
    page = await visit.open()
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await page.locator("button.shut").click()
    await page.goto("about:blank")
    await visit.stub.agent_says("One")
    await visit.stub.agent_says("Two")
    await visit.come()
    await expect(visit.page.locator(".count")).to_have_text("2")
    name = f"{EN['launcher']}, {EN['unread_other'].format(count=2)}"
    await expect(visit.launcher).to_have_accessible_name(name)
    await visit.launcher.click()
    await expect(visit.agents).to_have_text(["One", "Two"])
    await expect(visit.page.locator(".count")).to_be_hidden()


async def test_a_token_that_is_gone_is_forgotten_and_the_next_word_starts_anew(
    visit: Visit,
) -> None:
    await visit.open()
    await visit.say("Hello")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    visit.stub.tokens[0] = "somebody else"
    visit.stub.messages.clear()
    await visit.page.evaluate(AT_ONCE)
    await visit.stub.cut(1011)
    await expect(visit.own).to_have_count(0)
    assert "silta:shop:token" not in (await visit.stored())["site"]
    await visit.say("Hello anew")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await expect(visit.own).to_have_text(["Hello anew"])
    assert len(visit.stub.tokens) == 2


async def test_the_page_or_key_refused_is_told_to_the_developer(visit: Visit) -> None:
    await visit.open()
    visit.stub.faults.close_hello = 4403
    await visit.say("Hello")
    await expect(visit.page.locator(".banner")).to_have_text(EN["unavailable"])
    await expect(visit.text).to_be_disabled()
    await visit.complained("does not allow this page")
    hellos = len(visit.stub.hellos)
    await visit.page.evaluate("dispatchEvent(new Event('online'))")
    await visit.page.wait_for_timeout(300)
    assert len(visit.stub.hellos) == hellos
