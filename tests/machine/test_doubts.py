"""Awkward moments: a clock leaps as a call ends, an answer says how it was seconds ago, a process stands still."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from bridge.ports import Placed, ThreadRef
from bridge.wording import say
from tests.machine import checks
from tests.machine.outside import Outside
from tests.machine.people import ANNA, MIKAEL
from tests.machine.seasons import Ways
from tests.machine.time_town import TimeTown
from tests.machine.town import Town

SLOW = 9.0  # seconds: within our patience, and longer than late effects take
WAITS = say("en", "card.status_waiting")


class SlowToAnswer(Outside):
    """It looks at once, and its answer is long on the way."""

    async def find(self, thread: ThreadRef, key: str, since: datetime) -> tuple[Placed, ...]:
        found = await super().find(thread, key, since)
        await asyncio.sleep(SLOW)
        return found


@pytest.mark.parametrize("turns", range(8))
def test_a_call_that_ends_as_the_clock_leaps_has_its_effect_before_the_leap(turns: int) -> None:
    town = TimeTown(1)
    try:
        town.begin()
        town.begins(_speaks_after(town, turns))
        town.outside.post_faults.append("late")
        town.leap(timedelta(seconds=61))
        _comes_right(town)
    finally:
        town.close()


@pytest.mark.parametrize("fault", ["late", "timeout_late", "cut_after"])
def test_not_found_before_late_effects_were_over_proves_nothing_when_it_comes_later(fault: str) -> None:
    town = Town(1, sorts={"pretend": SlowToAnswer})
    try:
        town.begin()
        town.outside.post_faults.append(fault)
        town.visitor_says(2, twice=False)
        _comes_right(town)
    finally:
        town.close()


def test_who_stood_still_past_the_lease_sends_no_mail_that_was_read_before() -> None:
    town = TimeTown(1)
    try:
        town.begin()
        town.lag = 0.05  # what both say is read before the first one leaves, and the process stands still
        town.freeze(65.0, is_before=False)
        town.visitor_wants_transcript(0, "first")
        town.visitor_wants_transcript(1, "first")
        _comes_right(town)
        arrived = Counter(letter.to for letters in town.mailbox.arrived.values() for letter in letters)
        asked = [arrived[f"v{number}.asked.0@home.example"] for number in (0, 1)]
        assert sorted(asked) == [1, 2], "the doubtful one alone comes twice"
    finally:
        town.close()


def test_a_card_that_was_drawn_after_its_successors_shows_how_things_stand() -> None:
    town = Town(1)
    try:
        town.begin()
        root = town.roots()[0]
        town.agent_presses(ANNA, root, "claim")
        town.pass_time(3)
        town.freeze(65.0, is_before=True)
        town.agent_presses(ANNA, root, "close")
        town.pass_time(62)
        town.visitor_says(0, twice=False)
        town.pass_time(2)
        assert town.outside.cards[root].status == WAITS
        _comes_right(town)
        assert town.outside.cards[root].status == WAITS
    finally:
        town.close()


def test_a_card_that_is_drawn_late_shows_how_things_stand() -> None:
    town = Town(1)
    try:
        town.begin()
        root = town.roots()[0]
        town.outside.faults.append("late")
        town.agent_presses(ANNA, root, "claim")
        town.pass_time(2)
        town.agent_presses(ANNA, root, "release")
        _comes_right(town)
        assert town.outside.cards[root].status == WAITS
    finally:
        town.close()


async def _speaks_after(town: Town, turns: int) -> None:
    """So many turns of the loop into the leap."""
    for _ in range(turns):
        await asyncio.sleep(0)
    await town._say(town.visitors[2], town.word("v2"), twice=False)


def _comes_right(town: Town) -> None:
    town.pass_time(90)
    town.settle()
    checks.check(town)


def test_a_silence_outlives_the_hint_whose_thread_was_left_and_the_process() -> None:
    town = Town(1)
    try:
        town.begin()
        first, second = town.roots()
        for root in (first, second):
            town.agent_presses(ANNA, root, "claim")
        town.pass_time(3)
        town.outside.faults.append("limited")
        town.agent_says(MIKAEL, first, "plain", "once")
        town.pass_time(0.01)
        town.root_is_deleted(first, heard=True)
        town.pass_time(1)
        town.restart()
        town.agent_says(MIKAEL, second, "plain", "once")
        town.pass_time(2)
        checks.silence_was_kept(town)
        _comes_right(town)
    finally:
        town.close()


def test_a_silence_outlives_the_call_that_a_claim_called_off_and_the_process() -> None:
    town = TimeTown(1, ways=Ways("shrunk"))
    try:
        town.begin()
        root = town.roots()[0]
        town.pass_time(50)
        town.outside.post_faults.append("limited")
        while not town.store.rows("SELECT 1 FROM delivery WHERE cause = 'limited' AND escalates > 0"):
            town.pass_time(0.5)
        for card in town.roots():
            town.agent_presses(ANNA, card, "claim")
        town.pass_time(0.5)
        town.restart()
        town.visitor_says(0, twice=False)
        town.pass_time(2)
        assert root in town.roots()
        checks.silence_was_kept(town)
    finally:
        town.close()
