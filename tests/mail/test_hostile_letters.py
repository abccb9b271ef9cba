"""What hostile words can do to a mail: nothing, in any place."""

import email
import email.policy
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mail import compose
from bridge.errors import Rejected
from bridge.letters import Letter, Line, Side
from bridge.markup import BOLD, CODE, ITALIC, ITEM, LINK, LIST, MENTION, PRE, QUOTE, STRIKE, Span, literal
from bridge.policies.inert import label, neutral
from tests.hostile import BATTERY
from tests.mail.letters import BLANK, SENDER, TO, bullets, team, visitor
from tests.mail.reading import Page, assert_harmless, parts, squeezed

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
STRINGS = tuple(dict.fromkeys((*FOR_HEADERS, *(one.text for one in BATTERY))))


def said(words: str) -> dict[str, Line]:
    """A line for each place of a conversation that words can stand in."""
    return {
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


def told(words: str) -> dict[str, str | tuple[str, ...]]:
    """The words for each field of a letter but its address."""
    lines = {"intro": (words, words), "outro": (words,)}
    return lines | dict.fromkeys(("subject", "language", "sender", "heading", "accent"), words)


def hostile(words: str) -> Letter:
    """A letter that says it in every place."""
    return replace(BLANK, lines=tuple(said(words).values()), **told(words))  # type: ignore[arg-type]


def test_the_battery_is_as_large_as_it_must_be():
    assert len(STRINGS) >= 60
    assert len(said("x")) + len(told("x")) >= 20


@pytest.mark.parametrize("number", range(len(STRINGS)))
def test_hostile_words_are_words_in_every_place(number):
    words = STRINGS[number]
    assert_harmless(compose(hostile(words), words, SENDER), TO, SENDER)


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
    assert str(message["Subject"]) == (label(letter.subject, 200) or label(letter.heading, 200) or "…")


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
    assert shown == label(name, 80)


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
