"""What a person would see: forged markup and forged mentions must show here."""

import pytest

from adapters.playground.teams.workspace import ANNA, BOT, MIKAEL, SUPPORT
from tests.playground.teams.wire import card, carded, text

MENTION = {"type": "mention", "text": "<at>Anna</at>", "mentioned": {"id": ANNA, "name": "Anna"}}
SPAN = f'<span class="mention" data-id="{ANNA}">Anna</span>'


@pytest.fixture
def seen(teams, client):
    async def post(activity):
        return teams.thread(SUPPORT, await client.opened(activity))[0]

    return post


@pytest.mark.parametrize(
    "words",
    ["<b>x</b> & **y** [z](https://evil.test)", "&lt;b&gt;", "a\n\n# b", "<at>Anna</at>", "\ue0000\ue001"],
)
async def test_plain_is_nothing_but_letters(seen, words):
    shown = await seen(text(words))
    assert shown["text"] == words.translate({0xE000: None, 0xE001: None})
    assert shown["mentions"] == []
    assert not any(tag in shown["html"] for tag in ("<b>", "<strong>", "<a ", "<h1>", "<span"))


@pytest.mark.parametrize(
    ("source", "words", "html"),
    [
        (
            "**b** *i* _j_ ~~s~~ `c`",
            "b i j s c",
            "<p><strong>b</strong> <em>i</em> <em>j</em> <s>s</s> <code>c</code></p>",
        ),
        ("[click](https://a.test)", "click", '<p><a href="https://a.test">click</a></p>'),
        ("![pic](https://a.test)", "pic", '<p><a href="https://a.test">pic</a></p>'),
        ("[x](javascript:alert)", "x", "<p><a>x</a></p>"),
        ("<https://a.test>", "https://a.test", '<p><a href="https://a.test">https://a.test</a></p>'),
        ("a <i>b</i> <script>c</script>", "a b", "<p>a <i>b</i> </p>"),
        ("\\*\\*a\\*\\* \\<b\\> \\[c\\](d)", "**a** <b> [c](d)", "<p>**a** &lt;b&gt; [c](d)</p>"),
        ("&lt;b&gt; &amp;", "<b> &", "<p>&lt;b&gt; &amp;</p>"),
        (
            "# One\n\n- a\n- b\n\n1. c\n2. d",
            "One\na\nb\nc\nd",
            "<h1>One</h1><ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>",
        ),
        ("> said\n> more", "said more", "<blockquote><p>said more</p></blockquote>"),
        ("a\nb  \nc", "a b\nc", "<p>a b<br>c</p>"),
        ("```\n<b>\n```", "<b>", "<pre>&lt;b&gt;</pre>"),
        ("snake_case_name 2*3*4", "snake_case_name 234", "<p>snake_case_name 2<em>3</em>4</p>"),
    ],
)
async def test_markdown_is_rendered_and_so_is_its_html(seen, source, words, html):
    shown = await seen(text(source, textFormat="markdown"))
    assert shown["html"] == html
    assert shown["text"] == words


async def test_without_a_format_a_text_is_markdown(seen):
    assert (await seen({"type": "message", "text": "**b**"}))["text"] == "b"


async def test_xml_is_html_and_not_markdown(seen):
    shown = await seen(text("<b>a</b> **c**<br/>d &lt;e&gt;<img onerror=x src=data:x>", textFormat="xml"))
    assert shown["text"] == "a **c**\nd <e>"
    assert shown["html"] == "<b>a</b> **c**<br>d &lt;e&gt;<img>"


@pytest.mark.parametrize("form", ["plain", "markdown", "xml"])
async def test_a_mention_counts_when_its_tag_is_in_the_text(seen, form):
    shown = await seen(text("<at>Anna</at> look", textFormat=form, entities=[MENTION]))
    assert (shown["text"], shown["mentions"]) == ("@Anna look", [ANNA])
    assert SPAN in shown["html"]


@pytest.mark.parametrize(
    ("words", "form", "entities"),
    [
        ("<at>Anna</at> look", "xml", []),
        ("<at>anna</at> look", "plain", [MENTION]),
        ("&lt;at&gt;Anna&lt;/at&gt; look", "xml", [MENTION]),
        ("Anna look", "plain", [MENTION | {"text": "Anna"}]),
    ],
)
async def test_a_mention_that_is_not_the_same_is_ignored(seen, words, form, entities):
    shown = await seen(text(words, textFormat=form, entities=entities))
    assert shown["mentions"] == []
    assert "<span" not in shown["html"]


