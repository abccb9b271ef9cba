"""The agents' desk: everything a person in a thread can do, each verb one turn."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final

from bridge import commands, markup
from bridge import conversation as rules
from bridge.channels import ChannelKeeper
from bridge.errors import NotFound, Unreachable, WorkplaceError
from bridge.ground import Ground
from bridge.inbound import Heard, Pressed, Removed
from bridge.markup import ITALIC, Span
from bridge.model import (
    Agent,
    MessageId,
    Moment,
    Person,
    Standing,
    Step,
    Thread,
    ThreadId,
    Visibility,
)
from bridge.moving import move
from bridge.orders import asked, ordered
from bridge.policies import visibility
from bridge.policies.visibility import Decision
from bridge.ports import Clock, Signals, Store, Workplace
from bridge.topics import OUTBOX, changed_topic, missed_topic
from bridge.transaction import Transaction
from bridge.wording import say

FRESH_FOR: Final = timedelta(hours=24)  # a person's name, standing and picture
ANSWER_IN_THREAD: Final = "answer_in_thread"  # told in the channel, since there is no thread to tell it in
AWAITED_FOR: Final = 2.0  # seconds that an answer waits for its thread before it must be repeated
PRESS_AWAITED_FOR: Final = 15.0  # seconds: a press is never repeated
SETTLES_IN: Final = timedelta(seconds=10)  # what is newer may not have shown yet when a thread was read
HINT_EVERY: Final = timedelta(minutes=10)  # "answer in the thread", per person and channel


_log = logging.getLogger("silta.agents")


@dataclass(frozen=True, slots=True)
class AgentDesk:
    """Verbs of agents. Durable when they return; each copy of an event after the first changes nothing.

    Raises NotFound for threads that are not ours; WorkplaceError when the author is new and cannot be looked up:
    then the event must come again.
    """

    store: Store
    clock: Clock
    workplaces: Mapping[str, Workplace]
    signals: Signals

    async def heard(self, heard: Heard) -> None:
        """Somebody wrote in a channel or a thread."""
        await self._hear(await self._named(heard))

    async def _hear(self, heard: Heard) -> None:
        await self._run(heard, heard.author, partial(_heard, heard=heard))

    async def edited(self, heard: Heard) -> None:
        """Somebody changed what they wrote; treated as the message itself if that never came."""
        if not heard.thread:
            raise NotFound("edits in the channel itself are nobody's business")
        await self._hear_edit(await self._named(heard))

    async def _hear_edit(self, heard: Heard) -> None:
        await self._run(heard, heard.author, partial(_edited, heard=heard))

    async def _named(self, heard: Heard) -> Heard:
        """The people it mentions under their names: no ref of the outside may reach a visitor."""
        names: dict[str, str] = {}
        for ref in markup.mentioned(heard.body):
            if name := await self._name(heard.workplace, ref):
                names[ref] = name
        return replace(heard, body=markup.named(heard.body, names))

    async def _name(self, workplace: str, ref: str) -> str:
        """Empty when it cannot be had now: somebody's words matter more than whom they name."""
        agent = await self.store.read(lambda tx: tx.agent(workplace, ref))
        if agent is not None:
            return agent.name
        try:
            return (await self.workplaces[workplace].person(ref)).name
        except WorkplaceError:
            return ""

    async def removed(self, removed: Removed) -> None:
        """Somebody took back what they wrote; a message that comes later stays away."""
        await self._await_thread(removed)
        await self.store.turn(partial(_removed, removed=removed, moment=self.clock.moment()))

    async def pressed(self, pressed: Pressed) -> None:
        """Somebody pressed a button."""
        await self._run(pressed, pressed.author, partial(_pressed, pressed=pressed))

    async def person_changed(self, person: Person, workplace: str) -> None:
        """A person's name, standing or picture changed. Strangers are not remembered."""
        await self.store.turn(partial(_person_changed, person=person, workplace=workplace, moment=self.clock.moment()))

    async def missed(self, workplace: str) -> None:
        """Events may not have come: what stands over there is read again soon. Twice is harmless."""
        self.signals.ring(missed_topic(workplace))

    async def root_gone(self, thread: ThreadId) -> None:
        """A thread is no more: its conversation goes on in a new one."""
        moment = self.clock.moment()
        await self.store.turn(lambda tx: move(tx, thread, moment))

    async def repaired(self, thread: ThreadId, replies: tuple[Heard, ...], read_at: datetime) -> None:
        """A thread as it was read whole at this time: what differs from what we know becomes known."""
        named = tuple([await self._named(heard) for heard in replies])
        known = await self.store.read(partial(_differing, thread=thread, replies=named))
        for heard, is_new in known:
            await (self._hear(heard) if is_new else self._hear_edit(heard))
        refs = frozenset(heard.ref for heard in replies)
        gone = partial(_taken_back, thread=thread, refs=refs, read_at=read_at, moment=self.clock.moment())
        await self.store.turn(gone)
        upto = max((heard.order for heard in replies), default="")
        await self.store.turn(lambda tx: tx.set_repaired(thread, upto))

    async def facts(self, workplace: str) -> Mapping[str, str]:
        """What an adapter let us keep for it, by name."""
        return await self.store.read(lambda tx: tx.facts(workplace))

    async def learned(self, workplace: str, name: str, value: str) -> None:
        """Keep something for an adapter, which alone knows what it means; empty: no longer."""
        await self.store.turn(lambda tx: tx.put_fact(workplace, name, value))

    async def channel_changed(self, workplace: str, channel: str) -> None:
        """Something about a channel is different: what waits for it is tried again at once. Twice is harmless."""
        _log.info("%s, channel %s has changed", workplace, channel)
        now = self.clock.now()
        self.signals.ring(changed_topic(workplace))
        await self.store.turn(lambda tx: tx.hasten(workplace, channel, now))

    async def channel_moved(self, workplace: str, old: str, new: str) -> bool:
        """A channel is called `new` from now on. False when it is none of ours, or known already. Twice is harmless."""
        return await ChannelKeeper(self.store, self.signals, self.clock).moved(workplace, old, new)

    async def _run(self, event: Heard | Pressed, author: str, unit: _Unit) -> None:
        await self._await_thread(event)
        person = await self._stranger(event.workplace, author)
        await self.store.turn(partial(_with_agent, event=event, person=person, moment=self.clock.moment(), unit=unit))

    async def _await_thread(self, event: Heard | Pressed | Removed) -> None:
        """An answer may come before we know where the card stands: then it must wait, and be repeated, not be lost."""
        end = self.clock.monotonic() + (PRESS_AWAITED_FOR if isinstance(event, Pressed) else AWAITED_FOR)
        with self.signals.listen(OUTBOX) as bell:
            while (where := await self.store.read(partial(_whose, event=event))) is Whose.NOT_KNOWN_YET:
                if not await bell.wait(end - self.clock.monotonic()):
                    raise Unreachable("thread", "the thread of a card that is being posted is not known yet")
        if where is Whose.NOT_OURS:
            raise NotFound("not one of our threads")

    async def _stranger(self, workplace: str, author: str) -> Person | None:
        """The person as the workplace tells them, if we do not know them well enough."""
        agent = await self.store.read(lambda tx: tx.agent(workplace, author))
        if agent is not None and agent.fresh_at is not None and self.clock.now() - agent.fresh_at < FRESH_FOR:
            return None
        return await self.workplaces[workplace].person(author)


