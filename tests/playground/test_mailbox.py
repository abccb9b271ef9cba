"""The mailbox as a real mail client meets it, and its control API."""

from __future__ import annotations

import asyncio
import datetime
import logging
from email.message import EmailMessage
from email.policy import SMTP

import aiohttp
import aiosmtplib
import pytest

from adapters.playground import Playground, Rules
from adapters.playground.mail import Post, read_mail
from adapters.playground.workspace import ANNA, SUPPORT
from tests.playground.letters import NOW, PERSON, letter, mailer, post


@pytest.fixture
def rules():
    return Rules(clock=lambda: NOW, limits=False)


# receiving


async def test_a_mail_is_kept_as_it_came_and_read(slack):
    message = letter("Plain ääkköset", Date="Fri, 15 Jan 2027 10:00:00 +0200")
    message.add_alternative("<p>Rich <b>ääkköset</b></p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="lasku ä.pdf")
    raw = message.as_bytes(policy=SMTP)
    async with mailer(slack) as client:
        await client.sendmail("chat@shop.example", [PERSON], raw)
    [mail] = slack.mails
    assert (mail.sender, mail.recipients) == ("chat@shop.example", (PERSON,))
    assert (mail.subject, mail.to, mail.from_) == ("Kiitos käynnistä", PERSON, "Kauppa <chat@shop.example>")
    assert (mail.message_id, mail.received_at, mail.number) == ("<1@silta.example>", NOW, 1)
    assert mail.date == datetime.datetime.fromisoformat("2027-01-15T10:00:00+02:00")
    assert (mail.text, mail.html) == ("Plain ääkköset\n", "<p>Rich <b>ääkköset</b></p>\n")
    assert [(one.name, one.kind, one.size) for one in mail.enclosures] == [("lasku ä.pdf", "application/pdf", 4)]
    assert mail.raw == raw


async def test_mails_are_kept_in_order_and_found_by_the_envelope(slack):
    async with mailer(slack) as client:
        for number, to in enumerate((PERSON, "other@customer.example", PERSON)):
            await client.sendmail("chat@shop.example", [to.upper()], letter(str(number), to="hidden").as_bytes())
    assert [mail.text for mail in slack.mails] == ["0\n", "1\n", "2\n"]
    assert [mail.text for mail in slack.mails_to(PERSON)] == ["0\n", "2\n"]
    assert slack.mails_to("hidden") == []


async def test_two_mails_with_one_message_id_are_both_kept(slack):
    for _ in range(2):
        await post(slack)
    assert [mail.message_id for mail in slack.mails] == ["<1@silta.example>"] * 2
    assert [mail.number for mail in slack.mails] == [1, 2]


async def test_a_dot_and_a_long_line_come_through(slack):
    lines = [".", "..", "x" * 900, ""]
    await post(slack, letter("\n".join(lines)))
    assert slack.mails[0].text == "\n".join(lines)


async def test_headers_and_addresses_in_utf_8_come_through(slack):
    async with mailer(slack) as client:
        raw = "Subject: Hyvää päivää\r\nTo: mäki@customer.example\r\n\r\nx".encode()
        await client.sendmail("chat@shop.example", ["mäki@customer.example"], raw, mail_options=["SMTPUTF8"])
    [mail] = slack.mails_to("mäki@customer.example")
    assert (mail.subject, mail.to) == ("Hyvää päivää", "mäki@customer.example")


async def test_of_many_mails_the_newest_are_kept(slack):
    body = letter().as_bytes()
    async with mailer(slack) as client:
        for _ in range(1000):
            await client.sendmail("chat@shop.example", [PERSON], body)
    assert [mail.number for mail in slack.mails] == list(range(501, 1001))
    assert len(slack.mail_attempts) == 1000


async def test_a_mail_that_is_too_large_is_refused(http):
    small = Playground(rules=Rules(mail_size=2000))
    await small.start()
    with pytest.raises(aiosmtplib.SMTPResponseException) as caught:
        await post(small, letter("x\n" * 2000))
    assert (caught.value.code, small.mails) == (552, [])
    await small.stop()


HOSTILE = [
    b"",
    b"\r\n\r\n",
    b"Subject: =?utf-8?b?!!!?= =?nothing?q?=E4?= =?utf-8?b?w6Q?=\r\n\r\nx",
    b"Subject: \xff\xfe\r\nDate: never\r\nContent-Type: text/plain; charset=hex\r\n\r\n\xff",
    b"Content-Type: text/html; charset*0*=a'b'%ff; charset*1=\"\x00\"\r\n\r\n<p>",
    b"Content-Type: multipart/mixed; boundary=\r\nDate: 99 99 99 99:99:99 +999999\r\n\r\n--\r\n",
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!=\r\n",
    b"Content-Type: text/plain; charset=idna\r\nContent-Disposition: ;;;\r\n\r\n\xe4",
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)),
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_broken_mail_is_still_a_mail(slack, look, raw):
    async with mailer(slack) as client:
        await client.sendmail("chat@shop.example", [PERSON], raw)
    [mail] = slack.mails
    assert isinstance(mail.subject + mail.text + mail.html, str)
    assert mail.date is None
    assert (await look("mail", number=1))["source"].strip("\n") == mail.raw.decode(errors="replace").replace(
        "\r\n", "\n"
    ).strip("\n")


