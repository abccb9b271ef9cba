"""A channel cannot be reached: who waits goes on in another workplace, each line once wherever it stands."""

from __future__ import annotations

import logging

from tests.fallback.both import AFTER, ANNA, BEN, FAR, NEAR, Both, Place

MINUTES = 60


def is_out(both: Both, place: Place) -> bool:
    query = "SELECT 1 FROM outage o JOIN channel c ON c.id = o.channel_id WHERE c.workplace = ?"
    return bool(both.rows(query, place.name))


def test_while_it_is_down_new_ones_begin_in_the_fallback(both):
    both.first.breaks()
    both.says(one := both.visitor(), "one")
    both.passes(10)
    assert is_out(both, both.first)
    both.says(two := both.visitor(), "two")
    both.passes(5)
    assert both.lines(both.second) == ["two"]
    assert both.row(both.second)["Moved"] == "The channel near could not be reached, so this chat is here."
    assert not both.stands(one)
    both.passes(AFTER.total_seconds())
    assert both.stands(one)
    assert both.stands(two)
    assert [both.lines(both.second, root) for root in both.roots(both.second)] == [["two"], ["one"]]
    assert both.roots(both.first) == []
    assert (both.history(one), both.history(two)) == (["one"], ["two"])
    assert both.rows("SELECT channel_id FROM conversation ORDER BY opened_at") == [(NEAR.id,), (FAR.id,)]


def test_in_the_middle_with_the_root_standing(both):
    both.says(visitor := both.visitor(), "hello", "it is about my order")
    both.passes(10)
    both.answers(both.first, ANNA, ";; who knows this?")
    both.first.breaks()
    both.says(visitor, "still there?", "hello??")
    both.passes(AFTER.total_seconds() - 5)
    assert both.roots(both.second) == []
    both.passes(20)
    assert both.lines(both.second) == ["hello", "still there?", "hello??"]
    [history] = both.notices(both.second)
    assert history.startswith("This chat goes on here, because its channel could not be reached. So far:")
    assert "it is about my order" in history
    assert "who knows this?" not in history
    both.says(visitor, "one more")
    both.passes(10)
    assert both.lines(both.second)[-1] == "one more"
    assert both.lines(both.first) == ["hello", "it is about my order"]
    both.first.mends()
    both.passes(60)
    assert both.lines(both.first) == ["hello", "it is about my order"]
    assert both.notices(both.first) == ["This channel could not be reached. The chat goes on in the channel far."]
    assert both.first.cards[both.roots(both.first)[0]].status == "⚪ This chat goes on in another thread"
    assert both.history(visitor) == ["hello", "it is about my order", "still there?", "hello??", "one more"]
    both.answers(both.second, BEN, "Here I am")
    both.says(visitor, "at last")
    both.passes(10)
    assert both.lines(both.second)[-1] == "at last"
    assert len(both.lines(both.first)) == 2
    assert both.history(visitor)[-3:] == ["agent_joined", "Here I am", "at last"]


def test_the_first_words_are_too_long_for_a_card(both):
    both.first.breaks()
    text = "long " * 400
    both.says(visitor := both.visitor(), text.strip())
    both.passes(AFTER.total_seconds() + 15)
    assert both.lines(both.second)[1:] == [text.strip()]
    assert both.stands(visitor)


def test_a_dead_token_is_known_at_once_and_told_once(both, caplog):
    caplog.set_level(logging.INFO, "silta.alerts")
    both.first.breaks("token_revoked", is_standing=True)
    both.says(both.visitor(), "one")
    both.passes(2)
    both.says(both.visitor(), "two")
    both.passes(2)
    assert both.lines(both.second) == ["two"]
    both.passes(10 * MINUTES)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ["first, channel C1: token_revoked over there (conversations of near go on in far)"]
    assert both.rows("SELECT count(*) FROM delivery WHERE kind = 'mail'") == [(1,)]
    both.first.mends()
    both.passes(40)
    over = [record.getMessage() for record in caplog.records if record.getMessage().startswith("over")]
    assert over == [f"over: {errors[0]}"]


