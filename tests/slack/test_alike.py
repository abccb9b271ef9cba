"""Who writes on a website cannot pass for a colleague, for the app, or for Slack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.playground.workspace import ANNA, SUPPORT
from adapters.slack import alike, inert, render
from bridge.ports import Card, Post, ThreadRef

AGENTS = ("Anna Virtanen", "Mikael", "Oğuz", "Нина")
LIKE_OURS = [
    "Silta", "silta", "SILTA", " Silta ", "Silta Support", "S\u0456lta", "\u0405ilta", "SiIta", "S1lta", "Si|ta",
    "\uff33\uff49\uff4c\uff54\uff41", "\U0001d412\U0001d422\U0001d425\U0001d42d\U0001d41a", "Sil\u200dta",
    "Si\u00adlta", "S\u200bilta", "Silta\u202c", "S\u0301ilta", "Slackbot", "Sla\u0441kbot", "slackb0t",
    "S.i.l.t.a", "Silta\u3164", "Sil\ufe0fta", "5ilta", "\u24c8\u24d8\u24db\u24e3\u24d0",
]  # fmt: skip
LIKE_AGENTS = [
    "Anna Virtanen", "anna  virtanen", "\u0410nna Virtanen", "Anna\u00a0Virtanen", "AnnaVirtanen",
    "Anna V\u0131rtanen", "\u00c1nna Virtanen", "Anna Vir\u200btanen", "Mikae\u217c", "\u039cikael", "\u041cikael",
    "Mikae1", "Oguz", "\u041d\u0438\u043d\u0430",
]  # fmt: skip
OTHERS = [
    "Visitor K7Q2",
    "Anna",
    "Anna V",
    "Siltala",
    "Basilta",
    "Mika",
    "Matti",
    "Kävijä 8XW3",
    "李",
    "?",
    "👨‍👩‍👧",
    "Ann",
]


def borrowed(name):
    taken = alike.Taken()
    for agent in AGENTS:
        taken.keep(agent, agent)
    return taken.is_borrowed(inert.person_name(name))


@pytest.mark.parametrize("name", [*LIKE_OURS, *LIKE_AGENTS])
def test_a_name_that_looks_like_ours_or_a_colleagues_is_told(name):
    assert borrowed(name)


def test_what_would_turn_a_name_around_is_gone_and_with_it_the_likeness():
    assert inert.person_name("\u202eatliS") == "atliS"
    assert not borrowed("\u202eatliS")


@pytest.mark.parametrize("name", OTHERS)
def test_another_name_is_left_as_it_is(name):
    assert not borrowed(name)


def test_what_is_marked_is_nobodys_name_any_more():
    for name in (*LIKE_OURS, *LIKE_AGENTS, "Silta" * 20):
        shown = alike.marked(inert.person_name(name))
        assert shown.startswith(f"{alike.MARK} ")
        assert len(shown) <= 80


@given(st.text(max_size=120) | st.sampled_from([*LIKE_OURS, *LIKE_AGENTS]))
def test_no_name_breaks_the_comparison(name):
    shown = render.author(Post(("x",), "x", author=name or "x"))
    taken = alike.Taken()
    taken.keep("U1", shown)
    assert taken.is_borrowed(shown) is bool(alike.skeleton(shown))


@pytest.fixture
async def thread(workplace):
    card = Card("Visitor 1", "hello", (), ("hello",), "Waiting", "", ())
    return ThreadRef(SUPPORT, (await workplace.open_thread(SUPPORT, card, "root")).ref)


async def shown_as(slack, workplace, thread, name):
    await workplace.post(thread, Post(("x",), "x", author=name), f"k-{name}")
    return slack.thread(SUPPORT, thread.root)[-1]["username"]


async def test_a_visitor_who_calls_themselves_an_agent_is_marked_once_we_know_the_agent(slack, workplace, thread):
    assert await shown_as(slack, workplace, thread, "Аnna") == "Аnna"  # noqa: RUF001
    await workplace.person(ANNA)
    assert await shown_as(slack, workplace, thread, "Аnna") == "👤 Аnna"  # noqa: RUF001
    assert await shown_as(slack, workplace, thread, "Hanna") == "Hanna"


async def test_a_visitor_who_calls_themselves_the_app_is_marked(slack, workplace, thread):
    await workplace.ping()
    own = (await workplace.identity()).name
    for name in (own, own.upper(), f"{own} \u2060", "S\u0456lta"):
        assert (await shown_as(slack, workplace, thread, name)).startswith("👤 ")


async def test_a_new_name_of_an_agent_is_theirs_and_the_old_one_is_free(slack, workplace, thread):
    await workplace.person(ANNA)
    await slack.change_person(ANNA, display_name="Ida")
    await workplace.person(ANNA)
    assert await shown_as(slack, workplace, thread, "Ida") == "👤 Ida"
    assert await shown_as(slack, workplace, thread, "Anna") == "Anna"


def test_the_names_kept_are_bounded_and_the_latest(monkeypatch):
    monkeypatch.setattr(alike, "KEPT", 2)
    taken = alike.Taken()
    for ref, name in (("U1", "Anna"), ("U2", "Mikael"), ("U1", "Ida"), ("U3", "Sara")):
        taken.keep(ref, name)
    assert [taken.is_borrowed(name) for name in ("Anna", "Mikael", "Ida", "Sara")] == [False, False, True, True]
