"""Addresses, names and texts that want to be more than words, through the whole bridge and into a mailbox."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from typing import Any

import pytest

from adapters.playground.mail import Mail
from adapters.playground.workspace import ANNA
from bridge.configuration import Configuration
from bridge.policies.inert import neutral
from tests.hostile import BATTERY
from tests.mail.reading import HEADERS, Page, assert_harmless, squeezed
from tests.walks.test_mail_faults import HOME, settled, shop
from tests.walks.test_time import FILE, TEAM
from tests.world import Visitor, World, until

__all__ = ["shop"]  # a fixture
SENDER = "chat@shop.example"
ADDRESSES = (
    "a@b.example\r\nBcc: all@evil.example",
    "a@b.example\nDATA",
    "a@b.example,all@evil.example",
    "a@b.example;all@evil.example",
    "a@b.example all@evil.example",
    "Anna <a@b.example>",
    "<a@b.example>",
    '"a@evil.example"@b.example',
    "a@b.example> RCPT TO:<all@evil.example",
    "a@[127.0.0.1]",
    "a(all@evil.example)@b.example",
    "=?utf-8?q?a=40evil.example=2C?=@b.example",
    "=?utf-8?b?YUBldmls?=@b.example",
    "a\u202eelpmaxe.live@b.example",
    "a\u200b@b.example",
    "a@b.example\x00",
    "\ud800@b.example",
    "a@b\u3002example",
    "a%evil.example@b.example",
    "@evil.example:a@b.example",
    "a!b@b.example",
    "<script>alert(1)</script>@b.example",
    "'onload=alert(1)'@b.example",
    "postmaster@bücher.example",
    "jösé@b.example",
    "-oQ/tmp@b.example",
    "|sh@b.example",
    "a" * 65 + "@b.example",
    "a@" + "b" * 64 + ".example",
    "a@b.example.",
    "a@.example",
    "a..b@b.example",
    "",
    "@",
)
NAMES = (
    "Kauppa\r\nBcc: all@evil.example\r\n\r\n<script>alert(1)</script>",
    'Anna, Bo <all@evil.example>, "x" (y); z:',
    "=?utf-8?q?=0D=0ABcc=3A_all=40evil.example?= =?utf-8?b?PHNjcmlwdD4=?=",
    "\u202eelpmaxe@live\u202c <b>bold</b> &amp; \u2066never closed",
    "lone \ud800 and \udfff {site} {0.__class__} %s ${x}",
    "e" * 500 + "\u0301" * 500,
)


LONE = re.compile("[\ud800-\udfff]")  # what neither a file nor Slack can say; visitors can


async def answered(visitor: Visitor, **frame: Any) -> dict[str, Any]:
    """What is answered, also where the frame is so broken that its key cannot be repeated."""
    before = len(visitor.frames)
    await visitor.send(frame)
    found: dict[str, Any] = await until(
        lambda: next((one for one in visitor.frames[before:] if one["type"] in ("ok", "error")), None), str(frame)
    )
    return found


async def test_an_address_is_refused_or_is_one_recipient(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    accepted = []
    for number, address in enumerate(ADDRESSES):
        visitor = await shop.visitor()
        await visitor.say(f"chat {number}")
        answer = await answered(visitor, type="email", key=f"email-{number:04d}", address=address)
        assert answer["type"] == "ok" or answer["code"] in ("bad_email", "malformed"), answer
        if answer["type"] == "ok":
            accepted.append(address.strip())
            await visitor.act("end")
    await settled(shop)
    assert 3 <= len(accepted) <= 10, accepted
    assert [address for address in accepted if re.search(r"[\s,;<>\"()\[\]:\x00-\x1f\u200b\u202e]", address)] == []
    assert {len(mail.recipients) for mail in shop.team.mails} == {1}
    written = {address.replace("bücher", "xn--bcher-kva") for address in accepted}
    assert {mail.recipients[0] for mail in shop.team.mails} <= written
    assert len(shop.team.mails) >= len(accepted) - 2  # what looks like encoded words is refused at the last door
    for mail in shop.team.mails:
        is_sound(mail)
    assert "Traceback" not in caplog.text
    assert [one for one in shop.team.mail_attempts if one.outcome != "kept"] == []


@pytest.mark.parametrize("number", range(len(NAMES)))
async def test_names_are_names(shop: World, number: int, caplog: pytest.LogCaptureFixture) -> None:
    """As the site, the agent, the page and the visitor's words; past the file's own checks, which refuse some."""
    name = NAMES[number]
    await shop.configure(FILE)
    known = await shop.bridge.managers.configuration()
    await shop.bridge.managers.apply(named(known, LONE.sub("", name)))
    await shop.team.change_person(ANNA, name=LONE.sub("", name))
    visitor = await shop.visitor(language=("en", "fi", "sv", "de")[number % 4])
    await visitor.say(f"{name} says", url="https://shop.example/" + "x" * 50, title=name)
    await visitor.act("email", address=HOME)
    root = await shop.card()
    await shop.answers(ANNA, "hello", root)
    await visitor.sees("hello")
    await shop.answers(ANNA, "!close", root)
    await until(lambda: shop.team.mails_to(HOME) and shop.team.mails_to(TEAM))
    await settled(shop)
    assert len(shop.team.mails) == 2
    for mail in shop.team.mails:
        is_sound(mail)
        assert "hello" in mail.text
        assert {one["text"] for one in visitor.messages() if one["from"] == "visitor"} == {whole(visitor)}
        assert all(squeezed(neutral(whole(visitor))) in body for body in told(mail))
    assert "Traceback" not in caplog.text


def whole(visitor: Visitor) -> str:
    """The visitor's own words as they are shown."""
    return str(visitor.texts("visitor")[0])


