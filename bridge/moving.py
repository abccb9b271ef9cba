"""When a thread's root is gone: the conversation goes on in a new one, with what was said so far."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from bridge.conversation import rides_in_card
from bridge.errors import ROOT_GONE, Rejected, Unreachable, WorkplaceError
from bridge.fallback import opens_in
from bridge.ground import HISTORY, Ground, card, delivery_to, notice
from bridge.model import (
    ChannelId,
    Conversation,
    Delivery,
    Kind,
    Message,
    Moment,
    Receipt,
    Speaker,
    Status,
    Step,
    Thread,
    ThreadId,
    ThreadState,
)
from bridge.ports import Store
from bridge.transaction import Errand, ThreadErrand, Transaction

PASSING: Final = (Kind.TELL, Kind.MARK)  # what may be lost: it is not worth a second try when the first reached them
MOVED: Final = "moved"  # the words of a card that stands in for one that is gone
_log = logging.getLogger("silta.moving")


async def must_move(store: Store, errand: Errand, error: WorkplaceError) -> bool:
    """The thread is gone, or its channel is of no use and conversations of the site go to another one by now.

    One that is here in place of another channel stays: who waits has a fallback of its own.
    """
    if errand.delivery.kind in PASSING or not isinstance(errand, ThreadErrand):
        return False
    thread = errand.thread
    if thread.state is ThreadState.STANDBY:
        return False
    if isinstance(error, Rejected):
        return error.cause == ROOT_GONE
    is_of_no_use = isinstance(error, Unreachable) and error.standing and errand.site.channel != thread.channel
    if not is_of_no_use or thread.state is ThreadState.MOVED:
        return False
    return not await store.read(lambda tx: tx.away_from(thread.id))


def moved(ground: Ground, to: ChannelId, first: Message | None, unposted: tuple[Message, ...]) -> Step:
    """The old thread is left; the new one begins with the card, the history, and what never stood in the old one."""
    thread = Thread(ThreadId(ground.moment.id("thread")), ground.conversation.id, to, ground.conversation.spell)
    here = replace(ground, thread=thread)
    card = delivery_to(here, Kind.OPEN, message=first.id if first else None, words=MOVED)
    lines = tuple(_line(here, message) for message in unposted if not (message == first and rides_in_card(message)))
    return Step(
        replace(ground.conversation, channel=to),
        deliveries=(card, delivery_to(here, Kind.NOTICE, words=HISTORY), *lines),
        thread=thread,
        left=replace(ground.thread, state=ThreadState.MOVED),
    )


def _line(ground: Ground, message: Message) -> Delivery:
    return replace(delivery_to(ground, Kind.POST, message=message.id), key=ground.moment.id(f"again:{message.id}"))


def move(tx: Transaction, thread_id: ThreadId, moment: Moment) -> bool:
    """Go on where new conversations of the site begin today. A closed conversation with nothing left to say, nor to
    try again, loses its thread.

    False, and nothing changed, if the thread has been left already.
    """
    found = tx.thread(thread_id)
    if found is None:
        return False
    conversation = tx.lock_conversation(found.conversation)
    thread = tx.thread(thread_id)
    if thread is None or thread.state is ThreadState.MOVED:
        return False
    _log.error("the thread of conversation %s is gone over there; it goes on in a new one", conversation.id)
    tx.call_back(thread.id)
    unposted = tx.unposted(conversation.id)
    if conversation.status is Status.CLOSED and not unposted and not tx.has_undelivered(conversation.id):
        tx.save(Step(conversation, thread=replace(thread, state=ThreadState.MOVED)))
        return True
    site = tx.site_of(conversation.site)
    ground = Ground(conversation, thread, moment)
    to, _ = opens_in(tx, site.channel)
    tx.save(moved(ground, to, tx.first_words(conversation.id), unposted))
    return True


def goes_on_there(tx: Transaction, thread_id: ThreadId, moment: Moment) -> None:
    """A second thread's root stands, and the conversation still waits: from now on it goes on there.

    What people answer in the first one still belongs to the conversation.
    """
    found = tx.thread(thread_id)
    if found is None:
        return
    conversation = tx.lock_conversation(found.conversation)
    first, second = tx.active_thread(conversation.id), tx.thread(thread_id)
    if first is None or second is None or second.state is not ThreadState.STANDBY:
        return
    tx.call_back(first.id)
    left = Ground(conversation, replace(first, state=ThreadState.MOVED), moment)
    is_fallen = bool(tx.away_from(second.id))
    why = "fell_back" if is_fallen else "goes_on_there"
    told = (notice(left, why, channel=tx.channel_name(second.channel)), card(left)) if first.ref else ()
    tx.save(Step(conversation, thread=left.thread, deliveries=told))
    here = Ground(conversation, replace(second, state=ThreadState.ACTIVE), moment)
    because = {"because": "unreachable" if is_fallen else "nobody"}
    so_far = (delivery_to(here, Kind.NOTICE, words=HISTORY, about=because),)
    lines = (_line(here, message) for message in tx.unposted(conversation.id))
    history = so_far if (_has_stood(tx, conversation) if is_fallen else conversation.places > 1) else ()
    tx.save(Step(conversation, thread=here.thread, deliveries=(*history, *lines)))


def drawn_again(tx: Transaction, thread_id: ThreadId, moment: Moment) -> None:
    """Who was replaced has drawn a card after its successor did, as things stood before: once more, as they stand."""
    thread = tx.thread(thread_id)
    if thread is None:
        return
    conversation = tx.lock_conversation(thread.conversation)
    tx.save(Step(conversation, thread=thread, deliveries=(card(Ground(conversation, thread, moment)),)))


def _has_stood(tx: Transaction, conversation: Conversation) -> bool:
    """Whether more was said in earlier threads than the card of the new one holds."""
    first = tx.first_words(conversation.id)
    others = (said for said, _ in tx.shown(conversation.id) if first is None or said.id != first.id)
    return any(said.speaker is Speaker.AGENT or said.receipt is Receipt.POSTED for said in others if not said.removed)


def line_failed(tx: Transaction, errand: ThreadErrand, cause: str, moment: Moment) -> None:
    """Tell in the thread of a line that can never stand there."""
    conversation = tx.lock_conversation(errand.conversation.id)
    ground = Ground(conversation, tx.thread(errand.thread.id) or errand.thread, moment)
    tx.save(Step(conversation, deliveries=(notice(ground, "line_failed", cause=cause),)))
