"""A flood is told in few lines."""

from bridge.sparing import MINUTE, MOST, Sparing


def test_a_flood_is_cut_and_its_size_told_when_it_is_over():
    now = [0.0]
    sparing = Sparing(lambda: now[0])
    assert [sparing.may() for _ in range(MOST + 100)].count(True) == MOST
    now[0] = MINUTE
    assert sparing.may()
    assert sparing.left_out() == " (100 more like it were not logged)"
    assert sparing.left_out() == ""
