"""Mails leave by real servers: unprotected, by STARTTLS, by TLS, with a login."""

import asyncio
import base64
import email
import email.policy
from dataclasses import replace
from typing import Any

import pytest

from adapters.mail import MailSettings, SmtpMailer, compose
from adapters.mail.compose import message_id
from bridge.errors import Refused, Rejected, Unreachable
from bridge.ports import Mailer
from tests.mail.broken import broken
from tests.mail.conftest import PASSWORD, USER, knows, mailbox
from tests.mail.letters import ENGLISH, FINNISH, SAMPLES, SENDER, visitor

LOGIN = {"user": USER, "password": PASSWORD}


async def test_a_letter_arrives_as_it_was_composed(settings):
    async with mailbox() as taken:
        mailer: Mailer = SmtpMailer(settings(taken.port))
        await mailer.send(FINNISH, "key-1")
    envelope = taken.envelopes[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [FINNISH.to])
    arrived = email.message_from_bytes(taken.content(), policy=email.policy.default)
    assert arrived["Message-ID"] == message_id("key-1", SENDER)
    composed = compose(FINNISH, "key-1", SENDER)
    for kind in ("plain", "html"):
        one, other = arrived.get_body((kind,)), composed.get_body((kind,))
        assert one is not None
        assert other is not None
        assert one.get_content().replace("\r\n", "\n") == other.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("name", SAMPLES)
async def test_what_leaves_is_ascii_in_short_lines(settings, name):
    async with mailbox() as taken:
        await SmtpMailer(settings(taken.port)).send(SAMPLES[name], "key")
    assert taken.content().isascii()
    assert max(len(line) for line in taken.content().split(b"\r\n")) <= 78
    assert b"\n" not in taken.content().replace(b"\r\n", b"")


async def test_lines_that_begin_with_a_dot_stay(settings):
    words = ".\n..\n.end\n\n."
    async with mailbox() as taken:
        await SmtpMailer(settings(taken.port)).send(replace(ENGLISH, lines=(), intro=(words,), outro=()), "key")
    arrived = email.message_from_bytes(taken.content(), policy=email.policy.default)
    body = arrived.get_body(("plain",))
    assert body is not None
    assert words in body.get_content().replace("\r\n", "\n")


async def test_the_same_key_twice_is_the_same_message_id(settings):
    async with mailbox() as taken:
        mailer = SmtpMailer(settings(taken.port))
        for key in ("one", "one", "two"):
            await mailer.send(ENGLISH, key)
    ids = [email.message_from_bytes(envelope.original_content or b"")["Message-ID"] for envelope in taken.envelopes]
    assert ids[0] == ids[1] != ids[2]


async def test_twenty_at_once_all_arrive(settings):
    async with mailbox() as taken:
        mailer = SmtpMailer(settings(taken.port))
        await asyncio.gather(*(mailer.send(ENGLISH, str(number)) for number in range(20)))
    assert len(taken.envelopes) == 20


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
async def test_starttls_protects_the_login_and_the_mail(settings, authority, way):
    others = {"LOGIN", "PLAIN"} - {way}
    options = {"tls_context": authority.server(), "authenticator": knows, "auth_required": True}
    async with mailbox(require_starttls=True, auth_exclude_mechanism=others, **options) as taken:
        mailer = SmtpMailer(settings(taken.port, security="starttls", **LOGIN))
        await mailer.send(ENGLISH, "key")
        assert await mailer.fault() == ""
    assert [session.ssl is not None for session in taken.sessions] == [True]
    assert taken.sessions[0].authenticated


async def test_tls_from_the_first_byte(settings, authority):
    async with broken(context=authority.server(), tls=True) as server:
        mailer = SmtpMailer(settings(server.port, security="tls", **LOGIN))
        await mailer.send(ENGLISH, "key")
        assert await mailer.fault() == ""
    assert len(server.mails) == 1
    assert all(server.protected)
    login = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    assert server.said[1] == f"AUTH PLAIN {login}"


async def test_a_wrong_password_waits_for_a_person_and_is_tried_once(settings, authority):
    async with mailbox(tls_context=authority.server(), authenticator=knows, auth_required=True) as taken:
        mailer = SmtpMailer(settings(taken.port, security="starttls", user=USER, password="wrong"))
        with pytest.raises(Unreachable, match="check the mail user and password") as caught:
            await mailer.send(ENGLISH, "key")
        assert "check the mail user and password" in await mailer.fault()
    assert (caught.value.cause, caught.value.standing, taken.envelopes) == ("login_refused", True, [])
    async with broken(context=authority.server(), AUTH="535 5.7.8 no") as server:
        await SmtpMailer(settings(server.port, security="starttls", **LOGIN)).fault()
    assert [line.split()[0] for line in server.said].count("AUTH") == 1


async def test_a_server_without_starttls_gets_nothing(settings):
    async with broken(EHLO="250-broken.example\r\n250 AUTH PLAIN") as server:
        mailer = SmtpMailer(settings(server.port, security="starttls", **LOGIN))
        with pytest.raises(Unreachable, match="does not offer STARTTLS") as caught:
            await mailer.send(ENGLISH, "key")
    assert (caught.value.cause, caught.value.standing) == ("no_starttls", True)
    assert [line.split()[0] for line in server.said] == ["EHLO"]


