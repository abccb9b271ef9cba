"""What a mail is made of, and how it reads."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from adapters.mail import compose, preview
from adapters.mail.compose import encoded, message_id
from bridge.errors import Rejected
from bridge.markup import LINK, Span, literal, plain
from tests.mail.letters import BLANK, ENGLISH, FINNISH, SAMPLES, SENDER, team, visitor
from tests.mail.reading import Page, parts, squeezed

BAD_ADDRESSES = [
    "",
    "kim",
    "kim@",
    "@shop.example",
    "kim@shop",
    "kim@shop.example, lee@evil.example",
    "kim@shop.example;lee@evil.example",
    "kim@shop.example lee@evil.example",
    "kim@shop.example\r\nBcc: lee@evil.example",
    "kim@shop.example\nDATA",
    "Kim <kim@shop.example>",
    "<kim@shop.example>",
    "kim@shop.example>,<lee@evil.example",
    '"kim lee"@shop.example',
    "kim(comment)@shop.example",
    "kim@@shop.example",
    "kim@shop..example",
    ".kim@shop.example",
    "kim@[127.0.0.1]",
    "kim@127.0.0.1",
    "=?utf-8?q?kim?=@shop.example",
    "kim\x00@shop.example",
    "kim\u202e@shop.example",
    "k\u200bim@shop.example",
    "kim\ud800@shop.example",
    "kim@shop.example\u2028Bcc:x@y.example",
    "k" * 65 + "@shop.example",
    "kim@" + "a" * 250 + ".example",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES, ids=ascii)
def test_what_is_not_one_plain_address_is_refused(address):
    for letter, sender in ((replace(BLANK, to=address), SENDER), (BLANK, address)):
        with pytest.raises(Rejected) as caught:
            compose(letter, "key", sender)
        assert caught.value.cause == "bad_address"


# --- what it says


def test_the_headers_say_what_kind_of_mail_it_is():
    message = compose(FINNISH, "key", SENDER, at=datetime(2026, 10, 20, 11, 15, tzinfo=UTC))
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": f"Kenkäkauppa Askel <{SENDER}>",
        "To": FINNISH.to,
        "Subject": FINNISH.subject,
        "Date": "Tue, 20 Oct 2026 11:15:00 +0000",
        "Message-ID": message_id("key", SENDER),
        "Content-Language": "fi",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }


def test_the_message_id_is_the_keys_alone():
    ids = {compose(letter, "key", SENDER)["Message-ID"] for letter in SAMPLES.values()}
    assert len(ids) == 1
    assert "key" not in ids.pop()
    assert message_id("key", SENDER) != message_id("other", SENDER)
    assert message_id("\ud800", SENDER).endswith("@bridge.example>")


def test_what_is_sent_is_what_was_composed():
    message = compose(FINNISH, "key", SENDER)
    again = email.message_from_bytes(message.as_bytes(), policy=message.policy)
    assert isinstance(again, EmailMessage)
    assert again.as_bytes() == message.as_bytes()


@pytest.mark.parametrize("line", ["Plain words", "plain " * 30, "Ääkköset ja " * 12, "👨‍👩‍👧‍👦" * 9, "a" * 120])
def test_a_header_is_folded_in_short_lines_and_reads_the_same(line):
    folded = f"Subject: {encoded(line.strip())}\r\n\r\n"
    assert max(map(len, folded.split("\r\n"))) <= 78
    assert email.message_from_string(folded, policy=email.policy.default)["Subject"] == line.strip()


TEXT = """\
A copy of your chat
===================

Hello.

----------------------- Tuesday 20 October 2026 ------------------------

Kim · 3:41 pm
  | The export stops after 500 rows. What am I doing wrong?

Kim · 3:42 pm
  | I call GET /v2/readings?limit=2000 once an hour.

* Mikael joined the chat · 3:44 pm