def test_somebody_looks_although_nothing_is_due_there(both):
    both.first.breaks()
    both.says(both.visitor(), "one")
    both.passes(AFTER.total_seconds() + 15)
    due = "SELECT 1 FROM delivery d JOIN channel c ON c.id = d.channel_id WHERE c.workplace = 'first' AND state = 'due'"
    assert both.rows(due) == []
    looks = both.first.looks
    both.passes(5 * MINUTES)
    assert 9 <= both.first.looks - looks <= 16
    both.first.mends()
    both.passes(30)
    assert not is_out(both, both.first)
    looks = both.first.looks
    both.says(both.visitor(), "two")
    both.passes(5 * MINUTES)
    assert both.lines(both.first) == ["two"]
    assert both.first.looks == looks


def test_back_before_its_time_nothing_happens(both):
    both.first.breaks()
    both.says(visitor := both.visitor(), "one", "two")
    both.passes(60)
    both.first.mends()
    both.passes(5 * MINUTES)
    assert both.lines(both.first) == ["one", "two"]
    assert both.roots(both.second) == []
    assert both.history(visitor) == ["one", "two"]


def test_being_asked_to_slow_down_is_no_outage(both):
    both.first.faults.extend(["limited"] * 40)
    both.says(both.visitor(), "one")
    both.passes(200)
    assert both.roots(both.second) == []
    assert not is_out(both, both.first)
    both.first.faults.clear()


def test_one_refusal_in_a_rush_is_no_outage(both):
    both.first.faults.extend(["limited", "limited", "limited", "refused", "refused", "limited"])
    both.says(both.visitor(), "one")
    while both.first.faults:
        both.passes(0.5)
        assert not is_out(both, both.first)
    both.says(both.visitor(), "two")
    both.passes(15)
    assert len(both.roots(both.first)) == 2


def test_a_claimed_chat_stays_with_its_claimant(both):
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.answers(both.first, ANNA, "Hi")
    both.first.breaks()
    both.says(visitor, "a question")
    both.passes(10 * MINUTES)
    assert both.roots(both.second) == []
    both.first.mends()
    both.passes(60)
    assert both.lines(both.first) == ["hello", "a question"]


def test_a_claim_before_the_second_root_stands_calls_it_off(both):
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.first.breaks()
    both.second.faults.extend(["refused"] * 3)
    both.says(visitor, "anybody?")
    both.passes(AFTER.total_seconds() + 2)
    assert both.rows("SELECT state FROM thread ORDER BY spell, state") == [("active",), ("standby",)]
    both.answers(both.first, ANNA, "I am here")
    both.passes(2 * MINUTES)
    assert both.roots(both.second) == []
    both.first.mends()
    both.passes(60)
    assert both.lines(both.first) == ["hello", "anybody?"]
    assert both.history(visitor) == ["hello", "anybody?", "agent_joined", "I am here"]


def test_a_claim_while_the_second_root_is_under_way_takes_it_back(both):
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.first.breaks()
    both.second.post_faults.append("slow")
    both.says(visitor, "anybody?")
    while not both.roots(both.second):
        both.passes(0.1)
    both.answers(both.first, ANNA, "I am here")
    both.passes(60)
    assert both.roots(both.second) == []
    both.first.mends()
    both.passes(60)
    assert both.lines(both.first) == ["hello", "anybody?"]


def test_what_was_under_way_in_the_old_thread_does_not_stay_there(both):
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.first.post_faults.append("late")  # stored although nobody knows
    both.says(visitor, "late")
    both.passes(0.5)
    both.first.breaks()
    both.says(both.visitor(), "somebody else")
    both.passes(AFTER.total_seconds() + 20)
    assert both.lines(both.second, both.roots(both.second)[-1]) in (["hello", "late"], ["somebody else"])
    both.first.mends()
    both.passes(2 * MINUTES)
    assert both.lines(both.first) == ["hello"]
    assert both.history(visitor) == ["hello", "late"]


