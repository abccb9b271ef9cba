"""Somebody who is in both workplaces claims in one and answers in the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.configuration import PersonEntry
from bridge.schedules import Action, Level, Plan
from tests.fallback.both import ANNA, BEN, FAR, Both

LEVEL = timedelta(minutes=1)
PLAN = Plan((Level(LEVEL, Action.CHANNEL, FAR.id),))
LINKED = (PersonEntry("ben", (("first", ANNA), ("second", BEN))),)


@pytest.fixture(params=["configured", "by address"])
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    """A chat that began in the first workplace and waits in the second."""
    made = Both(PLAN, LINKED if request.param == "configured" else ())
    made.first.emails[ANNA] = made.second.emails[BEN] = "ben@shop.example"
    yield made
    made.close()


def test_a_claim_in_one_is_theirs_in_the_other(both: Both) -> None:
    both.says(visitor := both.visitor(), "hello")
    both.passes(LEVEL.total_seconds() + 15)
    both.presses(both.second, BEN, "claim")
    both.answers(both.second, BEN, "from the second")
    both.answers(both.first, ANNA, "from the first")
    both.presses(both.first, ANNA, "claim")
    both.answers(both.first, "stranger", "not me")
    both.passes(15)
    assert both.history(visitor) == ["hello", "agent_joined", "from the second", "from the first"]
    assert both.second.told == []
    assert both.first.told == [
        (ANNA, "You have this chat already."),
        ("stranger", both.first.told[1][1]),
    ]
    assert both.first.told[1][1].startswith("Not shown to the visitor: Ben of second has this chat.")
    assert both.rows("SELECT count(DISTINCT same_as), count(*) FROM agent") == [(2, 3)]
    both.answers(both.first, ANNA, "!release")
    both.passes(5)
    assert both.rows("SELECT status FROM conversation") == [("waiting",)]


def test_in_an_outage_they_go_on_in_the_other(both: Both) -> None:
    """Their claim holds their chat in the first; what they answer in the second is theirs too."""
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.answers(both.first, ANNA, "Hi")
    both.first.breaks()
    both.says(other := both.visitor(), "me too")
    both.passes(10)
    both.says(third := both.visitor(), "and me")
    both.passes(3 * 60)
    roots = both.roots(both.second)
    assert sorted(both.lines(both.second, root)[0] for root in roots) == ["and me", "me too"]
    for root in roots:
        both.answers(both.second, BEN, f"answer to {both.lines(both.second, root)[0]}", root)
    assert both.history(other)[-1] == "answer to me too"
    assert both.history(third)[-1] == "answer to and me"
    assert both.rows("SELECT count(DISTINCT claimant) FROM conversation") == [(1,)]
    both.first.mends()
    both.answers(both.first, ANNA, "back again", both.roots(both.first)[0])
    both.passes(60)
    assert both.history(visitor) == ["hello", "agent_joined", "Hi", "back again"]
