"""Cursors: whatever a client holds, reading on from it ends at the same whole."""

import pytest

from bridge import markup


@pytest.mark.parametrize(
    "cursor",
    [
        "unknown",
        "",
        ".",
        ".1",
        "1",
        "{own}.",
        "{own}.-1",
        "{own}.1e1",
        "{own}. 1",
        "{own}.²",
        "{own}.\u0661",
        "{own}.999",
        "{own}.999999999999999999999999999999",
        "{own}.9223372036854775808",
        "{own}.1.1",
        "{foreign}",
        "\x00",
        "'; --",
        "x" * 10_000,
    ],
)
async def test_a_cursor_that_is_not_ours_gives_the_whole(town, cursor):
    foreign, _ = await town.thread("foreign")
    visitor, root = await town.thread()
    await town.answers(root, "hi")
    full = await town.sees(visitor)
    own = full.upto.rpartition(".")[0]
    filled = cursor.replace("{own}", own).replace("{foreign}", (await town.sees(foreign)).upto)
    seen = await town.sees(visitor, filled)
    assert seen.reset
    assert (seen.messages, seen.upto) == (full.messages, full.upto)


async def test_before_the_first_words_there_is_nothing(town):
    visitor = await town.visitor()
    seen = await town.sees(visitor)
    assert (seen.conversation, seen.messages, seen.upto, seen.reset) == (None, (), "", False)
    assert (await town.sees(visitor, "old.1")).reset


async def test_many_changes_come_in_portions_without_loss(town):
    visitor = await town.visitor()
    cursor = None
    for number in range(210):
        await town.says(visitor, f"{number}")
        cursor = cursor or (await town.sees(visitor)).upto
    got = ["0"]
    for _ in range(3):
        seen = await town.sees(visitor, cursor)
        assert not seen.reset
        got += [markup.plain(said.body) for said, _, _ in seen.messages]
        cursor = seen.upto
    assert got == [f"{number}" for number in range(210)]


async def test_a_long_history_shows_its_newest_part_in_order(town):
    visitor = await town.visitor()
    for number in range(205):
        await town.says(visitor, f"{number}")
    assert await town.texts(visitor) == [f"{number}" for number in range(5, 205)]


async def test_a_cursor_of_the_conversation_before_gives_the_whole(town):
    visitor, root = await town.thread("old")
    old = (await town.sees(visitor)).upto
    await town.presses(root, "close", "anna")
    town.clock.forward(hours=25)
    await town.says(visitor, "new")
    seen = await town.sees(visitor, old)
    assert seen.reset
    assert [number for _, number, _ in seen.messages] == [1, 1, 2]
