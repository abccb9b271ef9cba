"""Every way in which a server can fail us, at every step, and what is known afterwards."""

import asyncio
import base64
import socket
import traceback
from dataclasses import replace

import pytest

from adapters.mail import SmtpMailer
from bridge.errors import Rejected, Unknown, Unreachable
from tests.mail.broken import CUT, RESET, SILENCE, USUAL, broken
from tests.mail.conftest import PASSWORD, USER
from tests.mail.letters import ENGLISH, SENDER, visitor

SECRET = "the-words-of-the-visitor"
LETTER = replace(ENGLISH, to="kim.long.name@shop.example", subject=SECRET, lines=(visitor("1", SECRET),), outro=())
STEPS = ("GREET", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "DOT")
GARBAGE = ("not SMTP at all", "", "99", "2x0 ok", "\udcff\udcfe", "250", "354 ", "199 what", "600 what")
ENCODED = [base64.b64encode(words.encode()).decode() for words in (PASSWORD, f"\0{USER}\0{PASSWORD}")]
ECHOES = {"AUTH": f"{PASSWORD} AUTH PLAIN {' '.join(ENCODED)}"}
ECHOES["MAIL"] = f"{ECHOES['AUTH']} <{SENDER}> {SENDER}"
ECHOES["RCPT"] = ECHOES["DATA"] = f"{ECHOES['MAIL']} <{LETTER.to}> {LETTER.to} kim.long.name"
ECHOES["DOT"] = f"{ECHOES['DATA']} {SECRET}"


async def failure(authority, settings, answers, **more):
    """What sending raises, after checking what it tells, and how many mails the server has."""
    async with broken(context=authority.server(), **answers) as server:
        chosen = settings(server.port, **({"security": "starttls", "user": USER, "password": PASSWORD} | more))
        with pytest.raises((Unreachable, Rejected, Unknown)) as caught:
            await SmtpMailer(chosen).send(LETTER, "key")
    for told in (str(caught.value), caught.value.cause, *traceback.format_exception(caught.value)):
        assert not any(secret in told for secret in (SECRET, PASSWORD, *ENCODED, "long.name", SENDER))
    assert not (server.mails and not isinstance(caught.value, Unknown) and "DOT" not in answers)
    return caught.value


def kind(error):
    return type(error).__name__, error.cause, getattr(error, "standing", False)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", ["421", "450 4.2.0", "451 4.7.1", "452 4.3.1", "454 4.7.0"])
async def test_a_later_is_nothing_sent_and_tried_again(authority, settings, step, code):
    error = await failure(authority, settings, {step: f"{code} later {ECHOES.get(step, '')}"})
    assert kind(error) == ("Unreachable", "put_off", False)
    assert error.wait == 60


REFUSED = {
    "GREET": ("Unreachable", "greeting_refused", True),
    "EHLO": ("Unreachable", "greeting_refused", True),
    "STARTTLS": ("Unreachable", "starttls_refused", True),
    "AUTH": ("Unreachable", "login_refused", True),
    "MAIL": ("Unreachable", "sender_refused", True),
    "RCPT": ("Rejected", "recipient_refused", False),
    "DATA": ("Rejected", "content_refused", False),
    "DOT": ("Rejected", "content_refused", False),
}


