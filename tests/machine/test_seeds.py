"""The machine must fail when the code is wrong: each test plants one bug and names the invariant that gives it away.

What catches each, and which of its example's 39 steps decide (the others may be left out):

| bug | shows as | decisive steps |
|---|---|---|
| no_dedupe | the table's constraint | an edit comes late, another fails first: both are heard of before their message |
| no_order | I2 | a visitor says six things at once |
| one_early_look | I1 | a visitor speaks, the call is cut after it was stored and is not to be seen yet |
| counted_from_the_beginning | I11 | a visitor speaks; after a timeout the call takes effect late |
| sending_is_forgotten | I1 | a visitor speaks, the call is cut after it was stored, and the process is killed |
| mentions_are_sent | I22 | an answer is edited so that it names a colleague |
| everything_is_visible | I3 | two members answer in a thread that one of them has claimed, and the first one late |
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import bridge.delivery
import bridge.policies.visibility
import storage.outbox
from bridge.transaction import Transaction
from storage import statements as sql
from tests.machine.test_machine import QUIET, Bridge

Patch = pytest.MonkeyPatch
SEARCH = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=QUIET,
)


def no_dedupe(patch: Patch) -> None:
    """An event that comes again is heard again."""

    def forgetful(self: Any, thread: str, ref: str) -> None:
        return None

    patch.setattr("storage.conversations.Conversations.message_at", forgetful)


def no_order(patch: Patch) -> None:
    """A delivery does not wait for the earlier ones of its lane."""
    whole = sql.TAKE.whereclause
    assert whole is not None
    clauses = [clause for clause in whole.clauses if "EXISTS" not in str(clause)]
    free = sql.TAKE.with_only_columns(*sql.TAKE.selected_columns)
    free._where_criteria = tuple(clauses)
    patch.setattr(storage.outbox, "_TAKE", free.order_by(storage.outbox._RANK, sql.d.number.desc()).limit(1))


def one_early_look(patch: Patch) -> None:
    """Not found at once is taken for never happened."""
    patch.setattr(bridge.delivery, "PROVES_AFTER", timedelta(0))


def counted_from_the_beginning(patch: Patch) -> None:
    """The wait is counted from the call's beginning, so a long call leaves none of it."""

    def doubtful(self: Any, number: int, epoch: int, ended_at: Any) -> bool:
        row = self._one(sql.DELIVERY_BY_NUMBER, number=number)
        return real(self, number, epoch, row.started_at)

    real = storage.outbox.Outbox.doubtful
    patch.setattr(storage.outbox.Outbox, "doubtful", doubtful)


def sending_is_forgotten(patch: Patch) -> None:
    """After a crash, what was being sent is simply sent again."""

    def orphan(self: Transaction, workplace: str, epoch: int, now: Any) -> int:
        found = self._connection.execute(sql.ORPHANS, {"workplace": workplace, "mine": epoch}).all()  # type: ignore[attr-defined]
        for row in found:
            values = {"this": row.number, "mine": epoch, "to": "due", "due": now, "ended": now}
            self._run(sql.ADOPT, values)  # type: ignore[attr-defined]
        return len(found)

    patch.setattr(storage.outbox.Outbox, "orphan", orphan)


def mentions_are_sent(patch: Patch) -> None:
    """A text that names a colleague goes to the visitor."""
    real = bridge.policies.visibility.decide

    def decide(*args: Any, mentions: bool) -> Any:
        return real(*args, mentions=False)

    patch.setattr(bridge.policies.visibility, "decide", decide)


def everything_is_visible(patch: Patch) -> None:
    """The one read forgets to filter."""
    for name in ("CHANGES", "HISTORY"):
        statement = getattr(sql, name)
        kept = [clause for clause in statement.whereclause.clauses if "visibility" not in str(clause)]
        open_to_all = statement._generate()
        open_to_all._where_criteria = tuple(kept)
        patch.setattr(sql, name, open_to_all)


BUGS: list[tuple[Callable[[Patch], None], str]] = [
    (no_dedupe, "UNIQUE constraint failed"),
    (no_order, "I2"),
    (one_early_look, "I1"),
    (counted_from_the_beginning, "I1"),
    (sending_is_forgotten, "I1"),
    (mentions_are_sent, "I22"),
    (everything_is_visible, "I"),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("bug", "invariant"), BUGS, ids=[bug.__name__ for bug, _ in BUGS])
def test_a_planted_bug_is_found(bug: Callable[[Patch], None], invariant: str, monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - a database may refuse the bug before an invariant does
        run_state_machine_as_test(Bridge, settings=SEARCH)
    assert invariant in str(caught.value)