async def test_a_server_without_a_login_we_know(settings, authority):
    async with broken(
        context=authority.server(), EHLO="250-broken.example\r\n250-STARTTLS\r\n250 AUTH XOAUTH2"
    ) as server:
        mailer = SmtpMailer(settings(server.port, security="starttls", **LOGIN))
        assert "offers no login that we know" in await mailer.fault()
    assert not any(line.startswith("AUTH") for line in server.said)


CERTIFICATES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "of an unknown authority": ({}, {"ca_file": ""}),
    "of another host": ({"name": "other.example"}, {}),
    "that has ended": ({"ended": True}, {}),
}


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("name", CERTIFICATES)
async def test_a_certificate_that_is_not_trusted_waits_for_a_person(settings, authority, name, security):
    certificate, more = CERTIFICATES[name]
    async with broken(context=authority.server(**certificate), tls=security == "tls") as server:
        mailer = SmtpMailer(settings(server.port, security=security, **LOGIN, **more))
        with pytest.raises(Unreachable, match="is not trusted") as caught:
            await mailer.send(ENGLISH, "key")
        assert "is not trusted" in await mailer.fault()
    assert (caught.value.cause, caught.value.standing, server.mails) == ("bad_certificate", True, [])
    assert not any(line.startswith("AUTH") for line in server.said)


async def test_tls_to_a_server_that_speaks_plainly(settings):
    async with broken() as server:
        mailer = SmtpMailer(settings(server.port, security="tls"))
        with pytest.raises(Unreachable, match="set the mail security") as caught:
            await mailer.send(ENGLISH, "key")
    assert (caught.value.cause, caught.value.standing) == ("tls_failed", True)


async def test_plain_words_to_a_server_that_wants_tls_first(settings, authority):
    async with broken(context=authority.server(), tls=True) as server:
        assert "port 465 wants tls" in await SmtpMailer(settings(server.port, security="starttls", timeout=0.3)).fault()


# --- addresses in other scripts


async def test_an_international_address_needs_a_server_that_can(settings):
    letter = replace(ENGLISH, to="jäätelö@kauppa.example")
    async with mailbox(enable_SMTPUTF8=True) as taken:
        await SmtpMailer(settings(taken.port)).send(letter, "key")
    assert taken.envelopes[0].rcpt_tos == ["jäätelö@kauppa.example"]
    assert "To: jäätelö@kauppa.example\r\n".encode() in taken.content()
    async with mailbox(enable_SMTPUTF8=False) as taken:
        with pytest.raises(Rejected, match="does not offer SMTPUTF8") as caught:
            await SmtpMailer(settings(taken.port)).send(letter, "key")
    assert (caught.value.cause, taken.envelopes) == ("no_smtputf8", [])


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("kim@jäätelö.example", "kim@xn--jtel-loaa3k.example"),
        ("kim@JÄÄTELÖ.example", "kim@xn--jtel-loaa3k.example"),
        ("kim@例え.example", "kim@xn--r8jz45g.example"),
    ],
)
async def test_a_domain_in_another_script_is_written_in_ascii(settings, address, written):
    async with mailbox() as taken:
        await SmtpMailer(settings(taken.port)).send(replace(ENGLISH, to=address), "key")
    assert taken.envelopes[0].rcpt_tos == [written]


@pytest.mark.parametrize("address", ["kim@straße.example", "kim@ἀθήνας.example"])
async def test_a_domain_whose_ascii_form_is_another_domain_is_not_written_to(settings, address):
    async with mailbox() as taken:
        with pytest.raises(Rejected, match="SMTPUTF8"):
            await SmtpMailer(settings(taken.port)).send(replace(ENGLISH, to=address), "key")
    assert taken.envelopes == []


# --- settings

WRONG = [
    {"host": ""},
    {"host": "smtp.example.com\r\nQUIT"},
    {"host": "https://smtp.example.com"},
    {"port": 0},
    {"port": 70_000},
    {"security": "ssl"},
    {"security": "none", **LOGIN},
    {"user": USER},
    {"password": PASSWORD},
    {"sender": ""},
    {"sender": "a@shop.example, b@shop.example"},
    {"sender": "chat@shop.example\r\nBcc: x@evil.example"},
    {"sender": "jäätelö@shop.example"},
    {"timeout": 0},
    {"ca_file": "/no/such/file.pem"},
    {"ca_file": __file__},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_wrong_settings_are_refused_in_a_sentence(wrong):
    right = MailSettings("smtp.example.com", 587, "starttls", "", "", SENDER)
    assert SmtpMailer(right).timeout == 20.0
    with pytest.raises(Refused) as caught:
        SmtpMailer(replace(right, **wrong))
    assert caught.value.code == "settings"
    assert PASSWORD not in str(caught.value)


def test_the_password_does_not_show():
    assert PASSWORD not in repr(MailSettings("smtp.example.com", 587, "starttls", USER, PASSWORD, SENDER))


def test_the_longest_line_is_delivered_whole():
    composed = compose(replace(ENGLISH, lines=(visitor("1", "w" * 10_000),)), "key", SENDER)
    body = composed.get_body(("plain",))
    assert body is not None
    assert "w" * 10_000 in body.get_content()
