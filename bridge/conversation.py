"""What a happening does to a conversation: pure functions from values to a Step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bridge import markup
from bridge.ground import (
    HISTORY,
    INTERNAL,
    NOT_SHOWN,
    SHOWN,
    Ground,
    calls,
    card,
    delivery_to,
    falls,
    mark,
    notice,
    opening_of,
    tell,
)
from bridge.inbound import Heard
from bridge.markup import Markup
from bridge.model import (
    Agent,
    Conversation,
    ConversationId,
    Deadline,
    Delivery,
    Kind,
    Message,
    MessageId,
    Moment,
    Page,
    Receipt,
    Site,
    Speaker,
    Status,
    Step,
    Thread,
    ThreadId,
    ThreadState,
    Timer,
    Visibility,
    Visitor,
)
from bridge.policies.visibility import Decision

FIRST_WORDS: Final = 1500  # characters of the first message that ride in the card
# Reasons that keep a new text back but do not take an edited one away: it was shown when its author might speak.
STAYS_SHOWN: Final = frozenset({"not_shown_not_claimant", "not_shown_closed", "not_shown_strict"})
REOPENS_WITHIN: Final = timedelta(hours=24)
WAITING: Final = (Timer.ESCALATE, Timer.FALLBACK)  # what time does while nobody has claimed
IDLE_LOOK: Final = timedelta(minutes=1)  # after a claim; the look itself then knows what the site wants


def opened(visitor: Visitor, site: Site, number: int, page: Page, moment: Moment) -> Ground:
    """A new conversation with its thread to be."""
    conversation = Conversation(
        id=ConversationId(moment.id("conversation")),
        site=site.id,
        visitor=visitor.id,
        channel=site.channel,
        number=number,
        language=visitor.language,
        opened_at=moment.now,
        waiting_since=moment.now,
        page=page,
    )
    thread = Thread(ThreadId(moment.id("thread")), conversation.id, site.channel, conversation.spell)
    return Ground(conversation, thread, moment, has_card=False)


def may_reopen(conversation: Conversation, moment: Moment) -> bool:
    """Whether writing to this conversation goes on with it; otherwise a new one begins."""
    return conversation.closed_at is None or moment.now - conversation.closed_at < REOPENS_WITHIN


def visitor_said(ground: Ground, text: str, key: str) -> Step:
    """A visitor who writes to a closed conversation opens it again; the earlier agent is not bothered."""
    was_closed = ground.conversation.status is Status.CLOSED
    conversation = _waiting_anew(ground) if was_closed else ground.conversation
    conversation, message = _shown(
        conversation,
        Message(
            id=MessageId(ground.moment.id("message")),
            conversation=conversation.id,
            speaker=Speaker.VISITOR,
            body=markup.literal(text),
            at=ground.moment.now,
            visitor=conversation.visitor,
            key=key,
        ),
    )
    reopening = (notice(ground, "reopened"), card(ground)) if was_closed and ground.has_card else ()
    thread = replace(ground.thread, state=ThreadState.ACTIVE)
    return Step(
        conversation,
        (message,),
        deliveries=reopening + _leaving(ground, message),
        thread=thread,
        deadlines=(*(() if ground.has_card and not was_closed else calls(ground)), *falls(ground, conversation)),
    )


def rides_in_card(message: Message) -> bool:
    """Whether the card holds all of the first message; otherwise the whole text follows as the first reply."""
    return len(markup.plain(message.body)) <= FIRST_WORDS


def _leaving(ground: Ground, message: Message) -> tuple[Delivery, ...]:
    if ground.has_card:
        return (delivery_to(ground, Kind.POST, message=message.id),)
    opening = [opening_of(ground, message.id)]
    if ground.posted:  # an earlier thread had something, and no root was left that repeats it
        opening.append(delivery_to(ground, Kind.NOTICE, words=HISTORY))
    if not rides_in_card(message):
        opening.append(delivery_to(ground, Kind.POST, message=message.id))
    return tuple(opening)


def resent(ground: Ground, message: Message, doubts: int) -> Step:
    """The visitor tries an undelivered message again: the same message sets out anew, with the doubts about it."""
    conversation, again = _changed(ground.conversation, replace(message, receipt=Receipt.SENT))
    leaving = tuple(replace(delivery, doubts=doubts) for delivery in _leaving(ground, message))
    return Step(conversation, (), (again,), leaving, deadlines=falls(ground, conversation))


def visitor_ended(ground: Ground) -> Step:
    """The visitor ends the chat; ending twice changes nothing."""
    if ground.conversation.status is Status.CLOSED:
        return Step(ground.conversation)
    return ended(ground, "ended_by_visitor", None)


def email_left(ground: Ground, address: str) -> Step:
    """The team learns where to answer when the visitor has gone."""
    return Step(ground.conversation, deliveries=(notice(ground, "email_left", address=address), card(ground)))


def agent_said(ground: Ground, agent: Agent, heard: Heard, decision: Decision, before: int | None) -> Step:
    """A text of the thread, kept with the visibility that was decided. `before`: the place it comes late for."""
    said = Message(
        id=MessageId(ground.moment.id("message")),
        conversation=ground.conversation.id,
        speaker=Speaker.AGENT,
        body=heard.body,
        at=heard.at,
        order=heard.order,
        agent=agent.id,
        thread=ground.where,
        ref=heard.ref,
        edited=heard.changed,
        held=decision.reason,
    )
    if decision.visibility is not Visibility.PUBLIC:
        return Step(
            ground.conversation,
            (replace(said, place=ground.conversation.places),),
            deliveries=(*_hints(ground, agent, said), mark(ground, said, receipt_of(said))),
        )
    claim = _claimed(ground, agent) if decision.claims else Step(ground.conversation)
    conversation = claim.conversation if before is not None else _acted(claim.conversation, ground)
    conversation, message = _shown(conversation, said, before)
    receipt = mark(ground, message, SHOWN)
    return replace(
        claim,
        conversation=conversation,
        messages=(*claim.messages, message),
        deliveries=(*claim.deliveries, receipt),
    )


def receipt_of(message: Message) -> str:
    """What became of an agent's message."""
    if message.visibility is Visibility.PUBLIC:
        return SHOWN
    return NOT_SHOWN if message.held else INTERNAL


