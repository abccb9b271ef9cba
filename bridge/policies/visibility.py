"""Who is heard by the visitor. It fails closed: what no line allows is internal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.model import Agent, Conversation, Rule, Standing, Status, Visibility

NOTE_PREFIXES: Final = (";;", "note:", "🔒")


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` names why a message is internal (a key of the wording, empty: no hint is due).

    `claims`: its author becomes the claimant.
    """

    visibility: Visibility
    reason: str = ""
    claims: bool = False


PUBLIC: Final = Decision(Visibility.PUBLIC)


def internal(reason: str = "") -> Decision:
    """Not for the visitor, for this reason."""
    return Decision(Visibility.INTERNAL, reason)


def note_prefix(text: str) -> str:
    """The prefix that makes a text a note, or empty."""
    lowered = text.lstrip().lower()
    return next((prefix for prefix in NOTE_PREFIXES if lowered.startswith(prefix)), "")


def is_on(conversation: Conversation, agent: Agent) -> bool:
    """Whether the agent has the conversation: its claimant or one who joined."""
    return agent.id == conversation.claimant or agent.id in conversation.joined


def decide(conversation: Conversation, rule: Rule, agent: Agent, text: str, *, mentions: bool) -> Decision:
    """What becomes of a plain text in the thread."""
    if agent.standing is not Standing.MEMBER:
        return internal(f"not_shown_{agent.standing}")
    if note_prefix(text):
        return internal()
    if mentions:
        return internal("not_shown_mention")
    if conversation.status is Status.CLOSED:
        return internal("not_shown_closed")
    return _by_rule(conversation, rule, agent)


def _by_rule(conversation: Conversation, rule: Rule, agent: Agent) -> Decision:
    waiting = conversation.status is Status.WAITING
    if rule is Rule.OPEN:
        return Decision(Visibility.PUBLIC, claims=waiting)
    if rule is Rule.CLAIMANT and waiting:
        return Decision(Visibility.PUBLIC, claims=True)
    if rule is Rule.CLAIMANT and is_on(conversation, agent):
        return PUBLIC
    return internal("not_shown_strict" if rule is Rule.STRICT else "not_shown_not_claimant")
