"""docs/teams.md is held against the program: each hole has its test, and each number is the one that is used."""

from __future__ import annotations

import re

import pytest

from adapters.teams import door, keys, proof, render, tokens
from adapters.teams.setup import CLOUDS
from bridge import sparing
from tests.house.tree import ROOT

PAGE = (ROOT / "docs/teams.md").read_text(encoding="utf-8")
CELLS = re.compile(r"(?<!\\)\|")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading."""
    below = PAGE.partition(f"\n## {heading}\n")[2]
    rows = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert rows, heading
    return [[cell.strip() for cell in CELLS.split(row)[1:-1]] for row in rows[0].splitlines()[2:]]


def untested(rows: list[list[str]]) -> list[str]:
    """Holes without a way in which they are closed, or without a test that is there."""
    found = []
    for number, _, closed, tests in rows:
        named = re.findall(r"`(tests/teams/\w+\.py):(test_\w+)`", tests)
        are_there = all(f"def {name}(" in (ROOT / file).read_text(encoding="utf-8") for file, name in named)
        if not closed or not named or not are_there:
            found.append(number)
    return found


def test_each_hole_is_closed_and_tested():
    rows = table("What is used of the SDK")
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert len(rows) >= 13
    assert untested(rows) == []


def test_a_hole_without_a_test_would_be_found():
    assert untested([["1", "x", "y", "`tests/teams/test_page.py:test_nothing`"], ["2", "x", "y", ""]]) == ["1", "2"]


def test_the_clouds_are_those_of_the_program():
    listed = {name.strip("`"): (issuer.strip("`"), hosts) for name, issuer, hosts in table("Clouds")}
    assert listed == {
        name: (cloud.issuer, ", ".join(f"`{host}`" for host in cloud.hosts)) for name, cloud in CLOUDS.items()
    }


def test_the_pace_is_that_of_the_program():
    rows = {row[0]: row[2] for row in table("Limits and pace")}
    short, long, all_posts = render.CAPABILITIES.posting
    sending = rows["sending and creating in one conversation"]
    assert (
        sending
        == f"{short.rate} a second after a burst of {short.burst:.0f}, {long.rate} a second after {long.burst:.0f}"
    )
    edits, removals = render.CAPABILITIES.editing[-1], render.CAPABILITIES.deleting[-1]
    together = rows["everything together in one tenant"]
    assert (
        together
        == f"{all_posts.rate:.0f} posts, {edits.rate:.0f} changes of cards, {removals.rate:.0f} removals a second"
    )
    assert rows["size of a message"].startswith(f"{render.LARGEST_TEXT:,} bytes")
    assert rows["lines of a card"].startswith(f"{render.ROWS} rows")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (proof.LEEWAY, "five minutes"),
        (keys.PAUSE, "every two seconds"),
        (keys.FETCH, "five seconds"),
        (tokens.EARLY, "ten minutes ahead"),
        (door.READING, "1 MB, five seconds"),
        (sparing.MOST, "at most thirty a minute"),
    ],
)
def test_a_number_in_words_is_on_the_page(value, words):
    numbers = {"two": 2, "five": 5, "ten": 10, "thirty": 30}
    units = {"minutes": 60}
    said = next(number for word, number in numbers.items() if word in words)
    unit = next((seconds for word, seconds in units.items() if word in words), 1)
    assert value == said * unit
    assert words in PAGE


def test_what_teams_cannot_do_is_not_among_the_capabilities():
    can = render.CAPABILITIES
    assert (can.private_answers, can.receipts, can.read_back, can.author_names) == (False, False, False, False)
    missing = " ".join(row[0] for row in table("What Teams cannot do and what happens instead"))
    for word in ("one person", "reactions", "reading back", "missed", "history", "pictures", "files"):
        assert word in missing
