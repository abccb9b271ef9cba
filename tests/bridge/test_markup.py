"""The tree: its words, its names, its bounds, its stored form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    bounded,
    dumps,
    link,
    literal,
    loads,
    mentioned,
    named,
    plain,
    tree,
    without_prefix,
)

ANNA = Span(MENTION, ("@U1",), "U1")
NOBODY = Span(MENTION, ("@U2",), "U2")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (("a ", Span(BOLD, ("b",)), Span(ITALIC, ("c",)), Span(STRIKE, ("d",)), Span(CODE, ("e",))), "a bcde"),
        (("a", Span(PRE, ("b\nc",)), "d"), "a\nb\nc\nd"),
        ((Span(QUOTE, ("a\nb",)), Span(QUOTE, ("c",))), "> a\n> b\n> c"),
        ((Span(LIST, (Span(ITEM, ("a",)), Span(ITEM, ("b",)))),), "- a\n- b"),
        ((Span(LIST, (Span(ITEM, ("a",)), Span(ITEM, ("b",))), "9"),), "9. a\n10. b"),
        ((Span(LIST, ("stray",), "x"),), "- stray"),
        ((Span(QUOTE, ("a", Span(LIST, (Span(ITEM, ("b",)),)))),), "> a\n> - b"),
        ((Span(LIST, (Span(ITEM, ("a", Span(LIST, (Span(ITEM, ("b\nc",)),), "1"))),)),), "- a\n  1. b\n    c"),
        (
            (link("https://a.example", "here"), " ", link("mailto:a@b.example", "a@b.example")),
            "here (https://a.example) a@b.example",
        ),
        ((Span(EMOJI, ("👋🏽",), "wave::skin-tone-4"), Span(EMOJI, (":acme:",), "acme")), "👋🏽:acme:"),
        ((Span("unheard-of", ("a",), "x"),), "a"),
        ((Span(MENTION, ("@here",)),), "@here"),
    ],
)
def test_the_words_of_every_kind_read_well_by_themselves(markup, words):
    assert plain(markup) == words


def test_names_take_the_place_of_refs_at_every_depth():
    body = (
        "ask ",
        Span(LIST, (Span(ITEM, (Span(BOLD, (ANNA,)),)),)),
        Span(QUOTE, (NOBODY, Span(MENTION, ("@sales",)))),
    )
    assert mentioned(body) == {"U1", "U2"}
    shown = named(body, {"U1": " Anna\n Berg ", "U3": "Sara"})
    assert plain(shown) == "ask \n- @Anna Berg\n> @…@sales"
    assert mentioned(shown) == frozenset()
    assert "U1" not in dumps(shown)
    assert "U2" not in dumps(shown)
    assert plain(named((NOBODY,), {}, somebody="colleague")) == "@colleague"
    assert named(shown, {"U1": "Eve"}) == shown


kinds = st.sampled_from([BOLD, LIST, ITEM, QUOTE, PRE, LINK, MENTION, EMOJI, "new"])
nodes = st.recursive(
    st.text(max_size=6),
    lambda inner: st.builds(
        Span, kinds, st.lists(inner, max_size=3).map(tuple), st.sampled_from(["", "U7SECRET", "2"])
    ),
    max_leaves=10,
)
markups = st.lists(nodes, max_size=4).map(tuple)


@given(markups)
def test_no_ref_is_left_by_naming(markup):
    assert mentioned(named(markup, {"U7SECRET": "Anna"})) == frozenset()
    assert mentioned(named(markup, {})) == frozenset()


@given(markups)
def test_the_stored_form_gives_the_same_tree(markup):
    assert loads(dumps(markup)) == markup
    assert all(isinstance(node, str) or "inside" in node for node in tree(markup))


@given(markups)
def test_every_word_of_a_tree_is_among_its_plain_words(markup):
    written = plain(markup)
    shown = written + written.replace("\n  ", "\n").replace("\n> ", "\n")

    def texts(nodes):
        return [text for node in nodes for text in ([node] if isinstance(node, str) else texts(node.inside))]

    assert all(word in shown for text in texts(markup) for word in text.split())


def test_what_is_deep_or_long_is_bounded():
    deep: tuple = ("x",)
    for _ in range(24):
        deep = (Span(BOLD, deep),)
    assert bounded(deep) == deep
    assert bounded((Span(QUOTE, deep),)) == ("> x",)
    assert len(plain(bounded((Span(PRE, ("👨‍👩‍👧" * 20_000,)),)))) <= 40_000
    assert plain(bounded(("👨‍👩‍👧" * 20_000,))).endswith("👨‍👩‍👧…")


def test_what_a_visitor_types_is_never_markup():
    assert literal("*b* _i_ `c` > q\n- x <b> @here :tada:") == ("*b* _i_ `c` > q\n- x <b> @here :tada:",)
    (before, shown, after) = literal("see https://a.example/x. <!here>")
    assert (before, shown, after) == ("see ", Span(LINK, ("https://a.example/x",), "https://a.example/x"), ". <!here>")


@pytest.mark.parametrize(
    ("markup", "rest"),
    [
        (("!note  tell ", Span(BOLD, ("him",))), ("tell ", Span(BOLD, ("him",)))),
        ((Span(BOLD, ("!Note",)), " tell him"), ("tell him",)),
        ((Span(BOLD, ("!note tell",)), " him"), (Span(BOLD, ("tell",)), " him")),
        (("tell him !note",), ("tell him !note",)),
        ((), ()),
    ],
)
def test_a_prefix_goes_styled_or_not(markup, rest):
    assert without_prefix(markup, "!note") == rest
