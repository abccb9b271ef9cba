"""A conversation whose threads are in two workplaces: each event and each hint belongs where it happened."""

from __future__ import annotations

from bridge.schedules import Action, Level, Plan
from tests.fallback.both import AFTER, ANNA, BEN, FAR, Both, ends_well


def test_what_was_answered_in_the_old_thread_meanwhile_is_heard(both):
    """The line to the first workplace is down for us, not for the people in it."""
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.first.breaks()
    both.says(visitor, "anybody?")
    both.passes(30)
    both.writes_unheard(both.first, ANNA, "I am here!")
    both.passes(AFTER.total_seconds())
    assert both.lines(both.second) == ["hello", "anybody?"]
    both.first.mends()
    both.passes(30)
    both.repairs(both.first)
    both.passes(15)
    assert both.history(visitor) == ["hello", "anybody?", "agent_joined", "I am here!"]
    assert "Anna of first has this chat" in both.second.cards[both.roots(both.second)[0]].status


def test_a_hint_goes_where_the_person_wrote(both):
    """Private hints and receipts belong to the workplace of the event, wherever the chat goes on."""
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.first.breaks()
    both.says(visitor, "anybody?")
    both.passes(AFTER.total_seconds() + 15)
    both.answers(both.second, BEN, "Here")
    both.first.mends()
    both.passes(30)
    kept = both.answers(both.first, ANNA, "!nonsense", both.roots(both.first)[0])
    told = both.answers(both.first, ANNA, "me too", both.roots(both.first)[0])
    both.passes(15)
    assert {agent for agent, _ in both.first.told} == {ANNA}
    assert len(both.first.told) == 2
    assert both.second.told == []
    assert both.first.marks == {told.ref: "not_shown"}
    assert kept.ref not in both.second.marks


def test_levels_across_workplaces():
    """A second thread in another workplace: each courier carries its own, and a claim there has it there."""
    levels = (
        Level(AFTER, Action.CHANNEL, FAR.id),
        Level(2 * AFTER, Action.MENTION, "U1"),
    )
    both = Both(Plan(levels))
    both.says(visitor := both.visitor(), "hello")
    both.passes(AFTER.total_seconds() + 15)
    assert both.lines(both.second) == ["hello"]
    both.says(visitor, "more")
    both.passes(AFTER.total_seconds())
    assert both.lines(both.second) == ["hello", "more"]
    assert both.lines(both.first) == ["hello"]
    mentioned = [text for text in both.notices(both.second) if "has waited" in text]
    assert len(mentioned) == 1
    both.presses(both.second, BEN, "claim")
    both.answers(both.second, BEN, "Here")
    kept = both.answers(both.first, ANNA, "Not mine, is it?")
    both.passes(15)
    assert both.history(visitor) == ["hello", "more", "agent_joined", "Here"]
    assert both.first.marks == {kept.ref: "not_shown"}
    assert list(both.second.marks.values()) == ["shown"]
    assert [agent for agent, _ in both.first.told] == [ANNA]
    assert both.second.told == []
    lanes = both.rows("SELECT count(DISTINCT lane) FROM delivery WHERE kind IN ('open', 'post', 'notice')")
    assert lanes == [(2,)]
    ends_well(both)
    both.close()
