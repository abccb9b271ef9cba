"""Bugs of a workplace that cannot be read back, and of two at once; see tests.machine.test_seeds.

| bug | shows as | what decides |
|---|---|---|
| no_word_of_a_repeat | I1 | a call is cut after it was stored, and is made again |
| a_death_raises_no_doubt | I1 | the process is killed while a slow call is under way |
| what_was_given_up_is_new | I1 | a call is cut after it was stored, the next is refused, the visitor tries again |
| one_courier_takes_all | I4, I11 | whatever is due in the second workplace while the first courier looks |
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import bindparam

import bridge.carriers
import storage.outbox
from storage import statements as sql
from tests.machine.test_machine_of_both import BothBridge
from tests.machine.test_machine_without_reading import UnreadBridge
from tests.machine.test_seeds import SEARCH, told

Patch = pytest.MonkeyPatch


def no_word_of_a_repeat(patch: Patch) -> None:
    """It is posted again as if for the first time."""
    patch.setattr(bridge.carriers.ThreadCarrier, "_may_repeat", lambda _self, _errand: False)


def a_death_raises_no_doubt(patch: Patch) -> None:
    """A successor does not count the doubt that its predecessor's end leaves."""
    patch.setattr(sql, "ADOPT", sql.ADOPT.values(doubts=sql.d.doubts))


def what_was_given_up_is_new(patch: Patch) -> None:
    """A message that is tried again forgets what was doubtful about it."""
    patch.setattr(storage.outbox.Outbox, "doubts_about", lambda _self, _message: 0)


def one_courier_takes_all(patch: Patch) -> None:
    """What is due in the other workplace counts as the first courier's."""
    whole = sql.TAKE.whereclause
    assert whole is not None
    clauses = [clause for clause in whole.clauses if "workplace" not in str(clause)]
    free = sql.TAKE.with_only_columns(*sql.TAKE.selected_columns)
    free._where_criteria = (*clauses, sql.CHANNEL.c.ref.not_in(bindparam("shut", expanding=True)))
    patch.setattr(storage.outbox, "_TAKE", free.order_by(storage.outbox._RANK, sql.d.number).limit(1))


BUGS: list[tuple[Callable[[Patch], None], type[RuleBasedStateMachine], str]] = [
    (no_word_of_a_repeat, UnreadBridge, "I1"),
    (a_death_raises_no_doubt, UnreadBridge, "I1"),
    (what_was_given_up_is_new, UnreadBridge, "I1"),
    (one_courier_takes_all, BothBridge, "I"),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("bug", "machine", "invariant"), BUGS, ids=[bug.__name__ for bug, _, _ in BUGS])
def test_a_planted_bug_is_found(
    bug: Callable[[Patch], None], machine: type[RuleBasedStateMachine], invariant: str, monkeypatch: Patch
) -> None:
    bug(monkeypatch)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - a database may refuse the bug before an invariant does
        run_state_machine_as_test(machine, settings=SEARCH)
    assert invariant in told(caught.value)
