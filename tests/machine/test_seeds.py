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

What catches each bug of time, mail and forgetting:

| bug | shows as | decisive steps |
|---|---|---|
| nothing_is_called_off | I7, as the call leaves | a call waits behind a doubtful line; somebody claims meanwhile |
| nobody_asks_again | I7, as the call leaves | a claim between the taking of a call and the call |
| no_level_is_kept | I7 | a visitor waits through a level |
| hours_are_ignored | I7 | a visitor waits over a closing time |
| hours_are_ignored_when_it_fires | I7 | a level's time is used up as the hour ends, or a plan changes at night |
| a_doubtful_mail_never_ends | I9 | the server takes a mail and never says so |
| all_closes_are_one | I9 | a visitor ends the chat, writes again and ends it again |
| posts_are_kept | the table's constraint | a visitor is forgotten |
| posts_stay_outside | I10, I11 | a visitor is forgotten |
| nothing_is_taken_back | I7, I10, I11 | a card is late, and what was posted for it twice stays |
| nobody_rings | I17 | a chat ends, and the widget hears nothing after that |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import bridge.delivery
import bridge.policies.escalation
import bridge.policies.visibility
import bridge.timing
import bridge.transcripts
import storage.conversations
import storage.outbox
from bridge.topics import OUTBOX
from bridge.transaction import Transaction
from storage import statements as sql
from storage import statements_managing as managing
from storage import statements_time as timely
from storage.statements import POST
from tests.machine.test_machine import QUIET, Bridge
from tests.machine.test_time_machine import TimeBridge

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


def nothing_is_called_off(patch: Patch) -> None:
    """A claim leaves the calls that are due, and the courier asks no more whether they are wanted."""
    patch.setattr(timely, "CALL_OFF", timely.CALL_OFF.where(sql.d.number < 0))
    nobody_asks_again(patch)


def nobody_asks_again(patch: Patch) -> None:
    """What was taken leaves, even if somebody has claimed meanwhile."""
    patch.setattr(storage.outbox.Outbox, "is_wanted", lambda _self, _number: True)


def no_level_is_kept(patch: Patch) -> None:
    """A level fires, and nobody remembers."""
    real = bridge.timing.escalated

    def escalated(ground: Any, call: Any, again: Any) -> Any:
        step = real(ground, call, again)
        return replace(step, conversation=replace(step.conversation, level=ground.conversation.level))

    patch.setattr(bridge.timing, "escalated", escalated)


def hours_are_ignored(patch: Patch) -> None:
    """It calls at night."""
    patch.setattr(bridge.policies.escalation, "is_open", lambda _hours, _at: True)
    patch.setattr(bridge.policies.escalation, "next_open", lambda _hours, at: at)
    patch.setattr(bridge.policies.escalation, "after", lambda _hours, start, delay: start + delay)


def hours_are_ignored_when_it_fires(patch: Patch) -> None:
    """What has come due by the end of an hour calls after it."""
    patch.setattr(bridge.policies.escalation, "is_open", lambda _hours, _at: True)


def a_doubtful_mail_never_ends(patch: Patch) -> None:
    """As long as the server does not say so, it is sent again."""
    patch.setattr(bridge.delivery, "MAIL_REPEATS", 1_000_000)


def all_closes_are_one(patch: Patch) -> None:
    """The transcript's name does not know which close it is for."""
    real = bridge.transcripts.transcript

    def transcript(conversation: Any, address: str, occasion: str, moment: Any) -> Any:
        return real(conversation, address, occasion.rstrip("0123456789"), moment)

    patch.setattr(bridge.transcripts, "transcript", transcript)


def posts_are_kept(patch: Patch) -> None:
    """Erasing forgets the rows of posts."""
    kept = tuple(statement for statement in managing.ERASE if statement.table is not POST)
    patch.setattr(managing, "ERASE", kept)


def posts_stay_outside(patch: Patch) -> None:
    """Erasing does not know what stands over there."""
    patch.setattr(managing, "OUR_POSTS", managing.OUR_POSTS.where(POST.c.ref == ""))


def nothing_is_taken_back(patch: Patch) -> None:
    """A root that was called off while it was posted stays."""

    async def leave(*_: Any) -> None:
        return None

    patch.setattr(bridge.delivery.Courier, "_take_back", leave)


def nobody_rings(patch: Patch) -> None:
    """The widget is not told when somebody claims or leaves."""
    real = storage.conversations.Conversations._ring_for

    def ring(self: Any, step: Any) -> None:
        if not any(message.notice for message in step.messages):
            real(self, step)
        elif step.deliveries:
            self.rings.append(OUTBOX)

    patch.setattr(storage.conversations.Conversations, "_ring_for", ring)


BUGS: list[tuple[Callable[[Patch], None], str]] = [
    (no_dedupe, "UNIQUE constraint failed"),
    (no_order, "I2"),
    (one_early_look, "I1"),
    (counted_from_the_beginning, "I1"),
    (sending_is_forgotten, "I1"),
    (mentions_are_sent, "I22"),
    (everything_is_visible, "I"),
]
BUGS_OF_TIME: list[tuple[Callable[[Patch], None], str]] = [
    (nothing_is_called_off, "I7"),
    (nobody_asks_again, "I7"),
    (no_level_is_kept, "I7"),
    (hours_are_ignored, "I7"),
    (hours_are_ignored_when_it_fires, "I7"),
    (a_doubtful_mail_never_ends, "I9"),
    (all_closes_are_one, "I9"),
    (posts_are_kept, "FOREIGN KEY"),
    (posts_stay_outside, "I1"),
    (nothing_is_taken_back, "I"),
    (nobody_rings, "I17"),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("bug", "invariant"), BUGS, ids=[bug.__name__ for bug, _ in BUGS])
def test_a_planted_bug_is_found(bug: Callable[[Patch], None], invariant: str, monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - a database may refuse the bug before an invariant does
        run_state_machine_as_test(Bridge, settings=SEARCH)
    assert invariant in str(caught.value)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("bug", "invariant"), BUGS_OF_TIME, ids=[bug.__name__ for bug, _ in BUGS_OF_TIME])
def test_a_planted_bug_of_time_is_found(bug: Callable[[Patch], None], invariant: str, monkeypatch: Patch) -> None:
    bug(monkeypatch)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - as above
        run_state_machine_as_test(TimeBridge, settings=SEARCH)
    assert invariant in told(caught.value)


def told(error: BaseException | None) -> str:
    """What went wrong first comes last: the teardown may fail for it again."""
    return f"{error}\n{told(error.__context__)}" if error else ""