_Unit = partial[None]


class Whose(Enum):
    """Whether a thread is one of ours."""

    OURS = 1
    NOT_OURS = 2
    NOT_KNOWN_YET = 3


def _whose(tx: Transaction, *, event: Heard | Pressed | Removed) -> Whose:
    if not event.thread:
        return Whose.OURS if tx.newest_thread(event.workplace, event.channel) else Whose.NOT_OURS
    if tx.thread_at(event.workplace, event.channel, event.thread) is not None:
        return Whose.OURS
    return Whose.NOT_KNOWN_YET if tx.opens_in(event.workplace, event.channel) else Whose.NOT_OURS


def _with_agent(tx: Transaction, *, event: Heard | Pressed, person: Person | None, moment: Moment, unit: _Unit) -> None:
    thread = _locked(tx, event)
    agent = _agent(tx, event, person, moment)
    if not event.thread:
        _hint_in_channel(tx, event, agent, Ground(tx.lock_conversation(thread.conversation), thread, moment))
    else:
        unit(tx, ground=_ground(tx, thread, moment), agent=agent)


def _locked(tx: Transaction, event: Heard | Pressed) -> Thread:
    """The thread of the event, or the newest one of its channel, with its conversation locked before all else."""
    place = (event.workplace, event.channel)
    found = tx.thread_at(*place, event.thread) if event.thread else tx.newest_thread(*place)
    if found is None:
        raise NotFound("not one of our threads")
    tx.lock_conversation(found.conversation)
    return tx.thread(found.id) or found


