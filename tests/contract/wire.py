"""The contract of those who speak over a wire: what goes wrong there, what a person sees, and what comes back."""

from __future__ import annotations

import asyncio
import time

import pytest

from bridge.errors import Rejected, Unknown, Unreachable, WorkplaceError
from bridge.markup import literal
from bridge.policies.inert import neutral
from bridge.ports import Button, Card, Post, ThreadRef
from tests.contract.side import CARD, NOTICE, Seen, WireSide, can, do, line, needs, spoil
from tests.contract.workplace import DOUBTFUL, LOST, WRITES, WorkplaceContract
from tests.hostile import BATTERY, Hostile

ALL_WRITES = (*WRITES, "delete")
READS = ("ping", "person", "channel_fault", "find", "replies", "changed_threads")
EVERYTHING = (*ALL_WRITES, *READS)
UNREAL = "\u200b\ue000\u061c"  # left out of words by who lays them out


class WireContract(WorkplaceContract):
    """A subclass gives the fixture `side`, which is at the other end of a real wire."""

    # how calls end

    @pytest.mark.parametrize("method", EVERYTHING)
    async def test_when_nobody_is_there_nothing_has_happened(
        self, side: WireSide, thread: ThreadRef, method: str
    ) -> None:
        can(side, method)
        await side.go_down()
        with pytest.raises(Unreachable) as raised:
            await do(side, await side.impatient(), method, thread)
        assert not raised.value.standing
        assert not raised.value.limited

    @pytest.mark.parametrize("kind", [*LOST, *DOUBTFUL])
    async def test_a_removal_without_a_clear_end_is_in_doubt(
        self, side: WireSide, thread: ThreadRef, kind: str
    ) -> None:
        needs(side, "deletes")
        most = spoil(side, "delete", kind)
        with pytest.raises(Unknown):
            await side.workplace.delete(thread.channel, thread.root)
        assert 1 <= side.calls("delete") <= most
        side.mend()
        await side.workplace.delete(thread.channel, thread.root)
        assert side.roots() == []

    @pytest.mark.parametrize("kind", [*LOST, *DOUBTFUL])
    @pytest.mark.parametrize("method", READS)
    async def test_a_question_without_an_answer_has_simply_failed(
        self, side: WireSide, thread: ThreadRef, method: str, kind: str
    ) -> None:
        can(side, method)
        before = side.calls(method)
        most = spoil(side, method, kind)
        with pytest.raises(Unreachable) as raised:
            await do(side, side.workplace, method, thread)
        assert not raised.value.standing
        assert 1 <= side.calls(method) - before <= most

    @pytest.mark.parametrize("method", ["delete", *READS])
    async def test_whoever_asks_too_much_is_told_how_long_to_be_silent(
        self, side: WireSide, thread: ThreadRef, method: str
    ) -> None:
        can(side, method)
        side.fail(method, "limited", seconds=7)
        with pytest.raises(Unreachable) as raised:
            await do(side, side.workplace, method, thread)
        assert raised.value.limited
        assert raised.value.wait is not None
        assert 7 <= raised.value.wait <= 8

    @pytest.mark.parametrize("method", ["delete", *READS])
    async def test_all_of_a_call_together_has_one_time(self, side: WireSide, thread: ThreadRef, method: str) -> None:
        can(side, method)
        impatient = await side.impatient()
        side.fail(method, "slow", seconds=1.5)
        began = time.monotonic()
        with pytest.raises(Unknown if method == "delete" else Unreachable):
            await do(side, impatient, method, thread)
        assert time.monotonic() - began < 1.3

    @pytest.mark.parametrize("method", EVERYTHING)
    async def test_without_good_credentials_everything_waits_for_a_person(
        self, side: WireSide, thread: ThreadRef, method: str
    ) -> None:
        can(side, method)
        await side.withdraw()
        with pytest.raises(Unreachable) as raised:
            await do(side, side.workplace, method, thread)
        assert raised.value.standing
        assert len(str(raised.value)) > len(raised.value.cause)

    @pytest.mark.parametrize("method", ["open_thread", "post"])
    async def test_an_app_that_was_taken_out_waits_for_a_person(
        self, side: WireSide, thread: ThreadRef, method: str
    ) -> None:
        can(side, method)
        await side.put_out()
        with pytest.raises(Unreachable) as raised:
            await do(side, side.workplace, method, thread)
        assert raised.value.standing
        sentence = await side.workplace.channel_fault(side.channel)
        assert sentence.endswith(".")
        assert len(sentence) > 20

    async def test_a_channel_that_is_no_more_waits_for_a_person(self, side: WireSide, thread: ThreadRef) -> None:
        await side.drop_channel()
        with pytest.raises(Unreachable) as raised:
            await side.workplace.open_thread(side.channel, CARD, "k2")
        assert raised.value.standing
        assert await side.workplace.channel_fault(side.channel)
        with pytest.raises((Rejected, Unreachable)):
            await side.workplace.post(thread, line("hello"), "k3")

    async def test_nobody_is_never_found(self, side: WireSide) -> None:
        with pytest.raises(Rejected):
            await side.workplace.person(side.people.nobody)

    async def test_while_a_call_waits_others_go_on(self, side: WireSide, thread: ThreadRef) -> None:
        side.fail("post", "slow", seconds=0.5)
        waiting = asyncio.create_task(side.workplace.post(thread, line("slow"), "k1"))
        await asyncio.sleep(0.1)
        await side.workplace.open_thread(side.channel, CARD, "k2")
        await side.workplace.person(side.people.member)
        assert not waiting.done()
        assert (await waiting).ref == side.replies(thread)[0].ref

    async def test_calls_at_once_do_not_disturb_each_other(self, side: WireSide, thread: ThreadRef) -> None:
        words = [f"line {number}" for number in range(20)]
        places = await asyncio.gather(*(side.workplace.post(thread, line(one), one) for one in words))
        seen = {one.ref: one.words for one in side.replies(thread)}
        assert [seen[place.ref] for place in places] == words

    async def test_what_did_not_leave_is_not_made_up_for_later(self, side: WireSide, thread: ThreadRef) -> None:
        """A refused post leaves nothing behind in the workplace that a later one would carry."""
        side.fail("post", "cut_before")
        with pytest.raises(WorkplaceError):
            await side.workplace.post(thread, line("lost"), "k1")
        await side.workplace.post(thread, line("next"), "k2")
        assert [seen.words for seen in side.replies(thread)] == ["next"]

    # what a person sees

    @pytest.mark.parametrize("many", [BATTERY[0::4], BATTERY[1::4], BATTERY[2::4], BATTERY[3::4]], ids="abcd")
    async def test_a_hostile_line_is_whole_and_dead(
        self, side: WireSide, thread: ThreadRef, many: tuple[Hostile, ...]
    ) -> None:
        for number, hostile in enumerate(many):
            before = len(side.replies(thread))
            await side.workplace.post(thread, line(hostile.stored), f"k{number}")
            seen = side.replies(thread)[before:]
            words = _even("".join(one.words for one in seen))
            assert any(_even(one) in words for one in (hostile.for_the_team, neutral(hostile.stored))), hostile
            assert [fault for one in seen for fault in _acts(one)] == [], hostile
            assert all("Matti" in one.author for one in seen)

    @pytest.mark.parametrize("many", [BATTERY[0::2], BATTERY[1::2]], ids="ab")
    async def test_a_hostile_card_is_dead(self, side: WireSide, many: tuple[Hostile, ...]) -> None:
        for number, hostile in enumerate(many):
            words = hostile.stored
            fields = ((words[:100], words), ("Page", words))
            card = Card(words, words, fields, literal(words[:1_500]), words, words, (Button("claim", words, "v"),))
            await side.workplace.open_thread(side.channel, card, f"k{number}")
            assert _acts(side.roots()[-1]) == [], hostile

    async def test_a_hostile_name_is_dead_and_of_one_line(self, side: WireSide, thread: ThreadRef) -> None:
        for number, hostile in enumerate(BATTERY[::3]):
            post = Post(body=("hello",), summary="hello", author=hostile.stored)
            await side.workplace.post(thread, post, f"k{number}")
            seen = side.replies(thread)[-1]
            assert _acts(seen) == [], hostile
            assert seen.words == "hello", hostile
            assert seen.author
            assert "\n" not in seen.author

    async def test_only_who_is_meant_is_called(self, side: WireSide, thread: ThreadRef) -> None:
        await side.workplace.post(thread, Post(("come",), "come", mentions=(side.people.member,)), "k1")
        (seen,) = side.replies(thread)
        assert seen.calls == (side.people.member,)
        assert "come" in seen.words

    async def test_a_loud_line_is_louder_than_others(self, side: WireSide, thread: ThreadRef) -> None:
        await side.workplace.post(thread, NOTICE, "k1")
        await side.workplace.post(thread, Post(("come all",), "come all", is_broadcast=True), "k2")
        assert [seen.is_loud for seen in side.replies(thread)] == [False, True]

    async def test_a_caveat_stands_in_front_where_nothing_can_be_read_back(
        self, side: WireSide, thread: ThreadRef
    ) -> None:
        if side.workplace.capabilities.read_back:
            pytest.skip("the capability read_back is declared: nothing is ever sent with a caveat")
        await side.workplace.post(thread, line("hello", caveat="(may stand twice)"), "k1")
        await side.workplace.post(thread, Post(("said",), "said", caveat="(may stand twice)"), "k2")
        first, second = side.replies(thread)
        assert "(may stand twice)" in first.author + first.words
        assert first.words.endswith("hello")
        assert second.words.split() == ["(may", "stand", "twice)", "said"]

    # what comes back

    async def test_a_button_comes_back_as_its_verb_with_its_value(self, side: WireSide, thread: ThreadRef) -> None:
        needs(side, "buttons")
        (root,) = side.roots()
        pressed = await side.press(side.people.member, root, thread, "Close")
        assert (pressed.verb, pressed.value) == ("close", "v2")
        assert (pressed.workplace, pressed.channel, pressed.thread, pressed.author) == (
            side.workplace.name, side.channel, thread.root, side.people.member,
        )  # fmt: skip

    async def test_two_buttons_of_one_verb_are_told_apart(self, side: WireSide, thread: ThreadRef) -> None:
        needs(side, "buttons")
        buttons = (Button("send", "Send", "m1"), Button("send", "Send both", "m1 & <m2>"), Button("join", "Join", "m1"))
        await side.workplace.post(thread, Post(("not shown",), "not shown", buttons=buttons), "k1")
        (seen,) = side.replies(thread)
        assert seen.buttons == ("Send", "Send both", "Join")
        came = [await side.press(side.people.member, seen, thread, label) for label in seen.buttons]
        assert [(one.verb, one.value) for one in came] == [("send", "m1"), ("send", "m1 & <m2>"), ("join", "m1")]
        assert all(one.thread == thread.root for one in came)
        assert len({one.key for one in came}) == 3


def _acts(seen: Seen) -> list[str]:
    """What in a post does more than stand there; a link may lead where it says."""
    found = [f"calls {ref}" for ref in seen.calls] + ["a picture"] * seen.pictures
    return found + [f"{shown!r} leads to {url!r}" for url, shown in seen.links if url.rstrip("/") != shown.rstrip("/")]


def _even(words: str) -> str:
    return "".join(mark for mark in "".join(words.split()) if mark not in UNREAL)
