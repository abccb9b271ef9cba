"""From Slack's rich or escaped text to our markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import reading
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
    plain,
    spans,
)


def section(*elements):
    return {"type": "rich_text_section", "elements": list(elements)}


def word(text, **more):
    return {"type": "text", "text": text, **more}


def words(*blocks):
    return reading.words({"text": "not this", "blocks": [{"type": "rich_text", "elements": list(blocks)}]})


def test_styles_are_spans_and_neighbours_share_one():
    said = words(
        section(
            word("a "),
            word("b", style={"bold": True}),
            word("c", style={"bold": True, "italic": True}),
            word("d", style={"code": True, "strike": True}),
            word("e", style={"bold": False, "underline": True}),
        )
    )
    struck = Span(STRIKE, (Span(CODE, ("d",)),))
    assert said.body == ("a ", Span(BOLD, ("b", Span(ITALIC, ("c",)))), struck, "e")


def test_a_style_goes_around_links_and_emoji():
    bold = {"bold": True}
    link = {"type": "link", "url": "https://a.example", "text": "here", "style": bold}
    said = words(section(word("see ", style=bold), link, {"type": "emoji", "name": "x", "style": bold}))
    inside = ("see ", Span(LINK, ("here",), "https://a.example"), Span(EMOJI, (":x:",), "x"))
    assert said.body == (Span(BOLD, inside),)


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
        ({"type": "usergroup", "usergroup_id": "S1"}, "@…", True),
        ({"type": "broadcast", "range": "here"}, "@here", True),
        ({"type": "channel", "channel_id": "C1"}, "#…", False),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"}, "👋🏽", False),
        ({"type": "emoji", "name": "acme_logo"}, ":acme_logo:", False),
        ({"type": "emoji", "name": "wave", "skin_tone": 4, "unicode": "1f44b-1f3fd"}, "👋🏽", False),
        ({"type": "emoji", "name": "x", "unicode": "d800"}, ":x:", False),
        ({"type": "emoji", "name": "x", "unicode": "202e"}, ":x:", False),
        ({"type": "emoji", "name": "x", "unicode": "20"}, ":x:", False),
        ({"type": "emoji", "name": "x", "unicode": "ffffff"}, ":x:", False),
        (
            {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "Monday"},
            "Monday",
            False,
        ),
        ({"type": "date", "timestamp": 1392734382, "format": "{date}"}, "2014-02-18 14:39 UTC", False),
        ({"type": "date", "timestamp": 10**30}, str(10**30), False),
        ({"type": "color", "value": "#FF0000"}, "#FF0000", False),
        ({"type": "hologram", "text": "new"}, "new", False),
    ],
)
def test_each_element_is_read(element, shown, mentions):
    said = words(section(word("."), element, word(".")))
    assert (plain(said.body), said.mentions) == (f".{shown}.", mentions)


def items(*texts, style="bullet", indent=0, **more):
    elements = [section(word(text)) for text in texts]
    return {"type": "rich_text_list", "style": style, "indent": indent, "elements": elements, **more}


def test_lists_quotes_and_code_stand_on_lines_of_their_own():
    said = words(
        section(word("First:\n")),
        items("a", "b", style="ordered"),
        items("c", indent=1),
        items("d", style="ordered", offset=2),
        {"type": "rich_text_quote", "elements": [word("x\ny")]},
        {"type": "rich_text_preformatted", "elements": [word("let z;\n")], "border": 1},
        section(word("End")),
    )
    deeper = Span(LIST, (Span(ITEM, ("c",)),))
    ordered = Span(LIST, (Span(ITEM, ("a",)), Span(ITEM, ("b", deeper)), Span(ITEM, ("d",))), "1")
    assert said.body == ("First:", ordered, Span(QUOTE, ("x\ny",)), Span(PRE, ("let z;",)), "End")
    assert plain(said.body) == "First:\n1. a\n2. b\n  - c\n3. d\n> x\n> y\nlet z;\nEnd"


def test_a_list_with_a_border_belongs_to_the_quote():
    said = words({"type": "rich_text_quote", "elements": [word("x\n")]}, items("a", border=1), items("b"))
    quote = Span(QUOTE, ("x", Span(LIST, (Span(ITEM, ("a",)),))))
    assert said.body == (quote, Span(LIST, (Span(ITEM, ("b",)),)))


def test_an_indent_out_of_the_blue_is_a_list_all_the_same():
    assert plain(words(items("a", indent=5), items("b", indent=2), items("c", indent=10**9)).body) == "- a\n- b\n- c"


def test_empty_lines_between_blocks_stay():
    said = words(section(word("a\n\n")), items("b"), section(word("\nc")))
    assert plain(said.body) == "a\n\n- b\n\nc"


def test_a_table_keeps_its_cells():
    rich = {"type": "rich_text", "elements": [section(word("d", style={"bold": True}))]}
    rows = [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}], [{"type": "raw_text"}, rich]]
    assert plain(reading.words({"blocks": [{"type": "table", "rows": rows}]}).body) == "a | b\n | d"


def test_a_person_is_a_ref_and_everybody_else_is_words():
    said = reading.words(
        {
            "text": "<@U1> <!subteam^S1|@sales> <#C1|help> <#C2>",
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [
                        section(
                            {"type": "user", "user_id": "U1"},
                            {"type": "usergroup", "usergroup_id": "S1"},
                            {"type": "channel", "channel_id": "C1"},
                            {"type": "channel", "channel_id": "C2"},
                            {"type": "team", "team_id": "T1"},
                        )
                    ],
                }
            ],
        }
    )
    shown = [(span.value, plain(span.inside)) for span in spans(said.body)]
    assert shown == [("U1", "@U1"), ("", "@sales"), ("", "#help"), ("", "#…"), ("", "@…")]


def test_rich_text_that_says_nothing_leaves_the_word_to_the_text():
    blocks = [{"type": "rich_text", "elements": [section({"type": "hologram"})]}]
    assert reading.words({"text": "hello", "blocks": blocks}).body == ("hello",)


def test_what_is_too_long_or_too_deep_is_its_words_without_refs():
    deep = (Span(MENTION, ("@U1",), "U1"),)
    for _ in range(30):
        deep = (Span(BOLD, deep),)
    assert bounded(deep) == ("@…",)
    assert bounded((Span(BOLD, ("x" * 50_000,)),)) == ("x" * 39_999 + "…",)


def test_a_mention_within_a_list_counts():
    item = section({"type": "user", "user_id": "U1"})
    assert words({"type": "rich_text_list", "style": "bullet", "elements": [item]}).mentions is True


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