def _agent(tx: Transaction, event: Heard | Pressed, person: Person | None, moment: Moment) -> Agent:
    if person is not None:
        agent: Agent | None = tx.put_agent(person, event.workplace, moment.id("agent"), moment.now)
    else:
        agent = tx.agent(event.workplace, event.author)
    if agent is None:
        raise NotFound(f"person {event.author}")
    is_outsider = isinstance(event, Heard) and event.outsider
    return replace(agent, standing=Standing.OUTSIDER) if is_outsider else agent


def _ground(tx: Transaction, stood: Thread, moment: Moment) -> Ground:
    """What is said in a thread that was left still belongs to the conversation, wherever that goes on now."""
    conversation = tx.lock_conversation(stood.conversation)
    thread = tx.active_thread(conversation.id)
    if thread is None:
        raise NotFound("the thread was left for good")
    return Ground(conversation, thread, moment, tx.posted_place(conversation.id), stood=stood.id)


def _heard(tx: Transaction, *, heard: Heard, ground: Ground, agent: Agent) -> None:
    heard = _files_in_words(heard, ground)
    if tx.message_at(ground.where, heard.ref) is not None:
        return
    text = markup.plain(heard.body)
    command = commands.parse(text)
    if command is None:
        tx.save(_said(tx, ground, agent, heard))
    elif tx.once(f"{heard.workplace}:{heard.channel}:{heard.ref}", ground.moment.now):
        tx.save(ordered(tx, ground, agent, (command, heard)))


def _said(tx: Transaction, ground: Ground, agent: Agent, heard: Heard) -> Step:
    decision = _decision(tx, ground, agent, heard)
    is_public = decision.visibility is Visibility.PUBLIC
    before = tx.place_before(ground.conversation.id, heard.workplace, heard.order) if is_public else None
    step = rules.agent_said(ground, agent, heard, decision, before)
    if heard.files and is_public:
        told = rules.hint(ground, agent, "file_not_sent").deliveries
        return replace(step, deliveries=(*step.deliveries, *told))
    return step


def _decision(tx: Transaction, ground: Ground, agent: Agent, heard: Heard) -> Decision:
    site = tx.site_of(ground.conversation.site)
    text = markup.plain(heard.body)
    if commands.parse(text) or not text.strip():
        return visibility.internal()
    return visibility.decide(ground.conversation, site.rule, agent, text, mentions=heard.mentions)


def _files_in_words(heard: Heard, ground: Ground) -> Heard:
    """Files do not reach the visitor: they read that there is one, and the agent is told so."""
    if not heard.files:
        return heard
    words = say(ground.conversation.language, "notice.file_named")
    body = (*heard.body, *("\n" if heard.body else ""), Span(ITALIC, (words,)))
    return replace(heard, body=markup.joined(body))


def _edited(tx: Transaction, *, heard: Heard, ground: Ground, agent: Agent) -> None:
    heard = _files_in_words(heard, ground)
    message = tx.message_at(ground.where, heard.ref)
    if message is None:
        if commands.parse(markup.plain(heard.body)) is None:
            tx.save(_said(tx, ground, agent, heard))
        return
    tx.save(rules.edited(ground, agent, message, heard, _decision(tx, ground, agent, heard)))


