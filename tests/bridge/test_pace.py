"""The meter never allows more than the pace says, whatever is asked of it and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.pace import Meter
from bridge.ports import Pace

CHANNEL = Pace(1.0, 4.0, per_channel=True)
WHOLE = Pace(5.0, 20.0, per_channel=False)
steps = st.lists(st.tuples(st.sampled_from(["C1", "C2", "C3"]), st.floats(0, 3)), max_size=120)


@given(steps)
def test_no_window_holds_more_than_burst_and_rate(asked: list[tuple[str, float]]) -> None:
    meter, now, made = Meter((CHANNEL, WHOLE)), 0.0, list[tuple[str, float]]()
    for channel, pause in asked:
        now += pause
        if not meter.wait_everywhere(now) and channel not in meter.shut(now):
            meter.spend(channel, now)
            made.append((channel, now))
    for number, (_, begin) in enumerate(made):
        window = [(name, at) for name, at in made[number:]]
        for index, (_, end) in enumerate(window):
            span = end - begin
            assert index + 1 <= WHOLE.burst + WHOLE.rate * span + 1e-6
            for name in ("C1", "C2", "C3"):
                count = sum(there == name for there, _ in window[: index + 1])
                assert count <= CHANNEL.burst + CHANNEL.rate * span + 1e-6


def test_a_silence_everywhere_and_in_one_channel() -> None:
    meter = Meter((CHANNEL,))
    meter.silence("C1", 10, now=0)
    assert meter.shut(5) == {"C1": 5}
    assert meter.silence_left("C2", 5) == 0
    meter.silence("", 3, now=5)
    assert meter.wait_everywhere(6) == 2
    meter.silence("", 1, now=6)
    assert meter.wait_everywhere(6) == 2
    meter.lift()
    assert meter.shut(9) == {}
    assert meter.wait_everywhere(6) == 2


def test_what_is_not_paced_is_always_allowed() -> None:
    meter = Meter(())
    for number in range(1000):
        meter.spend("C1", number / 1000)
    assert meter.wait_everywhere(1) == 0
    assert meter.shut(1) == {}
    assert not meter.is_short(1)


def test_a_channel_near_its_limit_is_short() -> None:
    meter = Meter((CHANNEL,))
    assert not meter.is_short(0)
    for _ in range(3):
        meter.spend("C1", 0)
    assert meter.is_short(0)
    assert not meter.is_short(10)
