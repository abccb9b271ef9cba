"""A plan in sentences, so that people can check it."""

from pathlib import Path

from adapters.configuration import load, timeline
from tests.configuration.frames import framed

EXAMPLE = Path(__file__).parents[2] / "silta.example.toml"


def test_a_plan_is_told_step_by_step():
    assert timeline(load(EXAMPLE)) == [
        "support (slack C0123456789): open monday 09:00-12:00, 13:00-17:00; tuesday to thursday 09:00-17:00; "
        "friday 09:00-16:00; saturday 22:00-24:00; sunday 00:00-02:00 (Europe/Helsinki)",
        "  2m out of reach: chats go on in channel fallback, new ones begin there",
        "  2m of open time without a claim: a notice in the thread",
        "  5m of open time without a claim: U0123456789 is mentioned in the thread",
        "  20m of open time without a claim: the chat goes on in channel fallback",
        "  1h of open time without a claim: a mail to on-call@example.com",
        "  more than 10 waiting chats share one notice",
        "fallback (slack C0987654321): always open",
        "  nothing happens while a chat waits",
    ]


def test_always_open_needs_no_word_on_open_time():
    lines = ["[[channels.support.escalation]]", 'after = "0s"', 'mail = "a@example.com"']
    assert timeline(load(framed("channel", lines)))[1] == "  at once without a claim: a mail to a@example.com"


def test_days_in_a_row_with_the_same_hours_are_told_together():
    days = [f'{day} = ["09:00-17:00"]' for day in ("monday", "tuesday", "friday", "saturday", "sunday")]
    assert timeline(load(framed("hours", days)))[0].partition(": ")[2] == (
        "open monday to tuesday 09:00-17:00; friday to sunday 09:00-17:00 (Europe/Helsinki)"
    )
