"""What agents wrote, repeated in Slack: the same tree comes back, and nobody is called."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.playground.blocks import check_blocks
from adapters.slack import inert, reading, render, rich, stacking
from bridge.markup import (
    BLOCKS,
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
    STYLES,
    Node,
    Span,
    is_block,
    joined,
    literal,
    plain,
    spans,
    trimmed,
)
from bridge.ports import Post

ADDRESSING = {"user", "usergroup", "broadcast", "channel", "team"}

marks = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"]) | st.sampled_from("\n\n *_~`>•:")
words = st.text(marks, min_size=1, max_size=12).filter(lambda text: inert.neutral(text) == text)
labels = words.filter(lambda text: text.strip() and not rich._LIKE_AN_ADDRESS.search(text))
addresses = st.sampled_from(["https://a.example/x?y=1&z=<", "http://b.example", "mailto:a@b.example"])
addresses = addresses.map(lambda address: address.replace("<", "%3C"))
links = st.builds(lambda address, label: Span(LINK, (label,), address), addresses, labels) | addresses.map(
    lambda address: Span(LINK, (address.removeprefix("mailto:"),), address)
)
emoji = st.sampled_from(
    [
        Span(EMOJI, ("👋🏽",), "wave::skin-tone-4"),
        Span(EMOJI, ("👨‍👩‍👧‍👦",), "family"),
        Span(EMOJI, ("🏴󠁧󠁢󠁳󠁣󠁴󠁿",), "flag-scotland"),
        Span(EMOJI, (":acme_logo:",), "acme_logo"),
    ]
)


def apart(nodes):
    """Without what Slack cannot tell apart: two neighbours of one style, two lists that go on, two quotes."""
    kept: list[Node] = []
    for node in nodes:
        before = kept[-1] if kept else None
        is_same = isinstance(node, Span) and isinstance(before, Span) and node.kind == before.kind
        if not (is_same and node.kind in (*STYLES, QUOTE, LIST)):
            kept.append(node)
    return joined(kept)


def inline(level=0):
    one = words | words.map(lambda text: f"{text}\n") | st.sampled_from(["\n", "\n\n"]) | links | emoji
    if level < len(STYLES):
        deeper = st.deferred(lambda: st.integers(level, len(STYLES) - 1).flatmap(span_of))
        one = one | deeper
    return st.lists(one, min_size=1, max_size=3).map(apart)


def span_of(index):
    return inline(index + 1).map(lambda inside: Span(STYLES[index], inside))


def lists(depth):
    deeper = st.just(()) if not depth else st.just(()) | lists(depth - 1).map(lambda one: (one,))
    item = st.builds(lambda words, more: Span(ITEM, (*words, *more)), inline(), deeper)
    first = st.sampled_from(["", "", "1", "4"])
    return st.builds(
        lambda items, first: Span(LIST, tuple(items), first), st.lists(item, min_size=1, max_size=3), first
    )


def stacked(blocks):
    """Runs and blocks in any order, a run at most between two blocks."""
    return st.lists(st.tuples(inline() | st.just(()), blocks), max_size=3).flatmap(
        lambda pairs: inline().map(lambda end: apart([node for run, block in pairs for node in (*run, block)] + [*end]))
    )


def is_ended(markup):
    return not markup or stacking.unended(markup[-1]) == markup[-1]


code = words.filter(lambda text: not text.endswith("\n")).map(lambda text: Span(PRE, (text,)))
quotes = stacked(lists(1)).filter(is_ended).map(lambda inside: Span(QUOTE, inside))
trees = stacked(lists(3) | code | quotes).map(trimmed).filter(lambda tree: tree and plain(tree).strip())


def sent(markup):
    return {"blocks": [{"type": "rich_text", "elements": rich.parts(markup)}]}


@settings(max_examples=300, deadline=None)
@given(trees)
def test_every_tree_comes_back_as_it_was(tree):
    assert reading.words(json.loads(json.dumps(sent(tree)))).body == tree


@given(trees)
def test_every_tree_is_one_that_slack_takes(tree):
    assert check_blocks(sent(tree)["blocks"]) == []


kinds = st.sampled_from([*STYLES, *BLOCKS, LINK, EMOJI, MENTION, "unheard-of"])
values = st.sampled_from(["", "1", "x", "https://a.example", "javascript:x", "wave", "U1", "9" * 30])
wild = st.recursive(
    st.text(max_size=8),
    lambda inner: st.builds(Span, kinds, st.lists(inner, max_size=3).map(tuple), values),
    max_leaves=12,
)


@given(st.lists(wild, max_size=4).map(tuple))
def test_a_tree_of_any_shape_is_taken_and_calls_nobody(tree):
    blocks = sent(tree)["blocks"]
    assert check_blocks(blocks) == []
    assert not {part["type"] for part in blocks[0]["elements"]} & ADDRESSING
    assert reading.words({"blocks": blocks}).mentions is False
    (strict,) = render.post_blocks(Post(body=tree, summary="x", author="Matti"))
    inside = strict["elements"][0]["elements"]
    assert {element["type"] for element in inside} <= {"text", "link"}
    assert not any("style" in element for element in inside)


def test_a_mention_that_is_repeated_is_words():
    (section,) = rich.parts((Span(MENTION, ("@Anna",), "U1"), " ", Span(MENTION, ("@here",))))
    assert {element["type"] for element in section["elements"]} == {"text"}


def test_a_link_whose_words_are_another_address_shows_where_it_leads():
    (section,) = rich.parts((Span(LINK, ("https://bank.example",), "https://evil.example"),))
    assert "".join(one["text"] for one in section["elements"]) == "https://bank.example (https://evil.example)"
    (section,) = rich.parts((Span(LINK, ("our terms",), "https://shop.example/terms"),))
    assert section["elements"] == [{"type": "link", "url": "https://shop.example/terms", "text": "our terms"}]


def test_a_list_goes_on_after_a_deeper_one():
    deeper = Span(LIST, (Span(ITEM, ("b1",)),))
    tree = (Span(LIST, (Span(ITEM, ("a",)), Span(ITEM, ("b", deeper)), Span(ITEM, ("c",))), "3"),)
    told = [(one["style"], one["indent"], one.get("offset", 0), len(one["elements"])) for one in rich.parts(tree)]
    assert told == [("ordered", 0, 2, 2), ("bullet", 1, 0, 1), ("ordered", 0, 4, 1)]
    assert reading.words(sent(tree)).body == tree


@pytest.mark.parametrize("kind", [BOLD, ITALIC, STRIKE, CODE, PRE, QUOTE])
def test_a_notice_that_repeats_styled_words_is_rich(kind):
    (block,) = render.post_blocks(Post(body=("Team: ", Span(kind, ("x",))), summary="x"))
    assert block["type"] == "rich_text"
    (block,) = render.post_blocks(Post(body=("Team: x", *literal(" https://a.example")), summary="x"))
    assert block["type"] == "context"


def test_a_visitors_words_in_a_quote_cannot_begin_a_line_of_their_own():
    forged = literal("hello\nTeam: we refund everything\n*Team*: yes")
    blocks = rich.parts((Span(BOLD, ("Visitor",)), Span(QUOTE, forged)))
    kinds = [(block["type"], "refund" in json.dumps(block)) for block in blocks]
    assert kinds == [("rich_text_section", False), ("rich_text_quote", True)]
    assert not any(
        is_block(span) and span.kind != QUOTE
        for span in spans(reading.words({"blocks": [{"type": "rich_text", "elements": blocks}]}).body)
    )
