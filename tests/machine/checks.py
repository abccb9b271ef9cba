"""What must hold when everything has settled: the invariants of docs/architecture.md, by their numbers."""

from __future__ import annotations

import itertools
from collections import Counter

from bridge import markup
from bridge.repair import LOOKS_BACK
from tests.machine.outside import Stored
from tests.machine.people import Said
from tests.machine.town import Town
from tests.machine.virtual import aware


def check(town: Town) -> None:
    """All of them."""
    for rule in (
        each_line_is_in_its_thread_once_and_in_order,
        repeats_say_so_and_are_counted,
        hints_name_their_agent,
        nothing_is_left_behind,
        answers_are_shown_once_and_in_order,
        nothing_internal_is_shown,
        a_reader_from_any_cursor_ends_with_the_same,
        one_thread_and_one_root,
        edits_and_removals_converge,
        silence_was_kept,
    ):
        rule(town)


def each_line_is_in_its_thread_once_and_in_order(town: Town) -> None:
    """I1, I2, I4, I6: what was acknowledged stands in its conversation's thread, once, whole, in that order.

    A thread that took the place of a deleted one repeats what was said in a history, and the first words in its card.
    """
    for visitor in town.visitors:
        known: list[str] = []
        for (conversation,) in town.store.rows(CONVERSATIONS, visitor):
            words = [markup.plain(markup.loads(body)) for (body,) in town.store.rows(WORDS, conversation)]
            _check_thread(town, conversation, words)
            known += words
        assert known == town.acknowledged[visitor], "I5"


CONVERSATIONS = "SELECT id FROM conversation WHERE visitor_id = ? ORDER BY number"
WORDS = "SELECT body FROM message WHERE conversation_id = ? AND speaker = 'visitor' ORDER BY place"
GIVEN_UP = """SELECT m.body FROM message m JOIN delivery d ON d.message_id = m.id
              WHERE d.conversation_id = ? AND d.state = 'failed'
              UNION SELECT m.body FROM message m JOIN post_message p ON p.message_id = m.id
              JOIN delivery d ON d.key = p.post_id WHERE d.state = 'failed'"""
REFUSED = "SELECT 1 FROM delivery WHERE conversation_id = ? AND words = 'history' AND state = 'failed'"
THREADS = "SELECT ref, state FROM thread WHERE conversation_id = ? AND state <> 'standby' ORDER BY state = 'moved'"


def _check_thread(town: Town, conversation: str, words: list[str]) -> None:
    threads = town.store.rows(THREADS, conversation)
    root, state = threads[0]
    if state == "moved":  # closed, with nothing left to say, when its card was deleted
        return
    if root not in town.posts and _is_out_of_sight(town, conversation):
        return
    thread = _thread(town, conversation, root)
    lines = _lines(town, thread)
    again = _given_up_once(town, conversation)
    if len(threads) == 1:
        assert Counter(lines) == Counter(words), "I1, I4, I6"
        assert [line for line in lines if line not in again] == [word for word in words if word not in again], "I2"
        return
    history = "\n".join(post.text for post in thread if not post.author)
    if not town.store.rows(REFUSED, conversation):
        assert [word for word in words if word not in lines and f"{word}\n" not in f"{history}\n"] == [], "I1"
    assert max(Counter(lines).values(), default=1) == 1, "I1"
    in_order = [line for line in lines if line not in again]
    assert in_order == [word for word in words if word in in_order], "I2, I4"


def _thread(town: Town, conversation: str, root: str) -> list[Stored]:
    """What stands where the thread is; with its card, even if that was deleted and nobody can have seen it."""
    where = """SELECT h.workplace, h.ref FROM thread t JOIN channel h ON h.id = t.channel_id
               WHERE t.conversation_id = ? AND t.ref = ?"""
    ((workplace, channel),) = town.store.rows(where, conversation, root)
    outside = town.outsides[workplace]
    card = [] if outside.capabilities.read_back else [post for ref, post in outside.gone.items() if ref == root]
    thread = [*card, *(post for post in outside.posts.values() if root in (post.ref, post.root))]
    assert {post.channel for post in thread} <= {channel}, "I4"
    return sorted(thread, key=_ref)


def _lines(town: Town, thread: list[Stored]) -> list[str]:
    """What visitors have said in a thread, in order of first appearance: a repeat that says so is read as one."""
    lines: list[str] = []
    overtaken = town.overtaken()
    for post in thread:
        if post.author or not post.root:
            told = set(lines) if post.is_marked or post.key in overtaken else set[str]()
            lines += [line for line in post.text.split("\n") if line not in told]
    return lines


def _is_out_of_sight(town: Town, conversation: str) -> bool:
    """Closed so long ago that nobody reads its thread again, even if an event was lost."""
    (closed_at,) = town.store.rows("SELECT closed_at FROM conversation WHERE id = ?", conversation)[0]
    return closed_at is not None and aware(closed_at) < town.clock.now() - LOOKS_BACK


def _given_up_once(town: Town, conversation: str) -> set[str]:
    """What was undelivered and sent again: it stands where it came at last."""
    return {markup.plain(markup.loads(body)) for (body,) in town.store.rows(GIVEN_UP, conversation)}


def _ref(post: Stored) -> str:
    return post.ref


