"""The Block Kit rules: each limit on both of its sides."""

import pytest

from adapters.playground.blocks import check_blocks, words
from tests.playground.samples import FOLDER, load, needed


def plain(text):
    return {"type": "plain_text", "text": text}


def button(text="Go", **more):
    return {"type": "button", "action_id": "go", "text": plain(text)} | more


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def numbered(count):
    return [button(action_id=f"a{number}") for number in range(count)]


TAKEN = [
    section("x" * 3000),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [plain("x")] * 10},
    {"type": "section", "fields": [plain("x" * 2000)] * 10},
    actions(*numbered(25)),
    actions(button("x" * 75, value="v" * 2000, url="https://x.test/" + "u" * 2985)),
    actions(button(action_id="x" * 255)),
    section("x") | {"block_id": "x" * 255},
    section("x") | {"accessory": button()},
    {"type": "divider"},
    {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "<!channel>"},
                    {"type": "emoji", "name": "x"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": []}],
            },
        ],
    },
]
REFUSED = [
    section("x" * 3001),
    section(""),
    {"type": "section"},
    {"type": "section", "text": "bare"},
    {"type": "header", "text": plain("x" * 151)},
    {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
    {"type": "context", "elements": [plain("x")] * 11},
    {"type": "context", "elements": []},
    {"type": "section", "fields": [plain("x")] * 11},
    {"type": "section", "fields": [plain("x" * 2001)]},
    actions(*numbered(26)),
    actions(button("x" * 76)),
    actions(button(value="v" * 2001)),
    actions(button(url="u" * 3001)),
    actions(button(style="loud")),
    actions(button(action_id="x" * 256)),
    actions(button(), button()),
    actions({"type": "lever"}),
    section("x") | {"block_id": "x" * 256},
    {"type": "image", "alt_text": "a"},
    {"type": "video"},
    {"type": "rich_text", "elements": [{"type": "text", "text": "loose"}]},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "x"}]}]},
]


@pytest.mark.parametrize("block", TAKEN, ids=lambda block: block["type"])
def test_a_block_at_its_limit_is_taken(block):
    assert check_blocks([block]) == []


@pytest.mark.parametrize("block", REFUSED, ids=lambda block: block["type"])
def test_a_block_over_its_limit_is_named_once(block):
    assert len(check_blocks([block])) == 1


def test_fifty_blocks_are_the_most_in_a_message():
    assert check_blocks([{"type": "divider"}] * 50) == []
    assert check_blocks([{"type": "divider"}] * 51) != []
    assert check_blocks([{"type": "divider"}] * 100, most=100) == []


def test_a_block_id_is_unique_in_its_message():
    assert check_blocks([section("x") | {"block_id": "a"}] * 2) != []


def test_one_action_id_may_stand_in_two_blocks():
    assert check_blocks([actions(button()), actions(button())]) == []


@pytest.mark.parametrize("given", ["", None, {}, ["x"], [[]]])
def test_what_is_no_list_of_blocks_is_named(given):
    assert len(check_blocks(given)) == 1


def test_the_words_of_blocks_are_counted_at_any_depth():
    assert words([section("abc"), actions(button("de"))]) == 5


@needed
@pytest.mark.parametrize("kind", ["actions", "context", "section", "rich_text"])
def test_published_blocks_are_taken(kind):
    files = [file.name for file in (FOLDER / "blocks").glob(f"{kind}*.json")]
    assert files
    for file in files:
        assert check_blocks([load(f"blocks/{file}")]) == [], file