def test_both_down_they_stay_with_the_first(both):
    both.first.breaks()
    both.second.breaks()
    both.says(one := both.visitor(), "one")
    both.passes(4 * MINUTES)
    assert is_out(both, both.first)
    assert is_out(both, both.second)
    both.says(two := both.visitor(), "two")
    both.passes(4 * MINUTES)
    both.first.mends()
    both.passes(60)
    assert [both.lines(both.first, root) for root in both.roots(both.first)] == [["one"], ["two"]]
    both.second.mends()
    both.passes(5 * MINUTES)
    assert both.roots(both.second) == []
    assert (both.history(one), both.history(two)) == (["one"], ["two"])


def test_both_down_and_the_second_comes_back_first(both):
    both.first.breaks()
    both.second.breaks()
    both.says(both.visitor(), "one")
    both.passes(4 * MINUTES)
    both.says(both.visitor(), "two")
    both.passes(4 * MINUTES)
    both.second.mends()
    both.passes(60)
    assert sorted(both.lines(both.second, root) for root in both.roots(both.second)) == [["one"], ["two"]]


def test_a_restart_while_it_is_down(both):
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.first.breaks()
    both.says(visitor, "anybody?")
    both.passes(10)
    both.kill()
    both.passes(10 * MINUTES)
    both.says(late := both.visitor(), "late")
    both.start()
    both.passes(15)
    assert sorted(both.lines(both.second, root) for root in both.roots(both.second)) == [
        ["hello", "anybody?"],
        ["late"],
    ]
    assert both.alerts.standing("first") != ()
    both.first.mends()
    both.passes(60)
    assert both.alerts.standing("first") == ()
    assert both.notices(both.first) == ["This channel could not be reached. The chat goes on in the channel far."]
    assert (both.history(visitor), both.history(late)) == (["hello", "anybody?"], ["late"])


def test_nobody_wanders_to_and_fro(both):
    """Each channel is the other's fallback, and they fail in turns."""
    both.first.breaks()
    both.says(visitor := both.visitor(), "one")
    both.passes(3 * MINUTES)
    for number, (up, down) in enumerate([(both.first, both.second), (both.second, both.first)] * 3):
        up.mends()
        down.breaks()
        both.says(visitor, f"more {number}")
        both.passes(6 * MINUTES)
    both.second.mends()
    both.first.mends()
    both.passes(2 * MINUTES)
    assert len(both.roots(both.first)) == len(both.roots(both.second)) == 1
    assert both.lines(both.second) == ["one"]
    assert both.lines(both.first) == ["one", *(f"more {number}" for number in range(6))]
    assert both.history(visitor) == both.lines(both.first)


def test_opened_in_the_fallback_it_may_go_to_the_first_when_that_is_back(both):
    both.first.breaks()
    both.says(both.visitor(), "zero")
    both.passes(10)
    both.says(visitor := both.visitor(), "one")
    both.passes(5)
    assert both.lines(both.second) == ["one"]
    both.second.breaks("archived", is_standing=True)
    both.first.mends()
    both.says(visitor, "two")
    both.passes(3 * MINUTES)
    assert both.lines(both.first) == ["one", "two"]
    both.second.mends()
    both.passes(60)
    assert both.notices(both.second) == ["This channel could not be reached. The chat goes on in the channel near."]


def test_who_is_given_back_goes_on_elsewhere(both):
    both.says(visitor := both.visitor(), "hello")
    both.passes(5)
    both.answers(both.first, ANNA, "Hi")
    both.first.breaks()
    both.says(visitor, "a question")
    both.passes(5 * MINUTES)
    both.answers(both.first, ANNA, "!release")
    both.passes(AFTER.total_seconds() + 15)
    assert both.lines(both.second) == ["hello", "a question"]
    assert "Hi" in both.notices(both.second)[0]