async def test_a_name_is_encoded_in_a_mention(teams, seen):
    await teams.change_person(MIKAEL, display_name="M & Co")
    entity = {"type": "mention", "text": "<at>M &amp; Co</at>", "mentioned": {"id": MIKAEL, "name": "M & Co"}}
    shown = await seen(text("<at>M &amp; Co</at> hi", textFormat="xml", entities=[entity]))
    assert (shown["text"], shown["mentions"]) == ("@M & Co hi", [MIKAEL])


async def test_a_person_is_mentioned_by_object_id_too(seen):
    entity = MENTION | {"mentioned": {"id": "c0ffee00-0000-4000-8000-000000000001", "name": "Anna"}}
    assert (await seen(text("<at>Anna</at>", entities=[entity])))["mentions"] == [ANNA]


async def test_an_alert_notifies(seen):
    shown = await seen(text("x", channelData={"notification": {"alert": True}}))
    assert shown["notifies"] is True
    assert (await seen(text("x")))["notifies"] is False


async def test_a_picture_is_seen(seen):
    url = "https://shop.example/tent.png"
    shown = await seen({"type": "message", "attachments": [{"contentType": "image/png", "contentUrl": url}]})
    assert shown["html"].endswith(f'<img src="{url}">')


async def test_a_card_s_words_are_its_own_markdown(seen):
    body = [
        {"type": "TextBlock", "text": "**Anna** <b>x</b> [l](https://a.test) `c` &lt;"},
        {"type": "TextBlock", "text": "one\n- two\n- three"},
        {"type": "FactSet", "facts": [{"title": "Page", "value": "*shop*"}]},
        {"type": "RichTextBlock", "inlines": ["**not** ", {"type": "TextRun", "text": "bold"}]},
        {"type": "Container", "items": [{"type": "Input.Text", "id": "note", "label": "Note"}]},
    ]
    shown = await seen(carded(card(*body)))
    assert shown["text"] == "Anna <b>x</b> l `c` &lt;\none\ntwo\nthree\nPage shop\n**not** bold\nNote"
    assert shown["html"].startswith('<p><strong>Anna</strong> &lt;b&gt;x&lt;/b&gt; <a href="https://a.test">l</a>')
    assert shown["card"]["body"] == body


async def test_a_card_mentions_by_its_own_entities(seen):
    made = card({"type": "TextBlock", "text": "<at>Anna</at> look"})
    assert (await seen(carded(made)))["mentions"] == []
    shown = await seen(carded(made | {"msteams": {"entities": [MENTION]}}))
    assert (shown["mentions"], shown["text"]) == ([ANNA], "@Anna look")


async def test_a_person_s_post_is_shown_as_typed(teams):
    await teams.say(ANNA, SUPPORT, "**a** <b> @Silta")
    shown = teams.messages(SUPPORT)[0]
    assert (shown["text"], shown["author_name"], shown["is_bot"]) == ("**a** <b> @Silta", "Anna Virtanen", False)
    assert shown["html"] == f'<p>**a** &lt;b&gt; <span class="mention" data-id="{BOT}">Silta</span></p>'


async def test_a_displayed_message_has_these_fields(seen):
    names = "id channel thread author author_name is_bot at text html nodes card drawn buttons mentions notifies"
    assert list(await seen(text("x"))) == [*names.split(), "edited", "deleted", "reactions"]


async def test_pages_get_nodes_instead_of_html(teams, seen):
    await teams.say(ANNA, SUPPORT, "<b> @Silta")
    said = teams.messages(SUPPORT)[0]
    name = {"tag": "span", "inside": ["Silta"], "class": "mention", "data-id": BOT}
    assert said["nodes"] == [{"tag": "p", "inside": ["<b> ", name]}]
    assert said["drawn"] is None


async def test_the_markdown_of_a_card_is_nodes_too(seen):
    made = card({"type": "TextBlock", "text": "a **b** <i>"})
    shown = await seen(carded(made))
    bold = {"tag": "strong", "inside": ["b"]}
    assert shown["drawn"]["body"][0]["nodes"] == [{"tag": "p", "inside": ["a ", bold, " <i>"]}]
    assert shown["nodes"] == []
    assert "nodes" not in shown["card"]["body"][0]
