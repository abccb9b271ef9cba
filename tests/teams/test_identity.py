"""Ids as places and as an order that compares with that of other workplaces."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import identity as slack
from adapters.teams import identity

CHANNEL = "19:help0000@thread.tacv2"
numbers = st.integers(1_000_000_000_000, 9_999_999_999_999)
NOW = 1_790_000_000.0


@given(numbers, numbers)
def test_the_order_compares_like_the_numbers(one, other):
    assert (identity.order(str(one)) < identity.order(str(other))) == (one < other)


@given(numbers, st.integers(1_000_000_000, 9_999_999_999), st.integers(0, 999_999))
def test_the_order_compares_with_slacks(message, seconds, micro):
    ours, theirs = identity.order(str(message)), slack.order(f"{seconds}.{micro:06d}")
    assert len(ours) == len(theirs)
    assert (ours < theirs) == (message * 1000 < seconds * 1_000_000 + micro)


@given(numbers)
def test_a_message_and_the_time_of_it_are_the_same_order(message):
    at = identity.at(str(message))
    assert identity.order_of_time(at.isoformat(timespec="milliseconds")) == identity.order(str(message))


@given(numbers, st.integers(1, 10**9))
def test_an_edit_comes_after_what_it_changes(message, later):
    moment = datetime.fromtimestamp(message / 1000 + later / 1000, UTC)
    if moment.year < 9000:
        assert identity.order_of_time(moment.isoformat()) >= identity.order(str(message))


@pytest.mark.parametrize(
    ("time", "order"),
    [
        ("2026-09-21T14:13:21Z", "001790000001.000000000"),
        ("2026-09-21T14:13:21.5Z", "001790000001.500000000"),
        ("2026-09-21T14:13:21.0001234Z", "001790000001.000123400"),
        ("2026-09-21T17:13:21.123456789+03:00", "001790000001.123456789"),
        ("2026-09-21T07:13:21-07:00", "001790000001.000000000"),
        ("1960-01-01T00:00:00Z", "000000000000.000000000"),
        ("2026-09-21 14:13:21Z", ""),
        ("2026-09-21T14:13:21", ""),
        ("2026-13-21T14:13:21Z", ""),
        ("2026-09-21T14:13:21+99:00", ""),
        ("9999-12-31T23:59:59-23:59", "253402387139.000000000"),
        ("0001-01-01T00:00:00+23:59", "000000000000.000000000"),
        ("٢٠٢٦-09-21T14:13:21Z", ""),
        ("", ""),
        (None, ""),
        (5, ""),
        ([], ""),
    ],
)
def test_times_are_an_order_or_none(time, order):
    assert identity.order_of_time(time) == order


@given(
    st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", fullmatch=True)
)
def test_no_time_is_an_error(value):
    assert len(identity.order_of_time(value)) in (0, 22)


@pytest.mark.parametrize(
    ("conversation", "place"),
    [
        (CHANNEL, (CHANNEL, "")),
        (f"{CHANNEL};messageid=1790000000000", (CHANNEL, "1790000000000")),
        ("19:abc@thread.skype", ("19:abc@thread.skype", "")),
        ("19:x@thread.v2", ("", "")),
        ("19:meeting_x@thread.v2", ("", "")),
        ("a:1personal", ("", "")),
        (f"{CHANNEL};messageid=", ("", "")),
        (f"{CHANNEL};messageid=1;messageid=2", ("", "")),
        (f"{CHANNEL};messageid=x", ("", "")),
        (f"{CHANNEL}\n", ("", "")),
        (f"x{CHANNEL}", ("", "")),
        ("19:a/../b@thread.tacv2", ("", "")),
        ("19:a b@thread.tacv2", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_conversation_is_a_channel_and_a_root_or_nothing(conversation, place):
    assert identity.unpacked(conversation) == place
    if place[0]:
        assert identity.packed(*place) == conversation


@pytest.mark.parametrize(
    "value", ["", "1", "179000000000", "17900000000000", "179000000000x", "١٧٩٠٠٠٠٠٠٠٠٠٠", None, 5, []]
)
def test_what_is_no_message_is_told_apart(value):
    assert not identity.is_message(value)
    assert not identity.is_fresh(value, NOW)


@pytest.mark.parametrize(
    ("message", "fresh"),
    [
        ("1790000000000", True),
        ("1790080000000", True),
        ("1790090000000", False),
        ("0000000000000", False),
        ("9999999999999", False),
    ],
)
def test_an_absurd_id_of_a_new_post_is_told_apart(message, fresh):
    assert identity.is_fresh(message, NOW) is fresh


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("29:1anna_x-Y", True),
        ("28:0a1b2c3d-4e5f", True),
        ("8:orgid:1", True),
        ("bXRhZzpzYWxlcw==", True),
        ("", False),
        ("29:a b", False),
        ("29:a\n", False),
        ("29:<b>", False),
        ("29:ä", False),
        ("x" * 257, False),
        (None, False),
        (["29:a"], False),
    ],
)
def test_somebody_is_an_id_or_nobody(value, good):
    assert identity.somebody(value) == (value if good else "")


@given(st.lists(numbers.map(str), min_size=1, max_size=4), st.one_of(st.just(""), numbers.map(str)))
def test_where_a_post_stands_is_packed_and_unpacked(messages, root):
    made = identity.placed(messages, root)
    assert made.order == identity.order(messages[0])
    if root or len(messages) == 1:
        assert identity.parts(made.ref) == [(root or one, one) for one in messages]
