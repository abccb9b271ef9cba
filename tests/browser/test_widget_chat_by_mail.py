"""The chat by mail, asked for by the visitor: offered where it can be had, sent once, refused kindly."""

import pytest
from playwright.async_api import expect

from tests.browser.stub import texts
from tests.browser.visit import DESK, END, PHONE, STILL, TINY, TRANSCRIPT, Visit, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EN = texts("en")
OFFER = EN["transcript_menu"]


async def begun(visit: Visit, **state: object) -> None:
    """A chat in which something was said."""
    visit.stub.state |= state
    await visit.open()
    await visit.say("Hello")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()


async def offers(visit: Visit) -> bool:
    """Whether the menu has the choice; the menu is folded again."""
    await visit.page.locator("button.more").click()
    found = await visit.page.locator(".menu").get_by_role("button", name=OFFER).is_visible()
    await visit.page.keyboard.press("Escape")
    return found


async def test_it_is_offered_only_where_mail_can_be_sent_and_something_was_said(visit: Visit) -> None:
    visit.stub.state["mail"] = False
    await visit.open()
    assert not await offers(visit)
    await visit.say("Hello")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    assert not await offers(visit)
    await visit.stub.become(mail=True)
    await visit.stub.become(status="claimed", agent=visit.stub.agent("Anna"))
    await expect(visit.page.locator(".name")).to_have_text("Chat: Anna")
    assert await offers(visit)


async def test_nothing_said_is_nothing_to_send(visit: Visit) -> None:
    visit.stub.tokens.append("known")
    await visit.come()
    await visit.page.evaluate("localStorage.setItem('silta:shop:token', 'known')")
    await visit.page.reload()
    await until(lambda: len(visit.stub.sockets) == 1)
    await visit.launcher.click()
    assert not await offers(visit)


@pytest.mark.parametrize("looks", [DESK, PHONE | STILL, TINY], ids=["desk", "phone", "tiny"])
async def test_an_address_gets_the_chat_once(visit: Visit, looks: dict[str, object]) -> None:
    page = await visit.open(looks=looks)
    await page.evaluate("Math.random = () => 0")
    await visit.say("Hello")
    await expect(page.locator("[data-state=posted]")).to_be_visible()
    await visit.choose(TRANSCRIPT)
    field = page.get_by_label(EN["transcript_label"])
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("required", "")
    await expect(visit.tray).not_to_contain_text(EN["transcript_known"])
    await field.press("Enter")
    await expect(page.locator("#silta-wrong")).to_have_text(EN["email_bad"])
    await field.fill("anna@example.com")
    visit.stub.faults.is_deaf = True
    await visit.tray.get_by_role("button", name=EN["transcript_send"]).click()
    await visit.tray.get_by_role("button", name=EN["transcript_send"]).click()
    visit.stub.faults.is_deaf = False
    await visit.stub.cut(1012)
    sent = EN["transcript_sent_to"].format(address="anna@example.com")
    await expect(visit.tray).to_have_text(sent)
    await expect(page.locator("dialog [role=status]")).to_have_text(sent)
    await expect(page.locator("#silta-title" if looks.get("has_touch") else "#silta-text")).to_be_focused()
    assert [one["address"] for one in visit.stub.asked] == ["anna@example.com"]
    assert await visit.broken() == []


async def test_who_left_an_address_need_not_type_it_and_is_never_told_it(visit: Visit) -> None:
    await begun(visit, email=True)
    await visit.choose(TRANSCRIPT)
    field = visit.page.locator("#silta-email")
    await expect(field).to_have_value("")
    await expect(visit.page.locator("#silta-why")).to_contain_text(EN["transcript_known"])
    await field.press("Enter")
    await expect(visit.tray).to_have_text(EN["transcript_sent"])
    assert [one["address"] for one in visit.stub.asked] == [""]


REFUSALS = [
    ({"code": "no_mail", "text": "We cannot send mails just now."}, None),
    ({"code": "too_fast", "text": "That was a lot at once.", "wait": 3000}, None),
    ({"code": "bad_email", "text": "No such domain."}, "true"),
]


@pytest.mark.parametrize("way", ["socket", "request"])
@pytest.mark.parametrize(("error", "invalid"), REFUSALS, ids=lambda one: one and one["code"] if one != "true" else one)
async def test_a_refusal_is_told_in_the_form_and_holds_no_words_up(
    visit: Visit, error: dict[str, object], invalid: str | None, way: str
) -> None:
    visit.stub.faults.refuse_sockets = way == "request"
    await visit.come()
    await visit.page.evaluate("Math.random = () => 0")
    await visit.launcher.click()
    await visit.say("Hello")
    await expect(visit.page.locator("[data-state=posted]")).to_be_visible()
    await visit.choose(TRANSCRIPT)
    field = visit.page.locator("#silta-email")
    await field.fill("anna@example.com")
    visit.stub.faults.error = error
    await field.press("Enter")
    await expect(visit.page.locator("#silta-wrong")).to_have_text(str(error["text"]))
    await expect(field).to_be_focused()
    assert await field.get_attribute("aria-invalid") == invalid
    await visit.page.keyboard.press("Escape")
    await expect(visit.tray).to_be_hidden()
    await visit.say("Still heard")
    await expect(visit.page.locator("[data-state=posted]")).to_have_count(2)
    assert visit.stub.asked == []


async def test_the_end_offers_it_too(visit: Visit) -> None:
    await begun(visit)
    await visit.choose(END)
    await visit.tray.get_by_role("button", name=EN["end_yes"]).click()
    await expect(visit.tray.locator(".lead")).to_have_text(EN["ended"])
    await visit.tray.get_by_role("button", name=OFFER).press("Enter")
    await visit.page.keyboard.press("Escape")
    await expect(visit.tray.locator(".lead")).to_have_text(EN["ended"])
    await expect(visit.text).to_be_focused()
    await visit.tray.get_by_role("button", name=OFFER).press("Enter")
    await visit.page.keyboard.type("anna@example.com")
    await visit.page.keyboard.press("Enter")
    await expect(visit.tray).to_have_text(EN["transcript_sent_to"].format(address="anna@example.com"))
    await expect(visit.text).to_be_focused()


async def test_an_end_without_mail_promises_none(visit: Visit) -> None:
    await begun(visit, mail=False)
    await visit.choose(END)
    await visit.tray.get_by_role("button", name=EN["end_yes"]).click()
    await expect(visit.tray.locator(".lead")).to_have_text(EN["ended"])
    await expect(visit.tray.get_by_role("button")).to_have_count(0)


async def test_the_longest_address_is_shown_whole(visit: Visit) -> None:
    await begun(visit)
    await visit.choose(TRANSCRIPT)
    address = f"{'anna.'.join('x' * 12)}@{'sub.' * 20}example.com"
    await visit.page.locator("#silta-email").fill(address)
    await visit.page.keyboard.press("Enter")
    await expect(visit.tray).to_have_text(EN["transcript_sent_to"].format(address=address))
    assert await visit.tray.evaluate("one => one.scrollWidth <= one.clientWidth")
