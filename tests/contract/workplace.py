"""The sentences of `Workplace`, held against whoever claims to be one. Skipped is only what is not claimed."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bridge.errors import ROOT_GONE, Rejected, Unknown, Unreachable
from bridge.markup import literal
from bridge.model import Standing
from bridge.ports import ThreadRef
from tests.contract.side import CARD, CLOSED, LONG_AGO, NOTICE, Side, can, do, line, needs, spoil

WRITES = ("open_thread", "post", "edit_card", "tell", "mark")
PLACED = ("open_thread", "post")
LOST = ("cut_before", "error_before")
DOUBTFUL = ("cut_after", "error_after", "unreadable", "truncated")


class WorkplaceContract:
    """A subclass gives the fixture `side`."""

    @pytest.fixture
    async def thread(self, side: Side) -> ThreadRef:
        """A card that stands."""
        placed = await side.workplace.open_thread(side.channel, CARD, "root")
        await side.settle()
        return ThreadRef(side.channel, placed.ref)

    # what stands there

    async def test_a_card_stands_in_its_channel(self, side: Side) -> None:
        placed = await side.workplace.open_thread(side.channel, CARD, "root")
        (root,) = side.roots()
        assert root.ref == placed.ref
        for words in ("Visitor 1", "Page", "Shoes", "is anybody there?", "Waiting", "Reply in the thread"):
            assert words in root.words
        assert root.buttons == ("Claim", "Close")

    async def test_a_line_stands_in_its_thread_under_the_visitors_name(self, side: Side, thread: ThreadRef) -> None:
        placed = await side.workplace.post(thread, line("hello"), "k1")
        (seen,) = side.replies(thread)
        assert (seen.ref, seen.words) == (placed.ref, "hello")
        assert "Matti" in seen.author
        assert len(side.roots()) == 1

    async def test_a_line_of_the_products_own_has_no_visitors_name(self, side: Side, thread: ThreadRef) -> None:
        await side.workplace.post(thread, NOTICE, "k1")
        (seen,) = side.replies(thread)
        assert (seen.words, seen.author) == ("it happened", "")

    async def test_without_a_root_a_line_stands_in_the_channel_itself(self, side: Side) -> None:
        placed = await side.workplace.post(ThreadRef(side.channel, ""), NOTICE, "k1")
        (root,) = side.roots()
        assert (root.ref, root.words) == (placed.ref, "it happened")

    async def test_orders_compare_as_the_places_do(self, side: Side, thread: ThreadRef) -> None:
        orders = [(await side.workplace.post(thread, line(f"line {n}"), f"k{n}")).order for n in range(12)]
        assert orders == sorted(set(orders))
        assert (await side.say(side.people.member, thread, "later")).order > orders[-1]

    async def test_a_text_as_long_as_is_allowed_stands_whole_and_in_order(self, side: Side, thread: ThreadRef) -> None:
        words = [f"word{number}" for number in range(side.workplace.capabilities.max_text // 9)]
        text = " ".join(words)
        assert len(text) <= side.workplace.capabilities.max_text
        await side.workplace.post(thread, line(text), "k1")
        assert re.findall(r"word\d+", " ".join(seen.words for seen in side.replies(thread))) == words

    async def test_a_quote_as_long_as_is_allowed_stands_whole(self, side: Side) -> None:
        words = " ".join(f"word{number}" for number in range(side.workplace.capabilities.max_card // 9))
        await side.workplace.open_thread(side.channel, replace(CARD, quote=literal(words)), "root")
        assert words in side.roots()[0].words

    async def test_a_card_is_edited_in_place_and_twice_is_harmless(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "edits")
        await side.workplace.edit_card(thread, CLOSED, "root")
        await side.workplace.edit_card(thread, CLOSED, "root")
        (root,) = side.roots()
        assert root.ref == thread.root
        assert "Closed now" in root.words
        assert root.buttons == ()

    async def test_a_post_is_taken_away_whole_and_twice_is_harmless(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "deletes")
        kept = await side.workplace.post(thread, line("this stays"), "k1")
        gone = await side.workplace.post(thread, line("long " * 2_000), "k2")
        await side.workplace.delete(side.channel, gone.ref)
        await side.workplace.delete(side.channel, gone.ref)
        assert [seen.ref for seen in side.replies(thread)] == [kept.ref]

    async def test_only_the_agent_is_told_and_twice_is_harmless(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "private_answers")
        await side.workplace.tell(thread, side.people.member, NOTICE)
        await side.workplace.tell(ThreadRef(side.channel, ""), side.people.member, NOTICE)
        assert side.told(side.people.member) == ["it happened"] * 2
        assert side.told(side.people.guest) == []
        assert side.replies(thread) == []

    async def test_a_receipt_takes_the_place_of_the_one_before(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "receipts")
        said = await side.say(side.people.member, thread, "a remark")
        await side.workplace.mark(side.channel, said.ref, "internal", "")
        await side.workplace.mark(side.channel, said.ref, "shown", "internal")
        await side.workplace.mark(side.channel, said.ref, "shown", "internal")
        assert side.marks(said.ref) == ("shown",)

    async def test_what_must_be_called_out_is_known_without_asking(self, side: Side) -> None:
        assert isinstance(side.workplace.call_sign(side.channel), str)
        assert isinstance(side.workplace.call_sign("nowhere"), str)

    # how calls end

    @pytest.mark.parametrize("kind", [*LOST, *DOUBTFUL])
    @pytest.mark.parametrize("method", WRITES)
    async def test_a_write_without_a_clear_end_is_in_doubt(
        self, side: Side, thread: ThreadRef, method: str, kind: str
    ) -> None:
        can(side, method)
        before = side.calls(method)
        most = spoil(side, method, kind)
        with pytest.raises(Unknown):
            await do(side, side.workplace, method, thread)
        assert 1 <= side.calls(method) - before <= most

    @pytest.mark.parametrize("method", PLACED)
    async def test_an_answer_that_names_no_real_place_is_no_answer(
        self, side: Side, thread: ThreadRef, method: str
    ) -> None:
        side.fail(method, "wrong_place")
        with pytest.raises(Unknown):
            await do(side, side.workplace, method, thread)

    @pytest.mark.parametrize(("kinds", "count"), [(LOST, 0), (DOUBTFUL, 1)])
    async def test_a_doubtful_line_was_posted_once_at_most(
        self, side: Side, thread: ThreadRef, kinds: tuple[str, ...], count: int
    ) -> None:
        for kind in kinds:
            side.fail("post", kind)
            with pytest.raises(Unknown):
                await side.workplace.post(thread, line(kind), kind)
        assert [seen.words for seen in side.replies(thread)] == list(kinds) * count

    @pytest.mark.parametrize("method", WRITES)
    async def test_a_write_ends_in_doubt_when_its_time_is_over(
        self, side: Side, thread: ThreadRef, method: str
    ) -> None:
        can(side, method)
        impatient = await side.impatient()
        before = side.calls(method)
        side.fail(method, "slow", seconds=1.5)
        began = time.monotonic()
        with pytest.raises(Unknown):
            await do(side, impatient, method, thread)
        assert time.monotonic() - began < 1.3
        assert side.calls(method) - before <= 1  # some write a call down only when they have answered it

    @pytest.mark.parametrize("method", WRITES)
    async def test_who_is_asked_to_slow_down_is_told_for_how_long(
        self, side: Side, thread: ThreadRef, method: str
    ) -> None:
        can(side, method)
        before = side.calls(method)
        side.fail(method, "limited", seconds=7)
        with pytest.raises(Unreachable) as raised:
            await do(side, side.workplace, method, thread)
        assert raised.value.limited
        assert raised.value.wait is not None
        assert 7 <= raised.value.wait <= 8
        assert side.calls(method) == before + 1

    @pytest.mark.parametrize("method", ["post", "edit_card"])
    async def test_a_thread_that_is_no_more_is_named_so(self, side: Side, thread: ThreadRef, method: str) -> None:
        can(side, method)
        side.take_away(thread)
        with pytest.raises(Rejected) as raised:
            await do(side, side.workplace, method, thread)
        assert raised.value.cause == ROOT_GONE

    # reading back

    async def test_a_post_is_found_by_its_key_alone(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "read_back")
        began = datetime.now(UTC)
        placed = [await side.workplace.post(thread, line("the same words"), key) for key in ("k1", "k2", "k1")]
        await side.settle()
        assert await side.workplace.find(thread, "k1", began) == (placed[0], placed[2])
        assert await side.workplace.find(thread, "k3", began) == ()
        assert await side.workplace.find(ThreadRef(side.channel, ""), "k1", began) == ()

    async def test_a_root_is_found_in_the_channel(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "read_back")
        found = await side.workplace.find(ThreadRef(side.channel, ""), "root", datetime.now(UTC))
        assert [placed.ref for placed in found] == [thread.root]

    async def test_a_thread_is_read_whole(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "read_back")
        await side.workplace.post(thread, line("ours"), "k1")
        said = [await side.say(side.people.member, thread, words) for words in ("one", "two")]
        found = await side.workplace.replies(thread)
        assert found is not None
        assert [(heard.ref, heard.order, heard.author) for heard in found] == [
            (placed.ref, placed.order, side.people.member) for placed in said
        ]

    async def test_a_thread_without_a_root_cannot_be_read(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "read_back")
        side.take_away(thread)
        assert await side.workplace.replies(thread) is None

    async def test_threads_with_news_are_told_with_their_latest(self, side: Side, thread: ThreadRef) -> None:
        needs(side, "read_back")
        quiet = await side.workplace.open_thread(side.channel, CARD, "other")
        await side.say(side.people.member, thread, "one")
        last = await side.say(side.people.member, thread, "two")
        found = await side.workplace.changed_threads(side.channel, LONG_AGO)
        assert found[thread.root] == last.order
        assert quiet.ref not in found

    # people and health

    async def test_a_persons_standing_and_name_are_told(self, side: Side) -> None:
        people = side.people
        for ref, standing in (
            (people.member, Standing.MEMBER),
            (people.guest, Standing.GUEST),
            (people.outsider, Standing.OUTSIDER),
        ):
            person = await side.workplace.person(ref)
            assert (person.ref, person.standing) == (ref, standing)
            assert person.name

    async def test_a_healthy_workplace_says_so(self, side: Side) -> None:
        await side.workplace.ping()
        assert await side.workplace.channel_fault(side.channel) == ""
