"""From Slack's escaped text to our markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import reading
from bridge.markup import (
    BOLD,
    CODE,
    ITALIC,
    ITEM,
    LINK,
    LIST,
    MENTION,
    PRE,
    QUOTE,
    STRIKE,
    Span,
    mentioned,
    plain,
    spans,
    tree,
)


@pytest.mark.parametrize(
    ("escaped", "shown", "mentions"),
    [
        ("a &amp; b &lt;c&gt;", "a & b <c>", False),
        ("&amp;lt;", "&lt;", False),
        ("<@U1|anna> hi", "@anna hi", True),
        ("<@U1> hi", "@U1 hi", True),
        ("<@ U1 > hi", "<@ U1 > hi", False),
        ("<!here> hi", "@here hi", True),
        ("<!channel|channel>", "@channel", True),
        ("<!subteam^S1|@sales>", "@sales", True),
        ("<!subteam^S1>", "@…", True),
        ("<!oddity> x", "<!oddity> x", False),
        ("<#C1|help> and <#C2>", "#help and #…", False),
        ("<!date^1392734382^{date}|Monday>", "Monday", False),
        ("<!date^1392734382^{date}>", "2014-02-18 14:39 UTC", False),
        ("<!date^1^{date}^https://a.example/|Monday>", "Monday (https://a.example/)", False),
        ("<!date^nonsense>", "", False),
        ("<!date>", "", False),
        ("<https://a.example>", "https://a.example", False),
        ("<https://a.example?x=1&amp;y=2|here>", "here (https://a.example?x=1&y=2)", False),
        ("<mailto:a@b.example|a@b.example>", "a@b.example", False),
        ("<javascript:x>", "<javascript:x>", False),
        ("<javascript:x|press>", "press", False),
        ("<>", "<>", False),
        (":wave::skin-tone-3: at 10:30:45", ":wave::skin-tone-3: at 10:30:45", False),
        ("2*3*4 snake_case_name ~5 * 6 * _", "2*3*4 snake_case_name ~5 * 6 * _", False),
        ("*<@U1> look*", "@U1 look", True),
        ("`<@U1>` ```<!here>```", "@U1 \n@here", True),
        ("&gt; <@U1>", "> @U1", True),
        ("• <@U1>", "- @U1", True),
    ],
)
def test_escaped_text_is_decoded(escaped, shown, mentions):
    said = reading.from_text(escaped)
    assert (plain(said.body), said.mentions) == (shown, mentions)


@pytest.mark.parametrize(
    ("escaped", "body"),
    [
        (
            "*b* _i_ ~s~ `c`",
            (Span(BOLD, ("b",)), " ", Span(ITALIC, ("i",)), " ", Span(STRIKE, ("s",)), " ", Span(CODE, ("c",))),
        ),
        ("*_both_*", (Span(BOLD, (Span(ITALIC, ("both",)),)),)),
        ("(*b*)", ("(", Span(BOLD, ("b",)), ")")),
        ("`*x* &lt;b&gt;`", (Span(CODE, ("*x* <b>",)),)),
        ("a\n```let *x*;\ny```\nb", ("a", Span(PRE, ("let *x*;\ny",)), "b")),
        ("a\n\n```x```\n\nb", ("a\n", Span(PRE, ("x",)), "\nb")),
        ("&gt; a\n&gt;b\nc", (Span(QUOTE, ("a\nb",)), "c")),
        ("x\n&gt;&gt;&gt; a\nb", ("x", Span(QUOTE, ("a\nb",)))),
        (
            "To do:\n• a\n    ◦ *b*\n• c",
            (
                "To do:",
                Span(LIST, (Span(ITEM, ("a", Span(LIST, (Span(ITEM, (Span(BOLD, ("b",)),)),)))), Span(ITEM, ("c",)))),
            ),
        ),
        (
            "_see <https://a.example/x_|y>_ z_",
            (Span(ITALIC, ("see ", Span(LINK, ("y",), "https://a.example/x_"))), " z_"),
        ),
        ("_a <@U1_|y>", ("_a ", Span(MENTION, ("@y",), "U1_"))),
        ("``` not closed *b*", ("``` not closed ", Span(BOLD, ("b",)))),
    ],
)
def test_marks_become_spans(escaped, body):
    assert reading.from_text(escaped).body == body


pieces = st.sampled_from(
    [
        "*",
        "_",
        "~",
        "`",
        "```",
        "\n",
        " ",
        "&gt; ",
        "&gt;&gt;&gt;",
        "• ",
        "    ◦ ",
        "1. ",
        ":",
        "&lt;",
        "&amp;",
        "<@U1>",
        "<!here>",
        "<https://a.example/a_b*c|x*y_z>",
        "<https://a.example>",
        "<#C1|help>",
        "(",
        ")",
        "<",
        ">",
        "|",
    ]
)
typed = st.from_regex(re.compile("w[a-z0-9]{1,6}"), fullmatch=True)


@given(st.lists(pieces | typed, max_size=40))
def test_no_word_is_lost(parts):
    said = reading.from_text("".join(parts))
    shown = plain(said.body)
    for word in re.findall("w[a-z0-9]+", re.sub("<[^<>\n]*>", " ", "".join(parts))):
        assert word in shown
    assert said.mentions or not mentioned(said.body)


@given(st.lists(pieces | typed | st.text(max_size=5), max_size=40))
def test_nothing_in_a_text_is_an_error_or_grows(parts):
    body = reading.from_text("".join(parts)).body
    assert all(tree((span,)) for span in spans(body))
    assert len(plain(body)) <= 20 * len("".join(parts)) + 10


@pytest.mark.parametrize("flood", ["*", "_", "`", "```", "<", "<@U1", "&gt;", "• ", "*_~", "_a <", "~x *y _z `w "])
def test_a_flood_of_marks_ends(flood):
    said = reading.from_text(flood * 20_000)
    assert plain(said.body).strip()
