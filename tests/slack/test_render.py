"""From our markup to Slack's blocks: nothing is lost, nothing acts, nothing is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import inert, reading, render, rich
from bridge.graphemes import cut
from bridge.markup import LINK, Span, link, literal, plain, trimmed
from bridge.ports import Button, Card, Post
from tests.hostile import BATTERY
from tests.slack.limits import faults, strings

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
HOSTILE = (
    "<!channel> <!here> <!everyone>",
    "<@U2ANNA> <#C1HELP> <!subteam^S1|@sales>",
    "<https://evil.example|https://bank.example>",
    "[bank](https://evil.example) *bold* `code` ~gone~ _it_",
    "x\n> Claimed by Anna\n*Status:* closed",
    "\u202egnihsihp\u202c \u2066x",
    "&lt;!channel&gt; &amp; :tada:",
    "javascript:alert(1) data:text/html,x",
)
texts = st.text(max_size=300) | st.sampled_from(HOSTILE)
lines = st.text(max_size=4_000) | st.sampled_from(HOSTILE)
nodes = texts | st.builds(
    link, st.sampled_from(["https://a.example/x?y=1", "mailto:a@b.example", "javascript:x"]), texts
)
markups = st.lists(nodes, max_size=5).map(tuple)
buttons = st.lists(st.builds(Button, st.sampled_from(["claim", "send"]), lines, lines), max_size=8)
cards = st.builds(
    Card,
    heading=lines,
    summary=lines,
    fields=st.lists(st.tuples(texts, lines), max_size=12).map(tuple),
    quote=markups,
    status=lines,
    hint=texts,
    buttons=buttons.map(tuple),
)
posts = st.builds(Post, body=markups, summary=lines, author=texts, buttons=buttons.map(tuple))


@given(cards)
def test_a_card_keeps_every_limit_and_shape(card):
    blocks = render.card_blocks(card)
    assert not blocks or faults(blocks, render.fallback(card.summary, card.quote)) == []


@given(posts)
def test_a_post_keeps_every_limit_and_shape(post):
    assert faults(render.post_blocks(post), render.fallback(post.summary, post.body)) == []


@given(lines)
def test_the_fallback_has_no_markup_left(text):
    shown = render.fallback(text)
    assert not set("<>") & set(shown)
    assert re.sub("&(amp|lt|gt);", "", shown).count("&") == 0


@given(posts)
def test_no_string_turns_the_reading_order_or_carries_controls(post):
    values = {button.value for button in post.buttons}  # never shown
    shown = [text for text in strings(render.post_blocks(post)) if text not in values]
    assert not any(TURNING.search(text) for text in shown)
    assert not any(re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text) for text in shown)


@given(st.text(max_size=500) | st.sampled_from(HOSTILE))
def test_a_visitors_words_come_back_as_they_were(text):
    """Our own reader of rich text is the other half of the round trip."""
    post = Post(body=literal(text), summary="x", author="Matti")
    said = reading.words({"blocks": render.post_blocks(post)})
    assert said.mentions is False
    assert plain(said.body) == plain(trimmed(literal(inert.neutral(text))))


@pytest.mark.parametrize("hostile", BATTERY, ids=range(len(BATTERY)))
def test_every_hostile_text_is_whole_and_nothing_but_words_and_links(hostile):
    (block,) = render.post_blocks(Post(body=literal(hostile.stored), summary=hostile.stored, author=hostile.stored))
    (section,) = block["elements"]
    assert "".join(element["text"] for element in section["elements"]) == hostile.for_the_team
    assert {element["type"] for element in section["elements"]} <= {"text", "link"}
    assert all(one["url"].removeprefix("mailto:") == one["text"] for one in section["elements"] if "url" in one)
    shown = render.fallback(hostile.stored)
    assert 1 <= len(shown) <= render.FALLBACK
    assert not set("<>") & set(shown)
    name = render.author(Post(("x",), "x", author=hostile.stored))
    assert 1 <= len(name) <= 80
    assert "\n" not in name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anna\u202e", "Anna"),
        ("A\u200bn\u2060na\ufeff", "Anna"),
        ("Z" + "\u0351" * 90 + "algo", "Z" + "\u0351" * 4 + "algo"),
        ("\u3164\u2800", "?"),
        ("\u0301", "?"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("Anna\n\u2028Silta: closed", "Anna Silta: closed"),
        ("👨‍👩‍👧" * 40, "👨‍👩‍👧" * 15 + "…"),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(name, shown):
    assert inert.person_name(name) == shown


def test_long_words_stay_whole():
    text = "sana ja sanoja " * 660
    (block,) = render.post_blocks(Post(body=(text,), summary="x", author="Matti"))
    assert "".join(strings(block["elements"][0]["elements"])).count("sanoja") == 660


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_text_elements_alone(text):
    (block,) = render.post_blocks(Post(body=(text,), summary=text, author="Matti"))
    kinds = {element["type"] for element in block["elements"][0]["elements"]}
    assert kinds == {"text"}


def test_a_link_with_other_words_shows_where_it_leads():
    body = (Span(LINK, ("https://bank.example",), "https://evil.example"),)
    assert rich.literal(body) == [
        {"type": "text", "text": "https://bank.example ("},
        {"type": "link", "url": "https://evil.example", "text": "https://evil.example"},
        {"type": "text", "text": ")"},
    ]


def test_a_link_that_is_no_safe_one_is_its_words():
    assert rich.literal((Span(LINK, ("press",), "javascript:alert(1)"),)) == [{"type": "text", "text": "press"}]


def test_a_link_cannot_turn_its_own_letters():
    (element,) = rich.literal(literal("https://evil.example/\u202emoc.knab"))
    assert element["url"] == element["text"] == "https://evil.example/%E2%80%AEmoc.knab"


def test_a_visitors_line_and_the_products_own_look_unlike():
    words = ("Claimed by Anna",)
    visitors = render.post_blocks(Post(body=words, summary="x", author="Silta"))
    ours = render.post_blocks(Post(body=words, summary="x"))
    assert (visitors[0]["type"], ours[0]["type"]) == ("rich_text", "context")


@pytest.mark.parametrize("name", ["\u200b", "\u202e\u2066", " \n ", "\x00", "\u200d"])
def test_a_name_of_nothing_is_still_a_visitors(name):
    post = Post(body=("hello",), summary="x", author=name)
    assert render.author(post) == "?"
    assert render.post_blocks(post)[0]["type"] == "rich_text"


@given(st.text(min_size=1, max_size=400))
def test_a_name_is_one_short_line_that_can_be_seen(name):
    shown = inert.person_name(name)
    assert 1 <= len(shown) <= 80
    assert "\n" not in shown
    assert not TURNING.search(shown)


def test_a_field_cannot_grow_a_second_line():
    card = Card("h", "s", (("Page", "Shop\nStatus\nclosed"),), (), "", "", ())
    section = render.card_blocks(card)[1]
    assert section["fields"][0]["text"] == "Page\nShop Status closed"


def test_two_buttons_of_one_verb_differ_and_keep_the_verb():
    pair = (Button("send", "Send", "1"), Button("send", "Send", "2"))
    block = render.post_blocks(Post(body=("x",), summary="x", buttons=pair))[1]
    ids = [button["action_id"] for button in block["elements"]]
    assert ids == ["send", "send:1"]
    assert {render.verb_of(one) for one in ids} == {"send"}


def test_a_style_that_slack_does_not_know_is_left_out():
    block = render.post_blocks(Post(("x",), "x", buttons=(Button("a", "A", style="loud"),)))[1]
    assert "style" not in block["elements"][0]


@given(st.text(max_size=100), st.integers(5, 60))
def test_a_cut_is_never_too_long_and_says_so(text, most):
    shown = cut(text, most)
    assert len(shown) <= most
    assert shown == text or shown.endswith("…")


def test_a_cut_does_not_part_a_letter_from_its_accent():
    assert cut("abcde\u0301fgh", 6) == "abcd…"


def test_a_cut_fallback_has_no_half_entity():
    assert inert.escaped_and_cut("a<<<<", 9) == "a&lt;…"
