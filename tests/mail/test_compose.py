"""What a mail is made of, and what hostile words can do to it: nothing."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mail import compose, preview
from adapters.mail.compose import encoded, message_id
from adapters.mail.inert import header, neutral
from bridge.errors import Rejected
from bridge.letters import Letter, Line, Side
from bridge.markup import BOLD, CODE, ITALIC, ITEM, LINK, LIST, MENTION, PRE, QUOTE, STRIKE, Span, literal, plain
from tests.hostile import BATTERY
from tests.mail.letters import ENGLISH, FINNISH, SAMPLES, bullets, team, visitor
from tests.mail.reading import Page, assert_harmless, parts, squeezed

SENDER = "chat@bridge.example"
TO = "kim@shop.example"
BLANK = Letter(TO, "Subject", "en", "Name", "Heading")
FOR_HEADERS = (
    "x\r\nBcc: evil@evil.example",
    "x\nTo: evil@evil.example\n\n<script>alert(1)</script>",
    "x\rCc: evil@evil.example",
    "x\x0bBcc: a@evil.example\x0c\x1c\x1d\x1e\x85\u2028\u2029Bcc: b@evil.example",
    "x\r\n\r\n--boundary\r\nContent-Type: text/html\r\n\r\n<b>",
    "Kim, Lee <evil@evil.example>",
    "evil@evil.example, ",
    '"Kim" <evil@evil.example>, "',
    '\\", <evil@evil.example>, "\\',
    "Kim (comment) <evil@evil.example>",
    "group: a@evil.example, b@evil.example;",
    "Ääkköset, Oy; <evil@evil.example> " * 4,
    "=?utf-8?q?Bcc=3A_evil=40evil=2Eexample?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?=",
    "=?utf-8?q?=0D=0ABcc=3A_evil?= =?utf-8?q?_more?=",
    "=?us-ascii?q?=22=2C_=3Cevil=40evil.example=3E?=",
    "a =? b ?= c =?x?y?z?=",
    "=?utf-8?q?" + "A" * 300 + "?=",
    "\ud800 \udfff lone",
    "nul\x00nul",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\u3164\u2800\u115f",
    "a" * 2_000,
    "ä" * 2_000,
    "👨‍👩‍👧‍👦" * 200,
    "a " * 1_000,
    "  \t  ",
    "",
)
STRINGS = tuple(dict.fromkeys((*FOR_HEADERS, *(hostile.text for hostile in BATTERY))))


def everywhere(words: str) -> dict[str, Letter]:
    """A letter for each place that words can stand in."""
    said = {
        "body": team("1", words),
        "bold": team("1", Span(BOLD, (Span(ITALIC, (Span(STRIKE, (words,)),)),))),
        "code": team("1", Span(CODE, (words,)), Span(PRE, (words,))),
        "quote": team("1", Span(QUOTE, (words,)), bullets(words, words, first="9")),
        "link": team("1", Span(LINK, (words,), words)),
        "label": team("1", Span(LINK, (words,), "https://evil.example/?a=1&b=2#c")),
        "value": team("1", Span(LIST, (Span(ITEM, (words,)),), words), Span(words, (words,), words)),
        "mention": team("1", Span(MENTION, (words,), words)),
        "typed": team("1", *literal(words)),
        "visitor": visitor("1", words, who=words, day=words, remark=words),
        "who": team("1", "x", who=words),
        "at": team(words, "x"),
        "remark": team("1", remark=words),
        "notice": Line(Side.NOTICE, words, words, (words,), words, words),
    }
    letters = {place: replace(BLANK, lines=(line,)) for place, line in said.items()}
    for place in ("subject", "language", "sender", "heading", "accent"):
        letters[place] = replace(BLANK, **{place: words})  # type: ignore[arg-type]
    return letters | {
        "intro": replace(BLANK, intro=(words, words)),
        "outro": replace(BLANK, outro=(words,), lines=(team("1", "x"),)),
    }


def test_the_battery_is_as_large_as_it_must_be():
    assert len(STRINGS) >= 60
    assert len(everywhere("x")) >= 20


@pytest.mark.parametrize("number", range(len(STRINGS)))
def test_hostile_words_are_words_in_every_place(number):
    for letter in everywhere(STRINGS[number]).values():
        assert_harmless(compose(letter, STRINGS[number], SENDER), TO, SENDER)


@pytest.mark.parametrize("number", range(len(STRINGS)))
def test_hostile_words_arrive_whole(number):
    words = STRINGS[number]
    letter = replace(BLANK, intro=(words,), lines=(team("1", words), visitor("2", *literal(words))), outro=(words,))
    text, html = parts(compose(letter, "key", SENDER))
    wanted = squeezed(neutral(words))
    assert squeezed(text).count(wanted) >= 2
    assert squeezed(Page(html).text).count(wanted) >= 1
    assert wanted in squeezed(text.replace("\n  | ", "\n"))


PIECES = st.sampled_from([*FOR_HEADERS[:22], "\r\n", "\n", ",", "<", ">", '"', "\\", "=?", "?=", ":", ";", "@", "."])
ANY = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=8).map("".join),
)
KINDS = st.sampled_from([BOLD, ITALIC, STRIKE, CODE, PRE, QUOTE, LIST, ITEM, LINK, MENTION, "other"])
VALUES = st.one_of(st.just("https://shop.example/"), st.just(""), st.just("3"), ANY)
NODES = st.recursive(
    ANY,
    lambda inside: st.builds(Span, KINDS, st.lists(inside, max_size=3).map(tuple), VALUES),
    max_leaves=8,
)
LINES = st.builds(Line, st.sampled_from(Side), ANY, ANY, st.lists(NODES, max_size=3).map(tuple), ANY, ANY)
LETTERS = st.builds(
    Letter,
    to=st.just(TO),
    subject=ANY,
    language=ANY,
    sender=ANY,
    heading=ANY,
    intro=st.lists(ANY, max_size=2).map(tuple),
    lines=st.lists(LINES, max_size=3).map(tuple),
    outro=st.lists(ANY, max_size=2).map(tuple),
    accent=ANY,
)


@settings(deadline=None, max_examples=150)
@given(letter=LETTERS, key=ANY)
def test_any_letter_is_one_harmless_mail_to_one_person(letter, key):
    message = compose(letter, key, SENDER)
    assert_harmless(message, TO, SENDER)
    assert str(message["Subject"]) == (header(letter.subject, 200) or header(letter.heading, 200) or "…")


@settings(deadline=None, max_examples=150)
@given(words=ANY)
def test_any_words_are_in_both_parts(words):
    letter = replace(BLANK, lines=(team("1", words),))
    text, html = parts(compose(letter, "key", SENDER))
    assert squeezed(neutral(words)) in squeezed(text)
    assert squeezed(neutral(words)) in squeezed(Page(html).text)


@settings(deadline=None, max_examples=200)
@given(name=ANY)
def test_any_name_arrives_as_it_reads(name):
    message = compose(replace(BLANK, sender=name), "key", SENDER)
    arrived = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert [address.addr_spec for address in arrived["From"].addresses] == [SENDER]
    written = email.message_from_bytes(message.as_bytes())["From"].rpartition("<")[0].strip()
    shown = unquote(written) if written.startswith('"') else str(make_header(decode_header(written)))
    assert shown == header(name, 80)


@settings(deadline=None, max_examples=200)
@given(address=st.one_of(ANY, st.builds("{}@{}".format, ANY, ANY), ANY.map(lambda words: f"{words}@shop.example")))
def test_any_address_is_one_address_or_refused(address):
    found = [message for message in (composed(address),) if message is not None]
    for message in found:
        arrived = email.message_from_string(message.as_bytes().decode(), policy=email.policy.default)
        assert len(arrived["To"].addresses) == 1
        assert len(arrived.keys()) == 10
        assert arrived["To"].addresses[0].addr_spec.partition("@")[0] == address.strip().rpartition("@")[0]


def composed(address: str) -> EmailMessage | None:
    """A mail to the address; nothing when it is refused, in the one way in which it may be."""
    try:
        return compose(replace(BLANK, to=address), "key", SENDER)
    except Rejected as error:
        if error.cause != "bad_address":
            raise
        return None


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
