"""Whatever colour a site chooses, what is written on it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.colour import DEFAULT, NIGHT, READABLE, WHITE, contrast, palette, parsed

PARTS = st.integers(0, 255)


@given(PARTS, PARTS, PARTS)
def test_ink_can_be_read_on_any_accent_and_a_bubble_is_seen_on_any_ground(red, green, blue):
    colours = palette(f"#{red:02x}{green:02X}{blue:02x}")
    assert contrast(parsed(colours.ink), parsed(colours.accent)) >= READABLE
    for ground in (WHITE, NIGHT):
        assert max(contrast(parsed(colour), ground) for colour in (colours.accent, colours.rim)) >= 1.5


@pytest.mark.parametrize("accent", ["", "red", "#12345", "#1234567", "#12345g", "#1F4E8C;color:red", "#1F4E8C\n"])
def test_what_is_no_colour_is_the_default(accent):
    assert palette(accent) == palette(DEFAULT)


def test_contrast_is_reckoned_as_the_guidelines_do():
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast(parsed("#767676"), WHITE) == pytest.approx(4.54, abs=0.01)
