"""What must hold when everything has settled: the invariants of docs/architecture.md, by their numbers."""

from __future__ import annotations

from collections import Counter

from bridge import markup
from tests.machine.town import Town


def check(town: Town) -> None:
    """All of them."""
    for rule in (
        each_line_is_in_its_thread_once_and_in_order,
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
    """I1, I2, I4, I6: what was acknowledged stands in the visitor's own threads, once, whole, in that order."""
    for visitor in town.visitors:
        query = """SELECT t.ref FROM thread t JOIN conversation c ON c.id = t.conversation_id
                   WHERE c.visitor_id = ? AND t.ref <> '' ORDER BY c.number, t.spell"""
        lines: list[str] = []
        for (root,) in town.store.rows(query, visitor):
            thread = [post for post in town.outside.posts.values() if root in (post.ref, post.root)]
            for post in sorted(thread, key=lambda post: post.ref):
                lines += post.text.split("\n") if post.author or not post.root else []
        assert lines == town.acknowledged[visitor], "I1, I2, I4, I6"


def nothing_is_left_behind(town: Town) -> None:
    """I16, I19: accepted = in the thread + pending + undelivered, and when the faults end nothing is pending."""
    pending = "SELECT number, kind, state FROM delivery WHERE state IN ('due', 'sending', 'unknown')"
    assert town.store.rows(pending) == []
    assert town.store.rows("SELECT id FROM message WHERE speaker = 'visitor' AND receipt <> 'posted'") == []


def answers_are_shown_once_and_in_order(town: Town) -> None:
    """I3, I13: each message of the platform is one row, and the visible ones are shown once, in its order."""
    rows = town.store.rows("SELECT ref, visibility, removed FROM message WHERE ref IS NOT NULL")
    assert max(Counter(ref for ref, _, _ in rows).values(), default=1) == 1, "I13"
    public = {ref for ref, visibility, removed in rows if visibility == "public" and not removed}
    shown = {visitor: town.shown(visitor) for visitor in town.visitors}
    everything = Counter(text for texts in shown.values() for text in texts)
    for ref in public:
        assert everything[markup.plain(town.said[ref].heard.body)] == 1, f"I3: {town.said[ref]}"
    for texts in shown.values():
        order = {markup.plain(said.heard.body): ref for ref, said in town.said.items()}
        refs = [order[text] for text in texts if text in order]
        assert refs == sorted(refs), "I3: the platform's order"


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
    """I11: one active thread per conversation, and no second root over there."""
    roots = Counter(post.text for post in town.outside.posts.values() if not post.root)
    assert all(count == 1 for count in roots.values()), f"I11: {roots}"
    query = "SELECT count(*) FROM thread WHERE state <> 'moved' GROUP BY conversation_id HAVING count(*) > 1"
    assert town.store.rows(query) == []


def edits_and_removals_converge(town: Town) -> None:
    """I14: what is shown of an agent's message is its last text, or nothing when it was taken back."""
    shown = {text for visitor in town.visitors for text in town.shown(visitor)}
    for ref in town.removed:
        assert markup.plain(town.said[ref].heard.body) not in shown, "I14"


def silence_was_kept(town: Town) -> None:
    """I18."""
    assert town.outside.broken == [], "I18"
