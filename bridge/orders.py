"""What agents order, typed as a command or pressed as a button: each changes the conversation or says why not."""

from __future__ import annotations

from dataclasses import replace

from bridge import commands, markup, timing
from bridge import conversation as rules
from bridge.commands import Command
from bridge.ground import Ground
from bridge.inbound import Heard
from bridge.model import Agent, Standing, Status, Step
from bridge.policies import visibility
from bridge.policies.moments import span
from bridge.timing import calling
from bridge.transaction import Transaction
from bridge.transcripts import with_transcripts


def ordered(tx: Transaction, ground: Ground, agent: Agent, order: tuple[Command, Heard]) -> Step:
    """A typed command, with the message that it is."""
    command, heard = order
    if agent.standing is not Standing.MEMBER:
        return rules.hint(ground, agent, f"not_shown_{agent.standing}")
    if not command.is_known:
        return rules.hint(
            ground,
            agent,
            "unknown_command",
            name=command.name,
            nearest=commands.nearest(command.name),
        )
    if command.name == "help":
        return rules.hint(ground, agent, "help")
    if command.name == "note":
        note = markup.without_prefix(markup.trimmed(heard.body), "!note")
        return rules.noted(ground, agent, heard, note)
    return asked(tx, ground, agent, command.name)


def asked(tx: Transaction, ground: Ground, agent: Agent, verb: str) -> Step:
    """The verbs that a command and a button share."""
    if verb == "claim":
        return _claim(tx, ground, agent)
    if verb == "takeover":
        return rules.taken_over(ground, agent) if _is_open(ground) else rules.hint(ground, agent, "is_closed")
    if verb == "release":
        mine = visibility.is_on(ground.conversation, agent)
        return rules.released(calling(tx, ground), agent) if mine else rules.hint(ground, agent, "not_yours")
    if verb == "close":
        return _close(tx, ground, agent)
    if verb == "extend":
        return _extend(tx, ground, agent)
    return rules.hint(ground, agent, "unknown_command", name=verb, nearest=commands.nearest(verb))


def _is_open(ground: Ground) -> bool:
    return ground.conversation.status is not Status.CLOSED


def _claim(tx: Transaction, ground: Ground, agent: Agent) -> Step:
    conversation = ground.conversation
    if conversation.status is Status.CLOSED:
        return rules.hint(ground, agent, "is_closed")
    if conversation.claimant is None:
        return rules.claimed(ground, agent)
    if conversation.claimant == agent.id:
        return rules.hint(ground, agent, "yours_already")
    winner = tx.agent_of(conversation.claimant)
    return rules.hint(ground, agent, "claimed_by_other", agent=winner.name)


def _close(tx: Transaction, ground: Ground, agent: Agent) -> Step:
    if not _is_open(ground):
        return rules.hint(ground, agent, "is_closed")
    return with_transcripts(tx, rules.closed(ground, agent), ground.moment)


def _extend(tx: Transaction, ground: Ground, agent: Agent) -> Step:
    idle = tx.policy(ground.conversation.site).idle
    if ground.conversation.status is not Status.CLAIMED or idle.warn_after is None:
        return rules.hint(ground, agent, "not_extended")
    told = rules.hint(
        ground, agent, "extended", time=span(tx.site_of(ground.conversation.site).agents_language, idle.warn_after)
    )
    return replace(timing.extended(ground, idle), deliveries=told.deliveries)
