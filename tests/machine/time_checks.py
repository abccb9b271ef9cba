"""What must hold of time, mails and forgetting: invariants by their numbers; tests.machine.checks has the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bridge.model import ThreadState
from bridge.wording import say
from storage import schedules
from tests.machine.outside import Outside, Stored
from tests.machine.seasons import TEAM, is_open_at, level_by
from tests.machine.time_tally import NEVER
from tests.machine.time_town import TimeTown
from tests.machine.virtual import aware

A_DAY_EACH = 10  # transcripts to one address
AT_MOST = 2  # arrivals of one mail, however often nobody knew


def meanwhile(town: TimeTown) -> None:
    """What must hold at every moment."""
    assert town.wrong == [], town.wrong
    assert town.records.faults == [], town.records.faults
    assert [what for what in NEVER if town.reached()[what]] == []


def check(town: TimeTown) -> None:
    """What must hold when everything has settled."""
    meanwhile(town)
    for rule in (
        nobody_was_called_outside_hours,
        calls_that_stand_are_known,
        left_threads_say_so,
        one_root_in_a_spell,
        one_transcript_for_a_close,
        mails_are_repeated_for_a_doubt_alone,
        nothing_of_the_forgotten_is_left,
        widgets_know_how_it_stands,
    ):
        rule(town)


WAITING = """SELECT c.id, c.waiting_since, c.level, c.channel_id FROM conversation c WHERE c.status = 'waiting'
             AND EXISTS (SELECT 1 FROM thread t WHERE t.conversation_id = c.id AND t.state = 'active')"""


def levels_have_fired(town: TimeTown, now: datetime) -> None:
    """I7: whoever waits has been called for as the plan says, no later than by this look and no earlier."""
    second = town.channels()[1].id
    for name, since, level, channel in town.store.rows(WAITING):
        levels = town.ways.plans(second)[channel == second].levels
        began = aware(since)
        due = level_by(town.season, levels, began, now)
        if is_open_at(town.season, now):
            assert level >= due, f"I7: level {due} of {name} is late"
        is_new_plan = town.planned_at is not None and town.planned_at >= began
        early = level_by(town.season, levels, began, max(now, town.latest))
        assert is_new_plan or level <= early, f"I7: level {level} of {name} is early"


def nobody_was_called_outside_hours(town: TimeTown) -> None:
    """I7."""
    for key, at in town.store.rows("SELECT key, at FROM call_log"):
        assert is_open_at(town.season, aware(at)), f"I7: {key} outside the hours"


def calls_that_stand_are_known(town: TimeTown) -> None:
    """I7: a call that came after somebody had come was taken back, and each level called once in a spell.

    Where nothing can be read back, one whose caller was never told how it ended may stand.
    """
    states = dict(town.store.rows("SELECT key, state FROM delivery WHERE escalates > 0"))
    for outside in town.outsides.values():
        standing = Counter(post.key for post in outside.posts.values() if post.key in states)
        called_off = {key for key in standing if states[key] != "done"}
        assert called_off <= town.untold(outside), "I7: a call stands that was called off"
        assert max(standing.values(), default=1) == 1 or not outside.capabilities.read_back, "I7"
    once = "SELECT 1 FROM call_log WHERE spell > 0 GROUP BY conversation, spell, number HAVING count(*) > 1"
    assert town.store.rows(once) == [], "I7: a level called twice"


LEFT = """SELECT t.ref FROM thread t WHERE t.state = 'moved' AND t.ref <> '' AND EXISTS (
              SELECT 1 FROM delivery d WHERE d.thread_id = t.id AND d.words IN ('goes_on_there', 'fell_back')
              AND d.state = 'done')"""
SHOULD_SAY_SO = """SELECT f.ref, EXISTS (SELECT 1 FROM delivery n WHERE n.thread_id = f.id
                       AND n.words = 'goes_on_there' AND n.state = 'failed') AS is_refused
                   FROM thread f JOIN conversation c ON c.id = f.conversation_id
                   WHERE f.state = 'moved' AND f.ref <> '' AND EXISTS (
                       SELECT 1 FROM thread s JOIN delivery d ON d.thread_id = s.id
                       WHERE s.conversation_id = c.id AND s.state = 'active' AND d.kind = 'open'
                       AND d.words = 'escalated' AND d.state = 'done')
                   AND NOT EXISTS (SELECT 1 FROM delivery x WHERE x.conversation_id = c.id AND x.words = 'moved')"""


def left_threads_say_so(town: TimeTown) -> None:
    """I11: whoever looks into a thread that was left reads where it goes on."""
    posts = town.posts
    for (root,) in town.store.rows(LEFT):
        if root in posts:
            card = town.card(root)
            assert card.status == say("en", f"card.status_{ThreadState.MOVED}"), "I11: the card says so"
    for root, is_refused in town.store.rows(SHOULD_SAY_SO):
        said = [post.text for post in posts.values() if post.root == root]
        said += [town.card(root).status] if is_refused and root in posts else []  # then the card alone can
        told = ("It goes on in the channel", say("en", f"card.status_{ThreadState.MOVED}"))
        assert root not in posts or any(words in text for text in said for words in told), "I11: nothing says so"


def one_root_in_a_spell(town: TimeTown) -> None:
    """I11: at most one root for a conversation, a channel and a waiting spell, but for those of a deleted one."""
    query = """SELECT ref, conversation_id, channel_id, spell FROM thread WHERE ref <> '' AND id NOT IN (
                   SELECT thread_id FROM delivery WHERE words = 'moved')"""
    places = Counter(tuple(where) for ref, *where in town.store.rows(query) if ref in town.posts)
    assert max(places.values(), default=1) == 1, "I11: two roots in a spell"


def one_transcript_for_a_close(town: TimeTown) -> None:
    """I9: one for each close and address; and what a visitor has asked for."""
    wanted: Counter[tuple[str, str]] = Counter()
    for conversation, _, email, policy in town.store.rows("SELECT conversation, spell, email, policy FROM close_log"):
        transcripts = schedules.load_policy(policy).transcripts
        theirs = email if transcripts.to_visitor else ""
        wanted.update((conversation, address) for address in filter(None, {theirs, transcripts.to_team}))
    wanted.update((conversation, address) for conversation, address, _ in town.asked)
    query = "SELECT conversation_id, to_ref FROM delivery WHERE words = 'transcript'"
    made = Counter((conversation, to) for conversation, to in town.store.rows(query))
    here = {name for (name,) in town.store.rows("SELECT id FROM conversation")}
    full = {to for to, count in Counter(to for _, to in wanted.elements()).items() if count >= A_DAY_EACH} - {TEAM}
    for conversation, to in wanted.keys() | made.keys():
        if conversation in here and to not in full:
            assert made[conversation, to] == wanted[conversation, to], f"I9: {to}"


def mails_are_repeated_for_a_doubt_alone(town: TimeTown) -> None:
    """I9: one Message-ID arrives once, and once more at most for each time nobody knew."""
    doubts = Counter(key for (key,) in town.store.rows("SELECT key FROM doubt_log"))
    for key, letters in town.mailbox.arrived.items():
        assert len(letters) <= min(1 + doubts[key], AT_MOST), f"I9: {len(letters)} times {key}"
    done = "SELECT key FROM delivery WHERE kind = 'mail' AND words = 'transcript' AND state = 'done'"
    assert {key for (key,) in town.store.rows(done)} <= town.mailbox.arrived.keys(), "I9: a mail that never left"


def nothing_of_the_forgotten_is_left(town: TimeTown) -> None:
    """I10: no word of theirs, nor to them, in any table; nothing of ours over there that can be known of."""
    kept = _everything(town)
    known = [post for outside in town.outsides.values() for post in _known(town, outside)]
    for gone in town.gone:
        assert _found(gone.words, kept) == set(), "I10: here"
        posts = [post for post in known if post.ref in gone.roots or post.root in gone.roots]
        said = (post.text for post in known)
        left = (posts, _found(gone.words, said))
        assert gone.is_doubtful or left == ([], set()), f"I10: over there: {left}"


def _known(town: TimeTown, outside: Outside) -> list[Stored]:
    """What can be removed: not what nobody was told of, where nothing can be read back, nor a hint, which is a post
    there and has no word of the visitor's.
    """
    if outside.capabilities.read_back:
        return list(outside.posts.values())
    return [post for post in outside.posts.values() if post.key not in town.untold(outside) and not post.mentions]


def _found(words: Iterable[str], texts: Iterable[str]) -> set[str]:
    whole = set(re.findall(r"[\w.@-]+", "\n".join(texts)))
    return {word for word in words if word in whole}


def _everything(town: TimeTown) -> list[str]:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    rows = [row for (table,) in town.store.rows(tables) for row in town.store.rows(f'SELECT * FROM "{table}"')]  # noqa: S608
    return [value for row in rows for value in row if isinstance(value, str)]


def widgets_know_how_it_stands(town: TimeTown) -> None:
    """I17: what each widget was told last is what holds; who was forgotten was sent away."""
    for client in town.clients:
        if client.visitor not in town.visitors:
            assert client.is_sent_away, "I10: a widget goes on"
            continue
        seen = town.do(town.desk.visible(client.visitor, None))
        if seen.conversation is None:
            continue
        assert client.standing == (seen.conversation.status, seen.conversation.claimant), "I17"
        number = seen.conversation.number
        assert all(client.messages.get(m.id) == m for m, count, _ in seen.messages if count == number), "I17: messages"
