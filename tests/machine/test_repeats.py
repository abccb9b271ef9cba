"""Where nothing can be read back: what may stand twice says so, and a hint is a post with all that holds of posts."""

from __future__ import annotations

import pytest

from tests.machine import checks
from tests.machine.people import ANNA, MIKAEL
from tests.machine.seasons import Ways
from tests.machine.time_town import TimeTown
from tests.machine.town import Town
from tests.machine.unreadable import Unreadable


def test_a_hint_keeps_the_silence_that_was_asked_of_posts() -> None:
    town = Town(1, sorts={"pretend": Unreadable})
    try:
        town.begin()
        root = town.roots()[0]
        town.agent_presses(ANNA, root, "claim")
        town.pass_time(3)
        town.outside.post_faults.append("limited")
        town.visitor_says(0, twice=False)
        town.pass_time(0.5)
        town.agent_says(MIKAEL, root, "plain", "once")
        town.pass_time(3)
        checks.silence_was_kept(town)
        town.pass_time(9)
        assert [post.mentions for post in town.outside.posts.values() if post.mentions] == [(MIKAEL,)]
    finally:
        town.close()


def test_a_hint_that_is_repeated_after_a_kill_says_so() -> None:
    town = Town(1, sorts={"pretend": Unreadable})
    try:
        town.begin()
        root = town.roots()[0]
        town.agent_presses(ANNA, root, "claim")
        town.pass_time(3)
        town.outside.post_faults.append("slow")
        town.agent_says(MIKAEL, root, "plain", "once")
        town.pass_time(1)
        town.restart()
        town.settle()
        checks.check(town)
        assert [post.is_marked for post in town.outside.posts.values() if post.mentions] == [False, True]
    finally:
        town.close()


@pytest.mark.parametrize("number", [0, 2])
def test_what_was_given_up_after_a_doubt_and_is_sent_again_says_so(number: int) -> None:
    town = Town(1, sorts={"pretend": Unreadable})
    try:
        town.begin()
        town.outside.post_faults.extend(["cut_after", "rejected"])
        town.visitor_says(number, twice=False)
        town.pass_time(30)
        town.settle()
        checks.check(town)
        text = town.acknowledged[town.visitors[number]][-1]
        assert [post.is_marked for post in town.outside.posts.values() if post.text == text] == [False, True]
    finally:
        town.close()


def test_a_line_for_all_who_wait_that_is_posted_again_says_so() -> None:
    town = TimeTown(1, ways=Ways("shrunk", digest_above=0), sorts={"pretend": Unreadable})
    try:
        town.begin()
        town.outside.post_faults.extend(["cut_after"] * 2)  # the other channel's call by itself comes at the same time
        town.pass_time(80)
        lines = [post.is_marked for post in town.outside.posts.values() if not post.root and not post.is_card]
        assert lines == [False, True]
        checks.repeats_say_so_and_are_counted(town)
    finally:
        town.close()


def test_what_is_sent_again_after_a_doubt_is_not_joined_to_what_was_never_sent() -> None:
    town = Town(1, sorts={"pretend": Unreadable})
    try:
        town.begin()
        town.outside.post_faults.extend(["cut_after", "rejected"])
        town.visitor_says(0, twice=False)
        town.pass_time(30)
        text = town.acknowledged[town.visitors[0]][-1]
        for _ in range(5):
            town.visitor_says(0, twice=False)
        town.visitors_try_again()
        town.visitor_says(0, twice=False)
        town.settle()
        checks.check(town)
        again = [post for post in town.outside.posts.values() if text in post.text.split("\n")]
        assert [(post.text, post.is_marked) for post in again] == [(text, False), (text, True)]
    finally:
        town.close()