Mikael · 3:47 pm
    > The export stops after 500 rows.
    That is the page size: the answer carries a cursor for the next
    page. In Python:
        cursor = ""
        while True:
            page = client.readings(limit=500, cursor=cursor)
            store(page.rows)
            if not (cursor := page.next):
                break
    It is described under Paging
    (https://docs.northwind.example/api/paging).

Kim · 3:55 pm
  | Works. Is there a limit to how often I may ask?

Mikael · 3:58 pm
    Yes, but a wide one:
    - Free plan: 60 calls a minute
    - Team plan: ~300~ 600 calls a minute
    - More: ask @Lina at sales@northwind.example

Kim · 4:01 pm
  | Exactly what I needed, thank you.

* Kim ended the chat · 4:05 pm
"""


def test_the_plain_text_reads_well_by_itself():
    assert preview(replace(ENGLISH, intro=("Hello.",), outro=()))[0] == TEXT


def test_no_text_can_pass_for_another_persons_line():
    forged = "thanks\n\nAnna · 3:47 pm\n    You get everything for free\n* Anna left"
    text = preview(replace(BLANK, lines=(visitor("1", forged), team("2", "No."))))[0]
    lines = text.splitlines()[3:]
    assert [line for line in lines if line and not line.startswith(("  | ", "  |", "    "))] == [
        "Matti · 1",
        "Anna · 2",
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_word_of_a_sample_is_in_both_parts(name):
    letter = SAMPLES[name]
    text, html = parts(compose(letter, "key", SENDER))
    shown = Page(html).text
    said = [node for line in letter.lines for node in line.body if isinstance(node, str)]
    for words in (letter.heading, *letter.intro, *letter.outro, *said):
        assert squeezed(words) in squeezed(shown)
        assert squeezed(words) in squeezed(text.replace("\n  | ", "\n"))
    for line in letter.lines:
        assert {word for word in (line.at, line.remark, line.day) if word and word not in text} == set()
    assert max(map(len, text.splitlines())) <= 88


LEADS = [
    (Span(LINK, ("https://bank.example",), "https://evil.example/x"), "https://bank.example (evil.example)"),
    (Span(LINK, ("press",), "https://evil.example/x"), "press (evil.example)"),
    (Span(LINK, ("",), "https://evil.example/x"), "https://evil.example/x"),
    (Span(LINK, (" \u200b ",), "https://evil.example/x"), "https://evil.example/x"),
    (literal("https://evil.example/x")[0], "https://evil.example/x"),
    (literal("https://bank.example@evil.example/")[0], "https://bank.example@evil.example/ (evil.example)"),
    (literal("https://аррle.example/")[0], "https://аррle.example/ (xn--le-6kc8da.example)"),  # noqa: RUF001
    (Span(LINK, ("write",), "mailto:a@shop.example?bcc=b@evil.example&body=x"), "write (a@shop.example)"),
]


@pytest.mark.parametrize(("node", "shown"), LEADS, ids=str)
def test_a_link_says_where_it_leads(node, shown):
    html = preview(replace(BLANK, lines=(team("1", node),)))[1]
    page = Page(html)
    assert squeezed(shown.removesuffix(")")) in squeezed(page.text)
    assert len(page.links) == 1
    assert "bcc" not in page.links[0]
    assert html.count('rel="noopener noreferrer nofollow"') == 1


DEAD = [
    "javascript:alert(1)",
    "data:text/html,x",
    "JaVaScRiPt:x",
    "//evil.example",
    "https://",
    "https://[::1",
    "",
    " https://x.example",
]


@pytest.mark.parametrize("address", DEAD)
def test_an_address_that_must_not_be_followed_is_words(address):
    text, html = preview(replace(BLANK, lines=(team("1", Span(LINK, ("press",), address)),)))
    assert Page(html).links == []
    assert "press" in text
    assert "press" in html


def test_a_line_that_was_removed_says_so_and_nothing_else():
    text, html = preview(replace(BLANK, lines=(team("9:41", remark="This message was removed"),)))
    assert "Anna · 9:41 · This message was removed" in text
    assert "This message was removed" in Page(html).text


def test_two_lines_of_one_minute_share_a_name_and_a_new_day_does_not():
    lines = (visitor("1", "a"), visitor("1", "b"), visitor("1", "c", day="Monday"), team("1", "d"), visitor("1", "e"))
    html = preview(replace(BLANK, lines=lines))[1]
    assert html.count("<bdi>Matti</bdi>") == 3


def test_foreign_text_cannot_turn_the_order_of_ours():
    html = preview(replace(BLANK, lines=(team("1", "שלום \u202e", who="\u202eannA"),), intro=("\u2067x",)))[1]
    assert "\u202e" not in html
    assert "\u2067" not in html
    assert '<div dir="auto"' in html
    assert "<bdi>annA</bdi>" in html


def test_a_long_conversation_stays_below_what_readers_cut():
    letter = replace(FINNISH, lines=FINNISH.lines * 20)
    html = preview(letter)[1]
    assert len(letter.lines) >= 180
    assert len(html.encode()) < 102_000


def test_words_alone_are_what_a_letter_without_lines_has():
    text, html = preview(replace(BLANK, intro=("Good morning.",)))
    assert text == "Heading\n=======\n\nGood morning.\n"
    assert plain(("Good morning.",)) in Page(html).text
