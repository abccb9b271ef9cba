"""Where a text may be parted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.graphemes import border, cut, is_border, pieces

CLUSTERS = [
    "a", " ", "\n", "\r\n", "e\u0301", "a\u0323\u0302", "👋", "👋🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️‍🔥", "🇫🇮", "🇸🇪", "1️⃣", "#️⃣",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "각", "\u1100\u1161\u11a8", "שׁ", "ש", "नि", "กำ",
    "葛\U000e0100", "✌\ufe0f", "日",
]  # fmt: skip
clusters = st.lists(st.sampled_from(CLUSTERS), max_size=12)


def borders(text):
    return {at for at in range(len(text) + 1) if is_border(text, at)}


@given(clusters)
def test_borders_are_between_what_a_reader_sees(parts):
    ends, end = {0}, 0
    for part in parts:
        end += len(part)
        ends.add(end)
    assert borders("".join(parts)) == ends


@given(st.text(max_size=60) | clusters.map("".join), st.integers(1, 20))
def test_pieces_are_whole_short_and_part_nothing(text, size):
    parts = list(pieces(text, size))
    assert "".join(parts) == text
    assert all(0 < len(part) <= size for part in parts)
    at = 0
    for part in parts[:-1]:
        at += len(part)
        assert is_border(text, at) or not any(is_border(text, end) for end in range(at - len(part) + 1, at + 1))


@given(st.text(max_size=60) | clusters.map("".join), st.integers(2, 30))
def test_a_cut_is_never_too_long_and_says_so(text, most):
    shown = cut(text, most)
    assert len(shown) <= most
    assert shown == text or shown.endswith("…")
    assert text.startswith(shown.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "most", "shown"), [("ab🇫🇮🇸🇪", 4, "ab…"), ("ab🇫🇮🇸🇪", 5, "ab🇫🇮…"), ("👋🏽👋🏽", 3, "👋🏽…")]
)
def test_a_cut_leaves_whole_characters(text, most, shown):
    assert cut(text, most) == shown


def test_a_tower_of_marks_is_parted_where_it_must_be():
    tower = "a" + "\u0301" * 100
    assert border(tower, 10) == 10
    assert "".join(pieces(tower, 10)) == tower
