"""What people write in Teams, as our markup: nothing is lost, nothing acts, nothing is an error or takes long."""

from __future__ import annotations

import time
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.teams import reading
from adapters.teams.html import parsed
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
    plain,
    spans,
)
from tests.hostile import BATTERY

US, ANNA, BEN = "28:us", "29:anna", "29:ben"


def said(html="", text="", *mentions, files=()):
    """A message with these words; mentions are pairs of whom and which name."""
    entities = [
        {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": ref, "name": name}}
        for ref, name in mentions
    ]
    attachments = [*files, *([{"contentType": "text/html", "content": html}] if html else [])]
    return reading.words({"text": text, "entities": entities, "attachments": attachments}, US)


def words(html, *mentions):
    return plain(said(html, "", *mentions).body)


ROWS = (
    ("<p>hello</p>", ("hello",)),
    ("<p>one</p><p>two</p>", ("one\ntwo",)),
    ("<div>one<br>two<br/>three</div>", ("one\ntwo\nthree",)),
    ("<p>one</p>\n\n<p>&nbsp;</p>\n<p>two</p>", ("one\n\ntwo",)),
    ("<p>one</p><p></p><p><br></p><p>two</p><p>&nbsp;</p>", ("one\n\ntwo",)),
    ("plain &amp; &lt;b&gt; &#128512;", ("plain & <b> 😀",)),
    ("<p>a <strong>b</strong> c</p>", ("a ", Span(BOLD, ("b",)), " c")),
    ("<p><b>a</b><i>b</i><em>c</em><s>d</s><del>e</del></p>",
     (Span(BOLD, ("a",)), Span(ITALIC, ("b",)), Span(ITALIC, ("c",)), Span(STRIKE, ("d",)), Span(STRIKE, ("e",)))),
    ("<p>use <code>x &lt; y</code></p>", ("use ", Span(CODE, ("x < y",)))),
    ("<p><b> </b>x</p>", ("x",)),
    ("<u>under</u> <span style='color:red'>red</span> <font>old</font>", ("under red old",)),
    ("<a href='https://a.example/x'>there</a>", (Span(LINK, ("there",), "https://a.example/x"),)),
    ("<a href='https://a.example'></a>", (Span(LINK, ("https://a.example",), "https://a.example"),)),
    ("<a href='javascript:x'>there</a>", ("there (javascript:x)",)),
    ("<a>there</a>", ("there ()",)),
    ("<blockquote><p>she said</p></blockquote><p>no</p>", (Span(QUOTE, ("she said",)), "no")),
    ("<blockquote> </blockquote>x", ("x",)),
    ("<pre>a\n  b &lt;c&gt;</pre>", (Span(PRE, ("a\n  b <c>",)),)),
    ("<codeblock class='Python'><code>def f():<br>&nbsp;&nbsp;pass</code></codeblock>",
     (Span(PRE, ("def f():\n  pass",)),)),
    ("<ul><li>a</li><li><b>b</b></li></ul>", (Span(LIST, (Span(ITEM, ("a",)), Span(ITEM, (Span(BOLD, ("b",)),)))),)),
    ("<ol start='3'><li>a</li></ol>", (Span(LIST, (Span(ITEM, ("a",)),), "3"),)),
    ("<ol start='x'><li>a</li></ol>", (Span(LIST, (Span(ITEM, ("a",)),), "1"),)),
    ("<ul><li>a<ul><li>b</li></ul></li></ul>",
     (Span(LIST, (Span(ITEM, ("a", Span(LIST, (Span(ITEM, ("b",)),)))),)),)),
    ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", ("a | b\n1 | 2",)),
    ("<p>:) <emoji id='smile' alt='🙂' title='Smile'></emoji></p>", (":) ", Span(EMOJI, ("🙂",), "smile"))),
    ("<img itemtype='http://schema.skype.com/Emoji' alt='🙂' src='x'>", (Span(EMOJI, ("🙂",), "emoji"),)),
    ("a<!-- hidden -->b<script>c</script><style>d</style>e", ("abe",)),
    ("<title>x</title><svg><text>y</text></svg>z", ("z",)),
    ("<script>if (a<b) { c() }</script>z", ("z",)),
)  # fmt: skip


@pytest.mark.parametrize(("html", "body"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_each_element_has_its_markup(html, body):
    assert said(html).body == body


LEFT_OPEN = (
    ("<p>one <b>two", "one two"),
    ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ("a <3 b", "a <3 b"),
    ("a <b", "a <b"),
    ("a <b c='d", "a <b c='d"),
    ("a <!-- b", "a <!-- b"),
    ("a <![x[ b", "a <![x[ b"),
    ("a <![if gte mso 9]>b<![endif]> c", "a b c"),
    ("a <!DOCTYPE html> b <?xml x?> c", "a b c"),
    ("a </> b </ b", "a </> b </ b"),
    ("<b title=it's>a</b> b", "a b"),
    ("<p title='a > b'>c</p>", "c"),
    ("</p></b>a</i>", "a"),
    ("<b><i>a</b>b</i>", "ab"),
    ("&bogus; &#x110000; &#0; &", "&bogus; \ufffd \ufffd &"),
    ("<ul>a<li>b</li><ul><li>c</li></ul></ul>", "abc"),
    ("<table>a<tr>b<td>c</td></tr></table>", "abc"),
    ("<ul></ul><p>a</p>", "a"),
    ("<P>A</P><STRONG>b</STRONG>", "Ab"),
)


@pytest.mark.parametrize(("html", "shown"), LEFT_OPEN)
def test_whatever_is_odd_about_it_the_words_arrive(html, shown):
    assert letters(words(html)) == letters(shown)


def letters(text):
    """Without white space and the marks that lists and cells have."""
    return "".join(text.split()).replace("|", "").replace("-", "").replace("•", "")


# mentions


def test_our_own_name_is_no_word_of_the_answer():
    found = said("<p><span itemtype='http://schema.skype.com/Mention' itemid='0'>Silta</span>&nbsp;hello</p>",
                 "<at>Silta</at> hello", (US, "Silta"))  # fmt: skip
    assert (plain(found.body), found.calls_us, found.mentions) == ("hello", True, False)


def test_another_is_named_and_marked():
    found = said("<p><at id='0'>Anna</at> and <at>Silta</at> look</p>", "", (ANNA, "Anna"), (US, "Silta"))
    assert found.body == (Span(MENTION, ("@Anna",)), " and  look")
    assert (found.calls_us, found.mentions) == (True, True)


def test_two_of_one_name_are_two():
    found = said("<at>Anna</at> <at>Anna</at>", "", (ANNA, "Anna"), (BEN, "Anna"))
    assert plain(found.body) == "@Anna @Anna"


@pytest.mark.parametrize("name", ["Tom & Co", "A <B>", 'the "Desk"', "Ä Ö"])
def test_a_name_with_marks_of_html_is_known_however_it_is_written(name):
    for written in (name, escape(name, quote=False)):
        entities = [{"type": "mention", "text": f"<at>{written}</at>", "mentioned": {"id": US, "name": name}}]
        html = f"<p><at>{escape(name)}</at> hello</p>"
        message = {"entities": entities, "attachments": [{"contentType": "text/html", "content": html}]}
        assert plain(reading.words(message, US).body) == "hello"


def test_a_name_that_is_typed_is_no_mention():
    found = said("<p>&lt;at&gt;Silta&lt;/at&gt; hello</p>", "", (US, "Silta"))
    assert plain(found.body) == "<at>Silta</at> hello"


def test_only_what_is_told_beside_the_text_is_a_mention():
    found = said("", "<at>Anna</at> <at>Ben</at> hello", (ANNA, "Anna"))
    assert found.body == (Span(MENTION, ("@Anna",)), " <at>Ben</at> hello")


@pytest.mark.parametrize(
    "entities",
    [None, 5, "x", [None], [5], [{}], [{"type": "mention"}], [{"type": "mention", "text": 5, "mentioned": []}],
     [{"type": ["mention"]}], [{"type": "mention", "text": "<at>", "mentioned": {"id": {}}}],
     [{"type": "mention", "text": "<at></at>", "mentioned": {"id": US}}]],
)  # fmt: skip
def test_odd_entities_are_no_error(entities):
    found = reading.words({"text": "hello", "entities": entities}, US)
    assert plain(found.body) == "hello"


# files


@pytest.mark.parametrize(
    ("html", "files", "count"),
    [
        ("<p>see</p>", [], 0),
        ("<p>see</p><attachment id='1'></attachment>", [], 1),
        ("<p><img src='https://x.example/v3/attachments/1/views/original'></p>", [{"contentType": "image/*"}], 1),
        ("<p>x</p>", [{"contentType": "application/vnd.microsoft.teams.file.download.info"}] * 3, 3),
        ("<p>x</p>", [{}, {"contentType": None}, {"contentType": []}], 1),
        ("<video></video><audio></audio>", [], 2),
    ],
)
def test_what_came_with_it_is_counted(html, files, count):
    assert said(html, "", files=files).files == count


# the plain text


def test_without_html_the_plain_text_is_read():
    assert plain(said("", "one\ntwo <b>").body) == "one\ntwo <b>"


def test_html_in_which_nothing_is_seen_leaves_the_plain_text():
    assert plain(said("<svg>", "hello").body) == "hello"


@pytest.mark.parametrize("hostile", BATTERY, ids=range(len(BATTERY)))
def test_every_hostile_text_arrives(hostile):
    text = hostile.stored
    body = "".join(f"<p>{escape(line) or '&nbsp;'}</p>" for line in text.split("\n"))
    assert letters(words(body)) == letters(text)
    assert {one.kind for one in spans(said(body).body)} == set()
    assert plain(said("", text).body).strip() == text.replace("\x00", "\ufffd").strip()


# anything at all


PIECES = (
    "<", ">", "</", "/>", "<b", "<b>", "</b>", "<p>", "<li>", "<ul>", "<ol>", "<table>", "<tr>", "<td>", "<a href='",
    "<pre>", "<blockquote>", "<!--", "-->", "<![", "<!", "<?", "]]>", "&", "&#", "&lt;", "'", '"', "=", " ", "\n",
    "<script>", "</script>", "<svg>", "</svg>", "<at>", "</at>", "<span itemtype='x/Mention'>", "<emoji alt='x'>",
    "<attachment>", "x", "\ud800", "\x00", "😀", "<br>", "<img>",
)  # fmt: skip
soup = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | soup,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "text", "mentioned", "id", "name", "contentType", "content"]), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(soup | st.text(max_size=300))
@example("<![x[ ")
@example("<!doctype [ <")
def test_no_html_is_an_error(html):
    parsed(html)
    said(html, html, (US, html[:50]))


@given(json, json, json)
@settings(max_examples=200)
def test_no_message_is_an_error(text, entities, attachments):
    reading.words({"text": text, "entities": entities, "attachments": attachments}, US)


trees = st.recursive(
    st.text(alphabet="abcäß😀 ", min_size=1, max_size=8),
    lambda inner: st.tuples(
        st.sampled_from(["p", "div", "b", "i", "span", "u", "ul", "ol", "li", "table", "tr", "td", "blockquote", "h1"]),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=25,
)


def written(tree):
    return tree if isinstance(tree, str) else f"<{tree[0]}>{''.join(map(written, tree[1]))}</{tree[0]}>"


def letters_of(tree):
    return letters(tree if isinstance(tree, str) else "".join(map(letters_of, tree[1])))


@given(st.lists(trees, max_size=4))
@settings(max_examples=200)
def test_every_letter_arrives_wherever_it_stands(found):
    shown = words("".join(map(written, found)))
    assert "".join(mark for mark in letters(shown) if not mark.isdigit() and mark not in ".>") == "".join(
        map(letters_of, found)
    )


SLOW = (
    "<", "<!--", "<a ", "<a", "</", "<![cdata[", "&", "&#", "<a b='", "<a b='>", "<a b=c", "<script>",
    "<p>", "<ul><li>", "<!", "<?", "<at>", "<at ", "<blockquote>", "<svg>", "</b>", "<b></i>",
    "\n", " \n", "<table><tr><td>",
)  # fmt: skip


@pytest.mark.parametrize("piece", SLOW)
def test_a_hundred_thousand_characters_of_anything_take_no_time(piece):
    """Not a measure of speed: what grew with the square took from three seconds to a minute."""
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    said(text, text, (US, text))
    said("", text, (US, text))
    assert time.process_time() - begun < 2.5


def test_what_is_too_deep_or_too_much_is_its_words():
    assert words("<b>" * 500 + "x" + "</b>" * 500) == "x"
    assert len(words("<p>x</p>" * 12_000)) >= 12_000
    assert len(words("y" * 90_000)) == 40_000