@pytest.mark.parametrize("code", ["500", "550 5.1.1", "553 5.7.1", "554 5.5.0", "571"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_no_is_about_us_or_about_this_mail(authority, settings, step, code):
    error = await failure(authority, settings, {step: f"{code} no {ECHOES.get(step, '')}"})
    assert kind(error) == REFUSED[step]
    assert f"({code.split()[0]}" in str(error)


ABOUT_US = [
    ("MAIL", "530 5.7.0 authentication required", ("Unreachable", "login_needed", True)),
    ("RCPT", "530 5.7.0 authentication required", ("Unreachable", "login_needed", True)),
    ("RCPT", "554 5.7.1 relay access denied", ("Unreachable", "relaying_denied", True)),
    ("RCPT", "550 relaying not allowed", ("Unreachable", "relaying_denied", True)),
    ("RCPT", "553 5.7.1 Sender address rejected: not owned by user", ("Unreachable", "sender_refused", True)),
    ("RCPT", "550 5.1.8 bad sender's address", ("Unreachable", "sender_refused", True)),
    ("MAIL", "552 5.3.4 too big", ("Rejected", "too_large", False)),
    ("RCPT", "552 5.2.2 mailbox full", ("Rejected", "too_large", False)),
    ("DOT", "552 5.3.4 too big", ("Rejected", "too_large", False)),
]


@pytest.mark.parametrize(("step", "answer", "expected"), ABOUT_US)
async def test_a_no_that_says_whom_it_is_about(authority, settings, step, answer, expected):
    assert kind(await failure(authority, settings, {step: answer})) == expected


@pytest.mark.parametrize("way", [CUT, RESET])
@pytest.mark.parametrize("step", STEPS)
async def test_a_cut_is_nothing_sent_until_the_last_dot(authority, settings, step, way):
    error = await failure(authority, settings, {step: way})
    expected = ("Unknown" if step == "DOT" else "Unreachable", "disconnected", False)
    assert kind(error) == expected


@pytest.mark.parametrize("step", STEPS)
async def test_a_silence_is_nothing_sent_until_the_last_dot(authority, settings, step):
    error = await failure(authority, settings, {step: SILENCE}, timeout=2.0 if step == "DOT" else 0.3)
    assert kind(error) == ("Unknown" if step == "DOT" else "Unreachable", "timeout", False)


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("step", STEPS)
async def test_garbage_is_nothing_sent_until_the_last_dot(authority, settings, step, garbage):
    if USUAL[step].startswith(garbage[:3].strip() or "-"):
        pytest.skip("what the step wants to hear")
    error = await failure(authority, settings, {step: garbage})
    assert isinstance(error, Unknown if step == "DOT" else Unreachable)
    assert not getattr(error, "standing", False)


async def test_the_timeout_is_one_for_the_whole_attempt(authority, settings):
    """Each answer is within the timeout, all of them together are not."""
    loop = asyncio.get_running_loop()
    async with broken() as server:
        usual = server.answer

        async def slowly(step, writer):
            await asyncio.sleep(0.2)
            await usual(step, writer)

        server.answer = slowly  # type: ignore[method-assign]
        began = loop.time()
        with pytest.raises(Unreachable) as caught:
            await SmtpMailer(settings(server.port, timeout=0.5)).send(LETTER, "key")
    assert caught.value.cause == "timeout"
    assert loop.time() - began >= 0.5
    assert server.mails == []


@pytest.mark.parametrize("answer", [CUT, RESET, SILENCE, "500 what", "nonsense"])
async def test_a_goodbye_that_fails_takes_nothing_back(settings, answer):
    async with broken(QUIT=answer) as server:
        await SmtpMailer(settings(server.port, timeout=0.5)).send(LETTER, "key")
    assert len(server.mails) == 1


async def test_a_port_where_nobody_listens(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mailer = SmtpMailer(settings(taken.getsockname()[1]))
        with pytest.raises(Unreachable, match="check host and port") as caught:
            await mailer.send(LETTER, "key")
        assert "check host and port" in await mailer.fault()
    assert kind(caught.value) == ("Unreachable", "unreachable", False)


async def test_a_host_that_cannot_exist(settings):
    error = await SmtpMailer(settings(25, host="no..host")).fault()
    assert "check host and port" in error


async def test_a_bad_address_is_refused_before_anything_is_said(settings):
    async with broken() as server:
        with pytest.raises(Rejected) as caught:
            await SmtpMailer(settings(server.port)).send(replace(LETTER, to="kim@shop.example, x@evil.example"), "key")
    assert (caught.value.cause, server.said) == ("bad_address", [])


@pytest.mark.parametrize("step", ["GREET", "EHLO", "STARTTLS", "AUTH", "NOOP"])
@pytest.mark.parametrize("answer", ["554 no", "451 later", CUT, "nonsense"])
async def test_the_check_says_what_is_wrong_and_sends_nothing(authority, settings, step, answer):
    async with broken(context=authority.server(), **{step: answer}) as server:
        mailer = SmtpMailer(settings(server.port, security="starttls", user=USER, password=PASSWORD))
        sentence = await mailer.fault()
    assert sentence.endswith(".")
    assert not any(line.startswith(("MAIL", "RCPT", "DATA")) for line in server.said)


async def test_the_check_of_a_good_server_says_nothing(settings):
    async with broken() as server:
        assert await SmtpMailer(settings(server.port)).fault() == ""
    assert [line.split()[0] for line in server.said] == ["EHLO", "NOOP", "QUIT"]


async def test_a_login_in_a_sentence_tells_why_and_not_the_password(authority, settings):
    why = f"535 5.7.9 Use an app password for {USER} {PASSWORD}, see https://help.example/app"
    error = await failure(authority, settings, {"AUTH": why})
    assert "https://help.example/app" in str(error)
    assert "***" in str(error)


async def test_stopping_in_the_middle_leaves_nothing_open(settings):
    at_recipient = asyncio.Event()
    async with broken(RCPT=SILENCE) as server:
        usual = server.answer

        async def noticed(step, writer):
            if step == "RCPT":
                at_recipient.set()
            await usual(step, writer)

        server.answer = noticed  # type: ignore[method-assign]
        sending = asyncio.create_task(SmtpMailer(settings(server.port)).send(LETTER, "key"))
        await at_recipient.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert server.mails == []
