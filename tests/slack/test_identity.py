"""Time stamps as places and as an order."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import identity

numbers = st.tuples(st.integers(0, 99_999_999_999), st.integers(0, 999_999))
NOW = 1_790_000_000.0


def stamp(pair):
    return f"{pair[0]}.{pair[1]:06d}"


@given(numbers, numbers)
def test_the_order_compares_like_the_numbers(one, other):
    assert (identity.order(stamp(one)) < identity.order(stamp(other))) == (one < other)


@given(numbers)
def test_a_time_keeps_its_last_digit(pair):
    assert identity.at(stamp(pair)).microsecond == pair[1]


def test_a_stamp_without_a_point_is_a_stamp():
    assert identity.at("1790000000") == datetime.fromtimestamp(1_790_000_000, UTC)
    assert identity.order("1790000000") < identity.order("1790000000.000001")


@pytest.mark.parametrize("value", ["", "x", "1.2.3", "-1.0", "1e9", "\uff11.0", "9" * 12, None, 1.5, []])
def test_what_is_no_stamp_is_told_apart(value):
    assert identity.is_stamp(value) is False


@pytest.mark.parametrize(
    ("value", "fresh"),
    [
        ("1790000000.000100", True),
        ("1790080000.000100", True),
        ("0000000000.000000", False),
        ("1790000000", False),
        ("1790000000.1", False),
        ("9999999999.999999", False),
        (1790000000.0001, False),
        (None, False),
    ],
)
def test_an_absurd_stamp_of_a_new_post_is_told_apart(value, fresh):
    assert identity.is_fresh(value, NOW) is fresh


def test_the_stamp_of_a_moment_is_its_seconds():
    assert identity.stamp(datetime(2026, 1, 1, tzinfo=UTC)) == "1767225600.000000"


def test_a_key_has_one_client_id():
    assert identity.client_message_id("a") == identity.client_message_id("a")
    assert identity.client_message_id("a") != identity.client_message_id("b")