def test_links_are_listed_once_and_only_those_of_the_web():
    page = "<a href=\"https://shop.example/?a=1&amp;b=2\">x</a> <a href='javascript:x'>y</a>"
    made = EmailMessage()
    made.set_content("See https://shop.example/?a=1&b=2. Or http://other.example/")
    made.add_alternative(page, subtype="html")
    mail = read_mail(Post("a@b.example", ()), number=1, received_at=0.0)
    assert mail.links == ()
    mail = read_mail(Post("a@b.example", (), made.as_bytes()), number=1, received_at=0.0)
    assert mail.links == ("https://shop.example/?a=1&b=2", "http://other.example/")


async def test_mails_are_never_logged(slack, caplog):
    caplog.set_level(logging.INFO)
    await post(slack, letter("a secret word"))
    assert "secret word" not in caplog.text


# start and stop


async def test_the_mailbox_listens_on_loopback_even_if_the_pages_do_not():
    slack = Playground()
    assert (slack.smtp_host, slack.smtp_port) == ("", 0)
    await slack.start("0.0.0.0")
    assert slack.smtp_host == "127.0.0.1"
    assert slack.smtp_port > 0
    await slack.stop()


@pytest.mark.parametrize("step", ["idle", "slow", "data"])
async def test_a_stop_ends_every_conversation(step):
    before = asyncio.all_tasks()
    slack = Playground()
    await slack.start()
    slack.fail_mail("slow", seconds=600)
    reader, writer = await asyncio.open_connection(slack.smtp_host, slack.smtp_port)
    lines = [b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>", b"DATA", b"Subject: x"]
    if step != "idle":
        writer.write(b"\r\n".join(lines) + b"\r\n")
        await reader.readuntil(b"354 ")
    if step == "slow":
        writer.write(b".\r\n")
        while not slack.mails:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await slack.stop()
    await reader.read()
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(slack.smtp_host, slack.smtp_port)
    assert asyncio.all_tasks() == before


# control API and page


@pytest.fixture
def look(http):
    async def read(what, status=200, **query):
        async with http.get(f"/play/{what}", params=query) as got:
            assert got.status == status
            return await got.json()

    return read


async def test_the_mails_are_listed_newest_first(slack, look):
    await post(slack, letter("first"))
    await post(slack, letter("second", to="other@customer.example", Subject="Second"))
    listed = (await look("mails"))["mails"]
    assert [one["subject"] for one in listed] == ["Second", "Kiitos käynnistä"]
    assert listed[1] == {
        "number": 1,
        "to": PERSON,
        "from": "Kauppa <chat@shop.example>",
        "subject": "Kiitos käynnistä",
        "received_at": NOW,
    }
    assert [one["number"] for one in (await look("mails", to=PERSON))["mails"]] == [1]


async def test_one_mail_is_shown_whole(slack, look):
    message = letter("See https://shop.example/")
    message.add_alternative("<p>Hi</p>", subtype="html")
    await post(slack, message)
    shown = await look("mail", number=1)
    assert (shown["text"], shown["html"]) == ("See https://shop.example/\n", "<p>Hi</p>\n")
    assert ["Message-ID", "<1@silta.example>"] in shown["headers"]
    assert shown["envelope"] == {"sender": "chat@shop.example", "recipients": [PERSON]}
    assert shown["links"] == ["https://shop.example/"]
    assert shown["source"] == slack.mails[0].raw.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("number", ["", "2", "-1", "x", "²"])
async def test_an_unknown_mail_is_refused(slack, look, number):
    await post(slack)
    assert await look("mail", 400, number=number) == {"error": "mail_not_found"}


async def test_faults_and_attempts_go_over_http_too(slack, http, look):
    async with http.post("/play/mail_fault", json={"kind": "dot:451", "times": 2}) as got:
        assert got.status == 200
    async with http.post("/play/mail_fault", json={"kind": "burn"}) as got:
        assert (got.status, await got.json()) == (400, {"error": "unknown_fault"})
    with pytest.raises(aiosmtplib.SMTPDataError):
        await post(slack)
    async with http.delete("/play/fault") as got:
        assert got.status == 200
    await post(slack)
    tried = (await look("mail_attempts"))["attempts"]
    assert [(one["outcome"], one["is_kept"], one["message_id"]) for one in tried] == [
        ("dot:451", False, "<1@silta.example>"),
        ("kept", True, "<1@silta.example>"),
    ]


async def test_the_live_socket_counts_the_mails(slack, http):
    async with http.ws_connect("/play/live") as live:
        assert (await live.receive_json())["type"] == "connections"
        await post(slack)
        assert await live.receive_json() == {"type": "mails", "count": 1}
    async with http.ws_connect("/play/live") as late:
        assert (await late.receive_json())["type"] == "connections"
        assert await late.receive_json() == {"type": "mails", "count": 1}


async def test_the_page_lets_a_mail_do_nothing(http: aiohttp.ClientSession):
    async with http.get("/mail") as got:
        page = await got.text()
    assert "default-src 'none'" in page
    assert "script-src 'self'" in page
    assert "require-trusted-types-for 'script'" in page


async def test_the_chat_goes_on_beside_the_mailbox(slack):
    await post(slack)
    assert await slack.say(ANNA, SUPPORT, "x")
