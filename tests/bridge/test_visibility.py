"""Who is heard by the visitor: every combination of rule, standing, status and text."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from bridge.model import (
    Agent,
    AgentId,
    ChannelId,
    Conversation,
    ConversationId,
    Rule,
    SiteId,
    Standing,
    Status,
    Visibility,
    VisitorId,
)
from bridge.policies.visibility import decide

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ANNA, MIKAEL = AgentId("anna"), AgentId("mikael")


def conversation(status: Status, claimant: AgentId | None = None, joined: tuple[AgentId, ...] = ()) -> Conversation:
    return Conversation(
        id=ConversationId("c"),
        site=SiteId("s"),
        visitor=VisitorId("v"),
        channel=ChannelId("ch"),
        number=1,
        language="en",
        opened_at=NOW,
        waiting_since=NOW,
        status=status,
        claimant=claimant,
        joined=joined,
    )


def agent(name: AgentId, standing: Standing = Standing.MEMBER) -> Agent:
    return Agent(name, "w", name, name.title(), standing)


WAITING = conversation(Status.WAITING)
ANNAS = conversation(Status.CLAIMED, ANNA)
SHARED = conversation(Status.CLAIMED, ANNA, (MIKAEL,))
CLOSED = conversation(Status.CLOSED, ANNA)


@pytest.mark.parametrize(
    ("talk", "rule", "who", "is_shown", "claims"),
    [
        (WAITING, Rule.CLAIMANT, MIKAEL, True, True),
        (ANNAS, Rule.CLAIMANT, ANNA, True, False),
        (ANNAS, Rule.CLAIMANT, MIKAEL, False, False),
        (SHARED, Rule.CLAIMANT, MIKAEL, True, False),
        (CLOSED, Rule.CLAIMANT, ANNA, False, False),
        (WAITING, Rule.OPEN, MIKAEL, True, True),
        (ANNAS, Rule.OPEN, MIKAEL, True, False),
        (CLOSED, Rule.OPEN, MIKAEL, False, False),
        (WAITING, Rule.STRICT, ANNA, False, False),
        (ANNAS, Rule.STRICT, ANNA, False, False),
    ],
)
def test_plain_text(talk: Conversation, rule: Rule, who: AgentId, *, is_shown: bool, claims: bool) -> None:
    decision = decide(talk, rule, agent(who), "plain text", mentions=False)
    assert (decision.visibility is Visibility.PUBLIC, decision.claims) == (is_shown, claims)
    assert bool(decision.reason) != is_shown


@pytest.mark.parametrize("text", [";; note", "  ;;note", "note: x", "NOTE: x", "Note:x", "🔒 x"])
def test_notes_are_internal_whoever_writes_them(text: str) -> None:
    for talk, rule in itertools.product((WAITING, ANNAS, SHARED, CLOSED), Rule):
        decision = decide(talk, rule, agent(ANNA), text, mentions=False)
        assert (decision.visibility, decision.reason) == (Visibility.INTERNAL, "")


def test_mentions_are_internal_whoever_writes_them() -> None:
    for talk, rule in itertools.product((WAITING, ANNAS, SHARED, CLOSED), Rule):
        assert decide(talk, rule, agent(ANNA), "plain", mentions=True).visibility is Visibility.INTERNAL


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.MEMBER])
def test_only_members_are_heard(standing: Standing) -> None:
    for talk, rule in itertools.product((WAITING, ANNAS, SHARED, CLOSED), Rule):
        decision = decide(talk, rule, agent(ANNA, standing), "plain", mentions=False)
        assert (decision.visibility, decision.claims) == (Visibility.INTERNAL, False)


def test_notably_is_no_note() -> None:
    assert (
        decide(WAITING, Rule.CLAIMANT, agent(ANNA), "notes: see below", mentions=False).visibility is Visibility.PUBLIC
    )
