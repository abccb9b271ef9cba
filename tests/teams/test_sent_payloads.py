"""All that the product can say in a thread, in each language and with the longest words: taken by Teams as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.playground.teams import activities
from adapters.playground.teams.workspace import ANNA, SUPPORT
from adapters.teams.render import LARGEST_TEXT
from bridge import cards
from bridge.ground import HISTORY
from bridge.markup import literal
from bridge.model import AgentId, Kind, Message, Speaker
from bridge.ports import ThreadRef
from bridge.wording import section
from tests.slack.test_sent_payloads import LANGUAGES, errand, message, standings

HEAVY = ("&" * 1_500, "\n" * 1_499 + "x", "😀" * 1_500, "{{" * 750)
LONGEST_CALL = 80 * 1024  # bytes in UTF-16: what the documentation asks to stay below


def refused(teams):
    """What was not taken, and what is larger than it should be."""
    sent = [call for method in ("create", "send", "update") for call in teams.calls(method)]
    assert sent
    return [(call.method, call.status, call.error) for call in sent if call.status >= 400] + [
        (call.method, activities.size(call.body)) for call in sent if activities.size(call.body) > LONGEST_CALL
    ]


async def opened(workplace, language) -> ThreadRef:
    placed = await workplace.open_thread(SUPPORT, cards.card(errand(language)), "root")
    return ThreadRef(SUPPORT, placed.ref)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_card_is_taken(teams, workplace, language):
    for number, one in enumerate(standings(language)):
        card = cards.card(one, "Silta", may_be_second=True)
        placed = await workplace.open_thread(SUPPORT, card, f"k{number}")
        await workplace.edit_card(ThreadRef(SUPPORT, placed.ref), card, f"k{number}")
    assert refused(teams) == []


@pytest.mark.parametrize("words", HEAVY, ids=range(len(HEAVY)))
async def test_a_card_with_the_heaviest_first_words_is_taken(teams, workplace, words):
    one = replace(errand("de"), messages=(message(0, words),))
    await workplace.open_thread(SUPPORT, cards.card(one, "Silta", may_be_second=True), "k")
    assert refused(teams) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_notice_and_line_is_taken(teams, workplace, language):
    thread = await opened(workplace, language)
    notices = [name for name in section(language, "thread") if name not in ("history", "team")]
    posts = [cards.post(errand(language, Kind.NOTICE, name)) for name in notices]
    lines = errand(language, Kind.POST)
    posts.append(replace(cards.post(replace(lines, messages=(message(1, "x" * 10_000),))), caveat=cards.caveat(lines)))
    talk = tuple(message(number, "word " * 300, Speaker.AGENT) for number in range(20))
    posts.append(cards.post(replace(errand(language, Kind.NOTICE, HISTORY), messages=talk)))
    for number, post in enumerate(posts):
        await workplace.post(thread, post, f"n{number}")
    assert refused(teams) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_hint_and_its_buttons_are_taken(teams, workplace, language):
    """Nobody can be told something alone: a hint is a notice that calls the agent by name."""
    thread = await opened(workplace, language)
    hints = [name for name in section(language, "hint") if not name.endswith("_button")]
    for number, name in enumerate(hints):
        post = replace(cards.hint(errand(language, Kind.TELL, name)), mentions=(ANNA,))
        await workplace.post(thread, post, f"h{number}")
    assert refused(teams) == []
    told = [one for one in teams.thread(SUPPORT, thread.root) if one["mentions"] == [ANNA]]
    assert len(told) == len(hints)


@pytest.mark.parametrize("text", ["&" * 8_000, "\n" * 8_000 + "x", "𝕳" * 8_000], ids=["marks", "lines", "astral"])  # noqa: RUF001
async def test_the_heaviest_history_is_taken_in_parts(teams, workplace, text):
    thread = await opened(workplace, "fi")
    talk = tuple(Message(one.id, one.conversation, one.speaker, literal(text[:2_500]), one.at)
                 for one in (message(number, "x") for number in range(3)))  # fmt: skip
    await workplace.post(thread, cards.post(replace(errand("fi", Kind.NOTICE, HISTORY), messages=talk)), "k")
    assert refused(teams) == []
    for call in teams.calls("send"):
        assert len(call.body["text"].encode("utf-16-le")) <= LARGEST_TEXT + 300


async def test_an_escalation_calls_one_person_and_one_that_goes_to_all_is_loud(teams, workplace):
    thread = await opened(workplace, "en")
    told = errand("en", Kind.NOTICE, "escalated")
    to = replace(told, delivery=replace(told.delivery, escalates=1, to=AgentId(ANNA)))
    await workplace.post(thread, cards.post(to), "k1")
    everybody = replace(told, delivery=replace(told.delivery, escalates=1, to=""))
    await workplace.post(thread, cards.post(everybody), "k2")
    _, first, second = teams.thread(SUPPORT, thread.root)
    assert (first["mentions"], first["notifies"]) == ([ANNA], False)
    assert (second["mentions"], second["notifies"]) == ([], True)
    assert refused(teams) == []


async def test_a_long_line_goes_on_where_it_stopped(teams, workplace):
    """What stands of it is not posted again while we live."""
    thread = await opened(workplace, "en")
    post = cards.post(replace(errand("en", Kind.POST), messages=(message(1, "&" * 10_000),)))
    teams.fail("send", "conflict")
    with pytest.raises(Exception, match="conflict"):
        await workplace.post(thread, post, "k")
    teams.stage.faults.waiting["send"] = []
    await workplace.post(thread, post, "k")
    shown = [one["text"].split("\n", 1)[1] for one in teams.thread(SUPPORT, thread.root)[1:]]
    assert "".join(shown) == "&" * 10_000


async def test_each_part_of_a_long_line_is_taken_away(teams, workplace):
    thread = await opened(workplace, "en")
    placed = await workplace.post(
        thread, cards.post(replace(errand("en", Kind.POST), messages=(message(1, "&" * 10_000),))), "k"
    )
    assert "+" in placed.ref
    for _ in range(2):  # what is gone already is success
        await workplace.delete(SUPPORT, placed.ref)
    assert [one["deleted"] for one in teams.thread(SUPPORT, thread.root)] == [False] + [True] * 5
