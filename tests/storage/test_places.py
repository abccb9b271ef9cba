"""Any history of changes, read with any cursors, ends at the same whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import markup
from bridge.model import Message, Visibility
from storage.opening import open_store
from storage.signals import LocalSignals
from tests.storage.town import Town

ORDERS = st.integers(min_value=1, max_value=6).map(lambda number: f"{number:03d}")
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.just("")),
        st.tuples(st.just("answer"), ORDERS),
        st.tuples(st.just("remove"), ORDERS),
        st.tuples(st.just("edit"), ORDERS),
        st.tuples(st.just("note"), ORDERS),
        st.tuples(st.just("carry"), st.just("")),
        st.tuples(st.just("look"), st.just("")),
    ),
    max_size=14,
)


class Reader:
    """A client: holds what it was shown, and its cursor."""

    def __init__(self, cursor: str | None, shown: dict[str, Message]) -> None:
        self.cursor = cursor
        self.shown = dict(shown)

    async def look(self, town: Town, visitor) -> None:
        seen = await town.sees(visitor, self.cursor)
        if seen.reset:
            self.shown.clear()
        for message, _, _ in seen.messages:
            self.shown[message.id] = message
        self.cursor = seen.upto


class Story:
    """A conversation to which things happen, and readers that looked at different times."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.readers = [Reader(None, {})]

    async def run(self, events) -> None:
        await self.town.carry()  # what the example before has left
        self.visitor, self.root = await self.town.thread()
        for number, (what, order) in enumerate(events):
            await getattr(self, what)(order, f"{what} {number}")
        for reader in self.readers:
            await reader.look(self.town, self.visitor)

    async def say(self, _order, text):
        await self.town.says(self.visitor, text)

    async def answer(self, order, text):
        await self.town.answers(self.root, text, ref=f"r{order}", order=order)

    async def note(self, order, text):
        await self.town.answers(self.root, f";; {text}", ref=f"n{order}", order=order)

    async def remove(self, order, _text):
        await self.town.removes(self.root, f"r{order}")

    async def edit(self, order, text):
        heard = self.town.heard(self.root, text, ref=f"r{order}", order=order, changed=text.split()[1].zfill(4))
        await self.town.agents.edited(heard)

    async def carry(self, _order, _text):
        await self.town.carry()

    async def look(self, _order, _text):
        """The first reader looks, and a copy of it stays behind with what it knows now."""
        await self.readers[0].look(self.town, self.visitor)
        self.readers.append(Reader(self.readers[0].cursor, self.readers[0].shown))


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One loop for all examples, which share a store."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def town(loop, tmp_path_factory) -> Iterator[Town]:
    store = loop.run(open_store(tmp_path_factory.mktemp("places") / "silta.db", LocalSignals()))
    yield loop.run(Town(store).found())
    loop.run(store.close())


@settings(max_examples=150, deadline=None)
@given(events=EVENTS)
def test_every_reader_converges_to_the_whole(loop, town, events):
    loop.run(_converges(town, events))


async def _converges(town: Town, events) -> None:
    story = Story(town)
    await story.run(events)
    whole = await town.sees(story.visitor)
    _holds(whole.messages)
    expected = {message.id: message for message, _, _ in whole.messages}
    for reader in story.readers:
        assert reader.shown == expected
        assert reader.cursor == whole.upto


def _holds(messages) -> None:
    """What is true of every history that a visitor is shown."""
    shown = [message for message, _, _ in messages]
    assert {message.visibility for message in shown} == {Visibility.PUBLIC}
    assert not any(markup.plain(message.body).startswith(";;") for message in shown)
    orders = [message.order for message in shown if message.order]
    assert orders == sorted(orders), "agents' messages stand in the outside's order"
    said = [message for message in shown if message.visitor]
    assert [message.at for message in said] == sorted(message.at for message in said)
    changes = [message.change for message in shown]
    assert 0 not in changes
    assert len(set(changes)) == len(changes)