def _hints(ground: Ground, agent: Agent, message: Message) -> tuple[Delivery, ...]:
    if not message.held:
        return ()
    return (tell(ground, agent, message.held, message=message.id),)


def sent_after_all(ground: Ground, agent: Agent, message: Message, *, joins: bool) -> Step:
    """The author of an internal message sends it to the visitor; a closed or waiting conversation becomes theirs."""
    if message.visibility is Visibility.PUBLIC or message.removed:
        return Step(ground.conversation)
    step = Step(ground.conversation)
    if ground.conversation.status is not Status.CLAIMED:
        step = _claimed(ground, agent)
    elif joins and agent.id != ground.conversation.claimant:
        step = _joined(ground, agent)
    conversation, shown = _shown(_acted(step.conversation, ground), replace(message, held=""))
    receipt = mark(ground, shown, SHOWN, before=receipt_of(message))
    return replace(
        step, conversation=conversation, changed=(*step.changed, shown), deliveries=(*step.deliveries, receipt)
    )


def edited(ground: Ground, agent: Agent, message: Message, heard: Heard, decision: Decision) -> Step:
    """The last edit wins by its own time. One that turns internal retracts; internal text stays internal.

    `decision` is what the new text would be if it were said now.
    """
    if message.removed or heard.changed <= message.edited or heard.body == message.body:
        return Step(ground.conversation)
    changed = replace(message, body=heard.body, edited=heard.changed)
    if message.visibility is not Visibility.PUBLIC:
        return _edited_inside(ground, agent, replace(changed, held=_held(message, decision)), message.held)
    if decision.visibility is not Visibility.PUBLIC and decision.reason not in STAYS_SHOWN:
        return replace(removed(ground, message), deliveries=(mark(ground, message, INTERNAL, before=SHOWN),))
    conversation, shown = _changed(ground.conversation, changed)
    return Step(conversation, changed=(shown,))


def _edited_inside(ground: Ground, agent: Agent, changed: Message, before: str) -> Step:
    if changed.held == before:
        return Step(ground.conversation, changed=(changed,))
    told = (
        *_hints(ground, agent, changed),
        mark(ground, changed, receipt_of(changed), before=NOT_SHOWN if before else INTERNAL),
    )
    return Step(ground.conversation, changed=(changed,), deliveries=told)


def _held(message: Message, decision: Decision) -> str:
    """A kept text that becomes a note can no longer be sent; one that could now be shown waits for Send anyway."""
    if decision.visibility is Visibility.PUBLIC:
        return message.held or "not_shown_edited"
    return decision.reason


def removed(ground: Ground, message: Message) -> Step:
    """What was shown leaves a tombstone with an empty body; what was internal is emptied."""
    if message.removed:
        return Step(ground.conversation)
    empty = replace(message, body=(), removed=True)
    if message.visibility is not Visibility.PUBLIC:
        return Step(ground.conversation, changed=(empty,))
    conversation, shown = _changed(ground.conversation, empty)
    return Step(conversation, changed=(shown,))


def removed_unseen(ground: Ground, ref: str, order: str) -> Step:
    """A removal that came before what it removes: its empty place swallows the late message."""
    tombstone = Message(
        id=MessageId(ground.moment.id("message")),
        conversation=ground.conversation.id,
        speaker=Speaker.AGENT,
        body=(),
        at=ground.moment.now,
        order=order,
        thread=ground.thread.id,
        ref=ref,
        removed=True,
    )
    return Step(ground.conversation, (tombstone,))


def claimed(ground: Ground, agent: Agent) -> Step:
    """A waiting conversation gets its claimant; anybody else's claim changes nothing."""
    if ground.conversation.status is not Status.WAITING:
        return Step(ground.conversation)
    return _claimed(ground, agent)