def told(mail: Mail) -> tuple[str, str]:
    """The mail's two bodies without white space, and without the mark before each line of a chat."""
    return squeezed(re.sub(r"\n  \|( |(?=\n))", "\n", mail.text)), squeezed(Page(mail.html).text)


def named(configuration: Configuration, name: str) -> Configuration:
    """The site has this name and says it in its own sentences."""
    site = configuration.sites[0]
    own = {language: {"mail.transcript_subject": name, "mail.transcript_words": name} for language in ("en", "fi")}
    changed = replace(site, site=replace(site.site, name=name), policy=replace(site.policy, texts=own))
    return replace(configuration, sites=(changed,))


def is_sound(mail: Mail) -> None:
    """One recipient, our headers alone, and nothing in the page that does anything."""
    assert len(mail.recipients) == 1
    arrived = email.message_from_bytes(mail.raw, policy=email.policy.SMTP)
    assert arrived.keys() == HEADERS
    to = [address.addr_spec.encode("utf-8", "surrogateescape").decode() for address in arrived["To"].addresses]
    assert to == [mail.recipients[0]]
    assert arrived.defects == []
    assert Page(mail.html).wrong == []
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert max(map(len, mail.raw.split(b"\r\n"))) < 1000
    if mail.recipients[0] in (HOME, TEAM):
        assert_harmless(arrived, mail.recipients[0], SENDER)


async def test_the_battery_arrives_whole(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    """Every hostile text there is, said by a visitor, in one transcript."""
    visitor = await shop.visitor()
    stored = list[str]()
    for one in BATTERY:
        answer = await answered(visitor, type="say", key=f"battery-{len(stored):04d}", text=one.text)
        assert answer["type"] == "ok", (one, answer)
        stored.append(one.stored)
    await visitor.act("email", address=HOME)
    await visitor.act("end")
    await until(lambda: shop.team.mails_to(HOME))
    (mail,) = shop.team.mails
    is_sound(mail)
    text, page = told(mail)
    for words in stored:  # what looks like one address and leads to another is followed by where it leads
        assert [one for one in neutral(words).split() if one not in text] == []
        assert [one for one in neutral(words).split() if one[:500] not in page] == []  # a page cuts a link's label
    assert "Traceback" not in caplog.text