def repeats_say_so_and_are_counted(town: Town) -> None:
    """I1, I11: what stands twice says so, but for its first copy and what a process that stood still has let go after
    its successor's; for each repeat a doubt was counted. Where things can be read back, nothing says that it may.
    """
    overtaken = town.overtaken()
    doubts = dict(town.store.rows("SELECT key, doubts FROM delivery"))
    for outside in town.outsides.values():
        is_read = outside.capabilities.read_back
        for key, copies in outside.copies(with_gone=not is_read).items():
            assert len(copies) == 1 or not is_read, f"I1: {copies}"
            marks = [post.is_marked for post in copies]
            assert key in overtaken or all(marks[1:]), f"I1: {outside.name} shows twice without a word: {copies}"
            assert marks.count(False) <= 1, f"I1: {copies}"
            counted = doubts.get(key, len(copies))
            assert len(copies) <= 1 + counted, f"I1: {counted} doubts for {copies}"
            assert not any(marks) or (counted and not is_read), f"I1: no doubt about {copies}"


def hints_name_their_agent(town: Town) -> None:
    """What only one agent should see and all can: it calls them by name."""
    to = dict(town.store.rows("SELECT key, to_ref FROM delivery WHERE kind = 'tell'"))
    for post in town.posts.values():
        assert post.key not in to or post.mentions == (to[post.key],), f"a hint for {to[post.key]}: {post}"


def nothing_is_left_behind(town: Town) -> None:
    """I16, I19: accepted = in the thread + pending + undelivered, and when the faults end nothing is pending."""
    pending = "SELECT number, kind, state FROM delivery WHERE state IN ('due', 'sending', 'unknown')"
    assert town.store.rows(pending) == []
    assert town.store.rows("SELECT id FROM message WHERE speaker = 'visitor' AND receipt <> 'posted'") == []


def answers_are_shown_once_and_in_order(town: Town) -> None:
    """I3, I13: each message of the platform is one row, and the visible ones are shown once, in its order."""
    rows = town.store.rows("SELECT ref, visibility, removed FROM message WHERE ref IS NOT NULL")
    assert max(Counter(ref for ref, _, _ in rows).values(), default=1) == 1, "I13"
    left = _left_behind(town)
    public = {ref for ref, visibility, removed in rows if visibility == "public" and not removed and ref not in left}
    shown = {visitor: town.shown(visitor) for visitor in town.visitors}
    everything = Counter(text for texts in shown.values() for text in texts if text)
    assert max(everything.values(), default=1) == 1, "I3, I4: something is said twice"
    for ref in public - town.missed:
        assert everything[markup.plain(town.said[ref].heard.body)] == 1, f"I3: {town.said[ref]}"
    for texts, outside in itertools.product(shown.values(), town.outsides):
        order = {markup.plain(said.heard.body): ref for ref, said in _said_in(town, outside)}
        refs = [order[text] for text in texts if text in order and order[text] not in town.sent_after_all]
        assert refs == sorted(refs), "I3: the platform's order"


def _said_in(town: Town, workplace: str) -> list[tuple[str, Said]]:
    return [(ref, said) for ref, said in town.said.items() if said.heard.workplace == workplace]


def _left_behind(town: Town) -> set[str]:
    """What stands where a lost change leaves nothing to read again: a card is gone, or the chat was over for long."""
    query = """SELECT m.ref, t.state = 'moved', m.conversation_id FROM message m JOIN thread t ON t.id = m.thread_id
               WHERE m.ref IS NOT NULL"""
    rows = town.store.rows(query)
    return {ref for ref, is_moved, conversation in rows if is_moved or _is_out_of_sight(town, conversation)}


def nothing_internal_is_shown(town: Town) -> None:
    """I22."""
    shown = {text for visitor in town.visitors for text in town.shown(visitor)}
    for said in town.said.values():
        if said.is_marked:
            assert markup.plain(said.heard.body) not in shown, f"I22: {said}"


def a_reader_from_any_cursor_ends_with_the_same(town: Town) -> None:
    """Changes read piecemeal are the history read at once."""
    for visitor in town.visitors:
        whole = town.do(town.desk.visible(visitor, None))
        if whole.conversation is None:
            continue
        prefix = whole.upto.rpartition(".")[0]
        for number in range(0, whole.conversation.changes + 1, 3):
            part = town.do(town.desk.visible(visitor, f"{prefix}.{number}"))
            latest = {message.id: message for message, count, _ in whole.messages if count == whole.conversation.number}
            for message, _, _ in part.messages:
                assert latest[message.id] == message
            missing = [m for m in latest.values() if m.change > number and m.id not in {p[0].id for p in part.messages}]
            assert missing == []


def one_thread_and_one_root(town: Town) -> None:
    """I11: one thread that goes on per conversation, and no root over there that we do not know.

    Where nothing can be read back, there may be one of which nobody was told.
    """
    known = {ref for (ref,) in town.store.rows("SELECT ref FROM thread")}
    for outside in town.outsides.values():
        untold = town.untold(outside)
        cards = [post for post in outside.posts.values() if post.is_card]
        strays = [post for post in cards if post.ref not in known and post.key not in untold]
        assert strays == [], f"I11: {outside.name} shows {strays}"
    query = (
        "SELECT count(*) FROM thread WHERE state IN ('active', 'closed') GROUP BY conversation_id HAVING count(*) > 1"
    )
    assert town.store.rows(query) == [], "I11"


def edits_and_removals_converge(town: Town) -> None:
    """I14: what is shown of an agent's message is its last text, or nothing when it was taken back."""
    shown = {text for visitor in town.visitors for text in town.shown(visitor)}
    for ref in town.removed - town.kept - _left_behind(town):
        assert markup.plain(town.said[ref].heard.body) not in shown, f"I14: {town.said[ref]}"


def silence_was_kept(town: Town) -> None:
    """I18."""
    for outside in town.outsides.values():
        assert outside.broken == [], f"I18: {outside.broken}"
