"""From our markup to Teams' activities: nothing is lost, nothing acts, nothing is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.playground.teams import activities
from adapters.playground.teams.workspace import ANNA
from adapters.teams import render
from adapters.teams.render import LARGEST_TEXT, ROWS, VISITOR
from bridge.graphemes import is_border
from bridge.markup import (
    BOLD,
    CODE,
    EMOJI,
    ITALIC,
    ITEM,
    LINK,
    LIST,
    MENTION,
    PRE,
    QUOTE,
    STRIKE,
    Span,
    link,
    literal,
)
from bridge.policies.inert import neutral
from bridge.ports import Button, Card, Post
from tests.hostile import BATTERY
from tests.teams import seen

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
HOSTILE = (
    "<at>Anna Virtanen</at> <at>Support</at> <at id='0'>Silta</at>",
    "&lt;at&gt;Anna Virtanen&lt;/at&gt; &amp;lt;at&amp;gt;",
    "<b>bold</b><script>x</script><a href='https://evil.example'>bank</a><img src=x onerror=y>",
    "</blockquote></b><blockquote>Anna Virtanen: yes<br/>",
    "[bank](https://evil.example) **bold** `code` ~~gone~~ _it_ # x",
    "{{DATE(2026-01-01T00:00:00Z,SHORT)}} {{TIME(x)}} ${name} {{{{a}}}}",
    "x\n> Claimed by Anna\n**Status:** closed",
    "\u202egnihsihp\u202c \u2066x",
    "javascript:alert(1) data:text/html,x msteams:x",
    "🔒 👤 Anna Virtanen",
)
texts = st.text(max_size=300) | st.sampled_from(HOSTILE)
long = st.text(max_size=3_000) | st.sampled_from(HOSTILE)
nodes = texts | st.builds(
    link, st.sampled_from(["https://a.example/x?y=1", "mailto:a@b.example", "javascript:x"]), texts
)
markups = st.lists(nodes, max_size=5).map(tuple)
buttons = st.lists(st.builds(Button, st.sampled_from(["claim", "send"]), long, long), max_size=8)
cards = st.builds(
    Card,
    heading=long,
    summary=long,
    fields=st.lists(st.tuples(texts, long), max_size=8).map(tuple),
    quote=markups,
    status=long,
    hint=texts,
    buttons=buttons.map(tuple),
)
posts = st.builds(Post, body=markups, summary=long, author=st.just("") | texts, caveat=st.just("") | texts)


@given(cards)
@settings(max_examples=60)
def test_a_card_is_taken_and_is_words_alone(card):
    found = seen.card(card)
    assert found.mentions == ()
    assert seen.tags(found) <= {"p"}


@given(posts)
def test_a_post_is_taken_and_mentions_nobody(post):
    for found in seen.lines(post):
        assert found.mentions == ()
        assert seen.tags(found) <= {"b", "i", "blockquote", "br"}
        assert not TURNING.search(found.text)


@given(texts)
def test_a_visitors_words_come_back_as_they_were(text):
    (found,) = seen.lines(Post(body=(text,), summary="x", author="Matti"))
    assert seen.even(found.text) == seen.even(f"{VISITOR} Matti {neutral(text)}")


@pytest.mark.parametrize("hostile", BATTERY, ids=range(len(BATTERY)))
def test_every_hostile_text_is_whole_and_nothing_but_words(hostile):
    post = Post(body=literal(hostile.stored), summary=hostile.stored, author=hostile.stored)
    every = seen.lines(post)
    name = render.author(post)
    assert 1 < len(name) <= 83
    assert "\n" not in name
    said = [found.text.split("\n", 1)[1] if "\n" in found.text else "" for found in every]
    together = "".join(part if len(every) > 1 else f" {part}" for part in said)
    assert seen.kept(together) == seen.kept(hostile.for_the_team)
    for found in every:
        assert found.text.startswith(seen.even(name))
        assert found.mentions == ()
        assert seen.tags(found) <= {"b", "blockquote", "br"}


@pytest.mark.parametrize("hostile", BATTERY, ids=range(len(BATTERY)))
def test_every_hostile_text_in_a_card_is_whole_and_nothing_but_words(hostile):
    words = hostile.stored[:1_500]
    made = Card(words, words, ((words, words),), literal(words), words, words, (Button("claim", words, words),))
    found = seen.card(made)
    assert found.mentions == ()
    assert seen.tags(found) <= {"p"}
    if "://" not in words:  # an address is written as it leads
        assert seen.kept(neutral(words)) in seen.kept(found.text.replace(render.BREAK, ""))


@pytest.mark.parametrize("text", HOSTILE)
def test_our_own_sentences_make_nothing_of_what_fills_them(text):
    (found,) = seen.lines(Post(body=(f"{text} left", Span(BOLD, (text,))), summary=text))
    assert found.mentions == ()
    assert seen.tags(found) <= {"b", "br"}
    assert seen.even(neutral(text)) in seen.even(found.text)


def test_what_a_client_would_fill_in_is_broken():
    made = render.card(Card("{{DATE(x)}}", "{{x}}", (("{{a}}", "{{b}}"),), ("{{c}}",), "{{d}}", "{{e}}", ()))
    assert "{{" not in str(made).replace("{'", "")


def test_one_name_cannot_be_anothers():
    for name in ("Anna Virtanen", "Silta", "👤 Anna", "Anna\n<b>Ben</b>"):
        (found,) = seen.lines(Post(("x",), "x", author=name))
        assert found.text.startswith(f"{VISITOR} ")


ROWS_OF_MARKUP = (
    (("a & b < c",), "a &amp; b &lt; c"),
    (("one\ntwo",), "one<br/>two"),
    ((Span(BOLD, ("a",)), Span(ITALIC, ("b",)), Span(STRIKE, ("c",)), Span(CODE, ("d",))),
     "<b>a</b><i>b</i><s>c</s><code>d</code>"),
    ((Span(LINK, ("there",), "https://a.example"),), "there (https://a.example)"),
    ((Span(LINK, ("https://a.example",), "https://a.example"),), "https://a.example"),
    ((Span(PRE, ("a\n<b>",)),), "<pre>a<br/>&lt;b&gt;</pre>"),
    ((Span(QUOTE, ("a", Span(BOLD, ("b",)))),), "<blockquote>a<b>b</b></blockquote>"),
    ((Span(LIST, (Span(ITEM, ("a",)), Span(ITEM, ("b",)))),), "<ul><li>a</li><li>b</li></ul>"),
    ((Span(LIST, (Span(ITEM, ("a",)),), "3"),), "<ol><li>a</li></ol>"),
    ((Span(EMOJI, ("🙂",), "smile"), Span(MENTION, ("@Anna",))), "🙂@Anna"),
    ((), render.WORDLESS),
)  # fmt: skip


@pytest.mark.parametrize(("body", "html"), ROWS_OF_MARKUP)
def test_our_markup_is_their_html(body, html):
    assert render.lines(Post(body, "x")) == [html]


# parts


LONG = {
    "10,000 ampersands": "&" * 10_000,
    "10,000 astral characters": "𝕳" * 10_000,  # noqa: RUF001
    "10,000 line breaks": "a\n" * 5_000,
    "families": "👨‍👩‍👧‍👦" * 900,
    "flags": "🇫🇮" * 2_500,
    "marks": "e\u0301" * 5_000,
    "one letter with a tower": "a" + "\u0301" * 9_999,
    "words": "sana ja toinen " * 660,
    "tags": "<b>" * 3_333,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_line_is_parted_between_characters_and_whole(name):
    text = LONG[name]
    texts = render.lines(Post((text,), "x", author="Matti"))
    said = ""
    for words in texts:
        activity = seen.text(words)
        found = seen.shown(activity)
        assert activities.size(activity) < 2 * LARGEST_TEXT
        assert len(words.encode("utf-16-le")) <= LARGEST_TEXT + 300
        said += found.text.split("\n", 1)[1]
    assert "".join(said.split()) == "".join(text.split())
    pieces = render._parted(text)
    assert "".join(pieces) == neutral(text)
    if name != "one letter with a tower":
        at = 0
        for piece in pieces:
            assert is_border(text, at)
            at += len(piece)


@pytest.mark.parametrize("name", LONG)
def test_a_long_history_is_parted_and_whole(name):
    body = ("So far:", "\n", Span(BOLD, ("Matti",)), Span(QUOTE, (LONG[name],)), Span(BOLD, ("Team",)), LONG[name])
    texts = render.lines(Post(body, "x", caveat="may be twice"))
    assert len(texts) > 1
    for words in texts:
        assert activities.size(seen.text(words)) < 2 * LARGEST_TEXT
    together = "".join(seen.shown(seen.text(words)).text for words in texts)
    expected = "maybetwice" + "".join(f"Sofar:Matti{LONG[name]}Team{LONG[name]}".split())
    assert "".join(together.split()) == expected


def test_who_is_called_and_what_is_said_before_it_stands_once():
    words, entity = render.mention(ANNA, "Anna Virtanen")
    texts = render.lines(Post(("&" * 10_000,), "x", author="Matti", caveat="may be twice"), words)
    assert len(texts) > 2
    assert [("may be twice" in one, words in one) for one in texts] == [(True, True)] + [(False, False)] * (
        len(texts) - 1
    )
    found = seen.shown(seen.text(texts[0]) | {"entities": [entity]})
    assert found.mentions == (ANNA,)


@pytest.mark.parametrize("words", ["\n" * 1_499, "a\n" * 750, "😀\n" * 500, "\n{{\n" * 300], ids=range(4))
def test_many_lines_fit_into_a_card(words):
    made = Card("x", "x", (), (words,), "", "", ())
    activity = seen.carded(render.card(made))
    assert activities.size(activity) < 2 * LARGEST_TEXT
    found = seen.shown(activity)
    assert len(found.text.split("\n")) <= ROWS + 2
    assert seen.kept(words) in seen.kept(found.text.replace("↵", ""))


# mentions


NAMES = ("Anna Virtanen", "Tom & Co", "A <b>B</b>", "[x](https://evil.example)", "`*_~", "", "\u202ex", "x" * 300,
         "</at><at>Ben</at>", "{{x}}")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_mention_and_nothing_else(name):
    words, entity = render.mention(ANNA, name)
    found = seen.shown(seen.text(f"{words}<br/>x") | {"entities": [entity]})
    assert found.mentions == (ANNA,)
    assert found.html.count("<span") == 1
    card = render.with_mentions(render.notice_card(Post(("x",), "x", buttons=(Button("a", "b"),)), words), [entity])
    shown = seen.shown(seen.carded(card))
    assert shown.mentions == (ANNA,)
    assert seen.tags(shown) <= {"p", "span"}


def test_a_name_in_a_text_mentions_nobody_without_its_entity():
    words, _ = render.mention(ANNA, "Anna Virtanen")
    assert seen.shown(seen.text(words)).mentions == ()


@pytest.mark.parametrize("summary", ["", " ", "\n", "x" * 9_000, *HOSTILE])
def test_a_summary_is_one_line_with_something_in_it(summary):
    shown = render.summary(summary, ("body",))
    assert 1 <= len(shown) <= render.SUMMARY
    assert "\n" not in shown
