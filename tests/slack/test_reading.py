"""From Slack's rich or escaped text to our markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import reading
from bridge.markup import LINK, Span, plain


def section(*elements):
    return {"type": "rich_text_section", "elements": list(elements)}


def word(text, **more):
    return {"type": "text", "text": text, **more}


def words(*blocks):
    return reading.words({"text": "not this", "blocks": [{"type": "rich_text", "elements": list(blocks)}]})


def test_styles_are_flattened_to_their_words():
    said = words(section(word("a "), word("b", style={"bold": True}), word(" c")))
    assert said.body == ("a b c",)


def test_a_link_keeps_its_words_and_address():
    said = words(section({"type": "link", "url": "https://a.example", "text": "here"}))
    assert said.body == (Span(LINK, ("here",), "https://a.example"),)


def test_an_unsafe_link_is_text():
    said = words(section({"type": "link", "url": "javascript:x", "text": "here"}))
    assert said.body == ("here (javascript:x)",)


@pytest.mark.parametrize(
    ("element", "shown", "mentions"),
    [
        ({"type": "user", "user_id": "U1"}, "@U1", True),
        ({"type": "usergroup", "usergroup_id": "S1"}, "@S1", True),
        ({"type": "broadcast", "range": "here"}, "@here", True),
        ({"type": "channel", "channel_id": "C1"}, "#C1", False),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"}, "👋🏽", False),
        ({"type": "emoji", "name": "acme_logo"}, ":acme_logo:", False),
        ({"type": "emoji", "name": "x", "unicode": "d800"}, ":x:", False),
        ({"type": "emoji", "name": "x", "unicode": "ffffff"}, ":x:", False),
        (
            {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "Monday"},
            "Monday",
            False,
        ),
        ({"type": "color", "value": "#FF0000"}, "#FF0000", False),
        ({"type": "hologram", "text": "new"}, "new", False),
    ],
)
def test_each_element_is_read(element, shown, mentions):
    said = words(section(word("."), element, word(".")))
    assert (plain(said.body), said.mentions) == (f".{shown}.", mentions)


def test_lists_quotes_and_code_keep_their_lines():
    said = words(
        section(word("First:\n")),
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [section(word("a")), section(word("b"))],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 1,
            "elements": [section(word("c"))],
        },
        {"type": "rich_text_quote", "elements": [word("x\ny")]},
        {"type": "rich_text_preformatted", "elements": [word("let z;")]},
        section(word("End")),
    )
    assert plain(said.body) == "First:\n1. a\n2. b\n  - c\n> x\n> y\nlet z;\nEnd"


def test_a_mention_within_a_list_counts():
    item = section({"type": "user", "user_id": "U1"})
    assert words({"type": "rich_text_list", "style": "bullet", "elements": [item]}).mentions is True


@pytest.mark.parametrize(
    ("escaped", "shown", "mentions"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>", False),
        ("&amp;lt;", "&lt;", False),
        ("<@U1|anna> hi", "@anna hi", True),
        ("<@U1> hi", "@U1 hi", True),
        ("<!here> hi", "@here hi", True),
        ("<!channel|channel>", "@channel", True),
        ("<!subteam^S1|@sales>", "@sales", True),
        ("<!subteam^S1>", "@S1", True),
        ("<#C1|help> and <#C2>", "#help and #C2", False),
        ("<!date^1^{date}|Monday>", "Monday", False),
        ("<https://a.example>", "https://a.example", False),
        ("<https://a.example?x=1&amp;y=2|here>", "here (https://a.example?x=1&y=2)", False),
        ("<mailto:a@b.example|a@b.example>", "a@b.example", False),
        ("<javascript:x>", "<javascript:x>", False),
        ("*bold* stays", "*bold* stays", False),
    ],
)
def test_escaped_text_is_decoded(escaped, shown, mentions):
    said = reading.from_text(escaped)
    assert (plain(said.body), said.mentions) == (shown, mentions)


def test_without_rich_text_the_escaped_text_is_read():
    said = reading.words({"text": "a &lt; b", "blocks": [{"type": "section"}]})
    assert said.body == ("a < b",)


def test_nested_lists_end_at_a_depth():
    block = section(word("deep"))
    for _ in range(5_000):
        block = {"type": "rich_text_list", "style": "bullet", "elements": [block]}
    assert "deep" not in plain(words(block).body)


def test_a_flood_of_elements_ends():
    said = words(*[section(*[word("x")] * 3_000)] * 10)
    assert plain(said.body).count("x") == reading.MOST


@given(
    st.recursive(
        st.none() | st.text(max_size=8) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "text", "elements", "style", "unicode"]), inner)
        ),
        max_leaves=12,
    )
)
def test_blocks_of_any_shape_are_never_an_error(blocks):
    assert isinstance(reading.words({"blocks": blocks, "text": blocks}), reading.Words)
    rich = {"type": "rich_text", "elements": blocks}
    assert isinstance(reading.words({"blocks": [rich]}), reading.Words)