def taken_over(ground: Ground, agent: Agent) -> Step:
    """The conversation goes to another agent, who says so by asking for it."""
    if ground.conversation.status is Status.CLOSED or ground.conversation.claimant == agent.id:
        return Step(ground.conversation)
    step = _claimed(ground, agent)
    return replace(step, deliveries=(*step.deliveries, notice(ground, "taken_over", agent=agent.name)))


def released(ground: Ground, agent: Agent) -> Step:
    """The claimant gives it back: it waits anew."""
    if ground.conversation.status is not Status.CLAIMED:
        return Step(ground.conversation)
    conversation, left = notice_shown(_waiting_anew(ground), ground, "agent_left", agent)
    line = notice(ground, "released", agent=agent.name)
    due = (*calls(ground), *falls(ground, conversation))
    return Step(conversation, (left,), deliveries=(line, card(ground)), deadlines=due, lifts=(Timer.IDLE,))


def closed(ground: Ground, agent: Agent) -> Step:
    """An agent ends the chat; closing twice changes nothing."""
    if ground.conversation.status is Status.CLOSED:
        return Step(ground.conversation)
    return ended(ground, "closed_by_agent", agent)


def hint(ground: Ground, to: Agent, words: str, /, **about: str) -> Step:
    """Something that only this agent is told."""
    return Step(ground.conversation, deliveries=(tell(ground, to, words, about=about),))


def noted(ground: Ground, agent: Agent, heard: Heard, text: Markup) -> Step:
    """A note typed as a command."""
    note = replace(heard, body=text)
    return agent_said(ground, agent, note, Decision(Visibility.INTERNAL), None)


def _claimed(ground: Ground, agent: Agent) -> Step:
    conversation = replace(
        ground.conversation,
        status=Status.CLAIMED,
        claimant=agent.id,
        spell=ground.conversation.spell + (ground.conversation.status is Status.CLOSED),
        closed_at=None,
    )
    conversation, joined = notice_shown(_acted(conversation, ground), ground, "agent_joined", agent)
    thread = replace(ground.thread, state=ThreadState.ACTIVE)
    return Step(
        conversation,
        (joined,),
        deliveries=(card(ground),),
        thread=thread,
        deadlines=(Deadline(Timer.IDLE, conversation.id, ground.moment.now + IDLE_LOOK),),
        lifts=WAITING,
        calls_off=True,
    )


def _joined(ground: Ground, agent: Agent) -> Step:
    before = ground.conversation
    conversation = replace(before, joined=(*before.joined, agent.id))
    conversation, joined = notice_shown(conversation, ground, "agent_joined", agent)
    return Step(conversation, (joined,))


def ended(ground: Ground, words: str, agent: Agent | None) -> Step:
    """The open chat is over, for the reason that the words name; nothing of it is waited for any more."""
    conversation = replace(ground.conversation, status=Status.CLOSED, closed_at=ground.moment.now)
    conversation, shown = notice_shown(conversation, ground, words, agent)
    line = notice(ground, words, agent=agent.name if agent else "")
    thread = replace(ground.thread, state=ThreadState.CLOSED)
    return Step(
        conversation,
        (shown,),
        deliveries=(line, card(ground)),
        thread=thread,
        lifts=(*WAITING, Timer.IDLE),
        calls_off=True,
    )


def _waiting_anew(ground: Ground) -> Conversation:
    return replace(
        ground.conversation,
        status=Status.WAITING,
        claimant=None,
        joined=(),
        spell=ground.conversation.spell + 1,
        level=0,
        waiting_since=ground.moment.now,
        closed_at=None,
    )


def _shown(conversation: Conversation, message: Message, before: int | None = None) -> tuple[Conversation, Message]:
    """The message with its place and change number; a late one shares the place it comes before."""
    place = before if before is not None else conversation.places + 1
    grown = replace(conversation, places=max(place, conversation.places))
    return _changed(grown, replace(message, visibility=Visibility.PUBLIC, place=place))


def _acted(conversation: Conversation, ground: Ground) -> Conversation:
    """An agent acted: what stands in the thread was seen."""
    if ground.posted <= conversation.seen:
        return conversation
    number = conversation.changes + 1
    return replace(conversation, changes=number, seen=ground.posted, seen_change=number)


def _changed(conversation: Conversation, message: Message) -> tuple[Conversation, Message]:
    number = conversation.changes + 1
    return replace(conversation, changes=number), replace(message, change=number)


def notice_shown(
    conversation: Conversation, ground: Ground, words: str, agent: Agent | None
) -> tuple[Conversation, Message]:
    """A notice that the visitor sees, with the conversation that has it."""
    notice = Message(
        id=MessageId(ground.moment.id(words)),
        conversation=conversation.id,
        speaker=Speaker.NOTICE,
        body=(),
        at=ground.moment.now,
        agent=agent.id if agent else None,
        notice=words,
    )
    return _shown(conversation, notice)