def _differing(tx: Transaction, *, thread: ThreadId, replies: tuple[Heard, ...]) -> list[tuple[Heard, bool]]:
    """What we do not know, and what we know otherwise. What is older than the last reading stays away."""
    found = tx.thread(thread)
    known = {message.ref: message for message in tx.heard_in(thread)}
    differing: list[tuple[Heard, bool]] = []
    for heard in replies:
        message = known.get(heard.ref)
        if message is None and found is not None and heard.order > found.repaired:
            differing.append((heard, True))
        elif message is not None and heard.changed > message.edited and heard.body != message.body:
            differing.append((heard, False))
    return differing


def _taken_back(tx: Transaction, *, thread: ThreadId, refs: frozenset[str], read_at: datetime, moment: Moment) -> None:
    """What we know and a whole reading did not find was taken back."""
    found = tx.thread(thread)
    if found is None:
        return
    tx.lock_conversation(found.conversation)
    for message in tx.heard_in(thread):
        if not message.removed and message.ref not in refs and message.at < read_at - SETTLES_IN:
            ground = Ground(tx.lock_conversation(found.conversation), found, moment)
            tx.save(rules.removed(ground, message))


def _removed(tx: Transaction, *, removed: Removed, moment: Moment) -> None:
    thread = tx.thread_at(removed.workplace, removed.channel, removed.thread)
    if thread is None:
        raise NotFound("not one of our threads")
    if removed.ref == removed.thread:
        move(tx, thread.id, moment)
        return
    ground = Ground(tx.lock_conversation(thread.conversation), thread, moment)
    message = tx.message_at(thread.id, removed.ref)
    if message is None:
        tx.save(rules.removed_unseen(ground, removed.ref, removed.order))
    else:
        tx.save(rules.removed(ground, message))


def _pressed(tx: Transaction, *, pressed: Pressed, ground: Ground, agent: Agent) -> None:
    if not tx.once(f"{pressed.workplace}:press:{pressed.key}", ground.moment.now):
        return
    if agent.standing is not Standing.MEMBER:
        tx.save(rules.hint(ground, agent, f"not_shown_{agent.standing}"))
    elif pressed.verb in ("send", "join"):
        tx.save(_send(tx, ground, agent, pressed))
    else:
        tx.save(asked(tx, ground, agent, pressed.verb))


def _send(tx: Transaction, ground: Ground, agent: Agent, pressed: Pressed) -> Step:
    """Only the author may send what was kept, and only what waits for that; a note stays a note."""
    message = tx.message(MessageId(pressed.value))
    mine = message is not None and message.agent == agent.id and message.conversation == ground.conversation.id
    if message is None or not mine or not message.held:
        return rules.hint(ground, agent, "nothing_to_send")
    if not _is_latest(tx, ground):
        return rules.hint(ground, agent, "is_over")
    return rules.sent_after_all(ground, agent, message, joins=pressed.verb == "join")


def _is_latest(tx: Transaction, ground: Ground) -> bool:
    """An old chat cannot open again beside a newer one of the same visitor."""
    latest = tx.latest_conversation(ground.conversation.visitor)
    return latest is None or latest.id == ground.conversation.id


def _person_changed(tx: Transaction, *, person: Person, workplace: str, moment: Moment) -> None:
    if tx.agent(workplace, person.ref) is not None:
        tx.put_agent(person, workplace, moment.id("agent"), moment.now)


def _hint_in_channel(tx: Transaction, event: Heard | Pressed, agent: Agent, ground: Ground) -> None:
    """Answers belong in the thread; said once in a while, since colleagues also talk among themselves."""
    slot = int(ground.moment.now.timestamp() // HINT_EVERY.total_seconds())
    is_due = tx.once(f"{event.workplace}:hint:{event.channel}:{agent.ref}:{slot}", ground.moment.now)
    if is_due and agent.standing is Standing.MEMBER:
        under = event.ref if isinstance(event, Heard) else ""
        tx.save(rules.hint(ground, agent, ANSWER_IN_THREAD, under=under))
