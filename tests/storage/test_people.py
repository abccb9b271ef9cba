"""One person in two workplaces is one agent, from whenever that is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.configuration import ChannelEntry, Configuration, PersonEntry, SiteEntry
from bridge.managers import ManagerDesk, channel_at
from bridge.model import Agent, Person, Standing, Status
from bridge.schedules import Schedule, SitePolicy
from tests.storage.town import CHANNEL, WORKS, Town

OTHER = "elsewhere"
ANNA = PersonEntry("anna", ((OTHER, "object-1"), (WORKS, "anna")))


async def meet(town: Town, workplace: str, ref: str, email: str = "", standing: Standing = Standing.MEMBER) -> Agent:
    person = Person(ref, f"{ref} of {workplace}", standing, email=email)
    moment = town.clock.moment()
    return await town.store.turn(lambda tx: tx.put_agent(person, workplace, moment.id("agent"), moment.now))


async def link(town: Town, *people: PersonEntry) -> None:
    entry = ChannelEntry("near", channel_at(WORKS, CHANNEL), Schedule())
    configuration = Configuration((SiteEntry(town.site, SitePolicy()),), (entry,), people)
    desk = ManagerDesk(town.store, town.clock)
    await desk.apply(configuration)
    assert (await desk.configuration()).people == people


async def test_a_configured_person_is_one_agent_with_two_refs(town: Town) -> None:
    await link(town, ANNA)
    first = await meet(town, WORKS, "anna")
    second = await meet(town, OTHER, "object-1")
    named = replace(first, workplace=OTHER, ref="object-1", name="object-1 of elsewhere", fresh_at=second.fresh_at)
    assert second == named
    assert (await meet(town, WORKS, "anna")).id == first.id
    assert (await meet(town, WORKS, "mikael")).id != first.id
    shown = await town.store.read(lambda tx: tx.agent_of(first.id))
    assert shown.name == "anna of works"


@pytest.mark.parametrize("case", ["alike", "guest", "two", "none"])
async def test_the_verified_address_links_members(town: Town, case: str) -> None:
    one = await meet(town, WORKS, "anna", "" if case == "none" else "Anna@Shop.example")
    if case == "two":
        await meet(town, WORKS, "anna2", "anna@shop.example")
    standing = Standing.GUEST if case == "guest" else Standing.MEMBER
    other = await meet(town, OTHER, "object-1", "" if case == "none" else " anna@shop.EXAMPLE", standing)
    assert (one.id == other.id) == (case == "alike")


async def test_the_configuration_wins_over_the_address(town: Town) -> None:
    await link(town, ANNA)
    anna = await meet(town, WORKS, "anna", "shared@shop.example")
    ben = await meet(town, OTHER, "object-2", "shared@shop.example")
    assert anna.id != ben.id
    assert (await meet(town, OTHER, "object-1", "else@shop.example")).id == anna.id


async def test_an_address_that_changes_unlinks(town: Town) -> None:
    one = await meet(town, WORKS, "anna", "anna@shop.example")
    assert (await meet(town, OTHER, "object-1", "anna@shop.example")).id == one.id
    await meet(town, WORKS, "anna", "married@shop.example")
    other = await town.store.read(lambda tx: tx.agent(OTHER, "object-1"))
    assert other is not None
    assert other.id != one.id


async def test_linking_later_hands_everything_over(town: Town, witness) -> None:
    """What anna claimed, joined and said is the first one's: here that of the other workplace, listed before."""
    first = await meet(town, OTHER, "object-1")
    visitor, root = await town.thread()
    await town.answers(root, "hello from anna", author="anna")
    _, second_root = await town.thread("another")
    await town.answers(second_root, "mine", author="mikael")
    await town.answers(second_root, "may I?", author="anna")
    held = witness.one("SELECT id FROM message WHERE held <> ''")
    await town.presses(second_root, "join", "anna", value=held)
    anna = await town.store.read(lambda tx: tx.agent(WORKS, "anna"))
    assert anna is not None
    assert anna.id != first.id
    await link(town, ANNA)
    for query in (
        "SELECT count(*) FROM conversation WHERE claimant = '{}'",
        "SELECT count(*) FROM conversation WHERE joined LIKE '%{}%'",
        "SELECT count(*) FROM message WHERE agent_id = '{}'",
    ):
        assert witness.number(query.format(anna.id)) == 0
        assert witness.number(query.format(first.id)) > 0
    seen = await town.sees(visitor)
    assert seen.claimant is not None
    assert seen.claimant.id == first.id
    await town.answers(root, "and more", author="anna")
    await town.answers(second_root, "still joined", author="anna")
    assert (await town.texts(visitor))[-1] == "and more"
    assert (
        witness.number("SELECT count(*) FROM message WHERE body LIKE '%still joined%' AND visibility = 'public'") == 1
    )


async def test_unlinking_is_for_what_comes_after(town: Town, witness) -> None:
    await link(town, ANNA)
    first = await meet(town, OTHER, "object-1")
    visitor, root = await town.thread()
    await town.answers(root, "hello", author="anna")
    await link(town)
    anna = await town.store.read(lambda tx: tx.agent(WORKS, "anna"))
    assert anna is not None
    assert anna.id != first.id
    assert witness.one("SELECT claimant FROM conversation") == first.id
    await town.answers(root, "no longer mine", author="anna")
    assert (await town.texts(visitor))[-1] == "hello"
    assert (await town.sees(visitor)).conversation.status is Status.CLAIMED  # type: ignore[union-attr]


async def test_who_is_linked_in_the_turn_of_their_own_answer_keeps_their_claim(town: Town) -> None:
    """The conversation was read and locked before the two were known to be one."""
    await meet(town, OTHER, "object-1", "anna@shop.example")
    visitor, root = await town.thread()
    await town.answers(root, "mine", author="anna")
    await town.store.turn(lambda tx: _answer_linked(tx, town, root))
    await town.answers(root, "still mine", author="anna")
    assert (await town.texts(visitor))[-1] == "still mine"


def _answer_linked(tx, town: Town, root: str) -> None:
    thread = tx.thread_at(WORKS, CHANNEL, root)
    before = tx.lock_conversation(thread.conversation)
    person = Person("anna", "Anna", Standing.MEMBER, email="anna@shop.example")
    agent = tx.put_agent(person, WORKS, "unused", town.clock.now())
    assert before.claimant != agent.id
    assert tx.lock_conversation(thread.conversation).claimant == agent.id
