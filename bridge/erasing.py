"""Forgetting a person: everything of theirs here, and our posts over there. What cannot be removed is told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from bridge.cards import visitor_code
from bridge.custody import Erased, Left
from bridge.errors import NotFound, Refused
from bridge.model import ConversationId, Delivery, Kind, Moment, VisitorId
from bridge.ports import Clock, Store
from bridge.transaction import Transaction

WAITS_FOR: Final = 30.0  # seconds until calls under way must have ended


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, and what is left outside.

    `posts` are the keys of the deliveries that remove our posts; `theirs` is what people wrote in the threads; `mails`
    have left; `doubtful` conversations had a call under way of which nobody knows what it left over there.
    """

    visitors: int = 0
    conversations: int = 0
    posts: tuple[str, ...] = ()
    theirs: tuple[Left, ...] = ()
    mails: int = 0
    doubtful: int = 0


async def forget(store: Store, clock: Clock, who: str) -> Forgotten:
    """Forget everybody with this address, or the one visitor with this id or code (`Visitor K7Q2`).

    Raises NotFound when there is nobody, Refused when a code belongs to several.
    """
    visitors = await store.read(partial(_called, who=who.strip()))
    found, doubtful = list[Erased](), 0
    keys = list[str]()
    for visitor in visitors:
        secret = clock.moment().secret("forgotten")
        await store.turn(partial(_stopped, visitor=visitor, secret=secret))
        for conversation in await store.read(partial(_conversations, visitor=visitor)):
            doubtful += not await _is_quiet(store, clock, conversation)
            erased, removals = await store.turn(partial(erase, conversation=conversation, moment=clock.moment()))
            found.append(erased)
            keys += removals
        await store.turn(partial(_gone, visitor=visitor))
    return Forgotten(
        len(visitors),
        len(found),
        tuple(keys),
        tuple(left for erased in found for left in erased.theirs),
        sum(erased.mails for erased in found),
        doubtful,
    )


def erase(tx: Transaction, *, conversation: ConversationId, moment: Moment) -> tuple[Erased, tuple[str, ...]]:
    """Nothing of it stays here, and our posts over there will be removed; with the keys of what removes them."""
    erased = tx.erase(conversation)
    keys = list[str]()
    for number, (channel, ref) in enumerate(erased.ours):
        key = moment.id(f"erase:{conversation}:{number}")
        removal = Delivery(Kind.ERASE, f"erase:{key}", None, key, moment.now, to=ref)
        tx.send(removal, channel)
        keys.append(key)
    return erased, tuple(keys)


async def _is_quiet(store: Store, clock: Clock, conversation: ConversationId) -> bool:
    """Wait until no call for it is under way: what it leaves could not be found any more. False: it lasted too long."""
    end = clock.monotonic() + WAITS_FOR
    while await store.read(lambda tx: tx.is_under_way(conversation)):
        if clock.monotonic() > end:
            return False
        await clock.sleep(0.5)
    return True


def _called(tx: Transaction, *, who: str) -> tuple[VisitorId, ...]:
    if "@" in who:
        found = tx.visitors_of(who)
    else:
        code = who.rsplit(" ", maxsplit=1)[-1].upper()
        found = tuple(
            name.visitor for name in tx.visitor_names() if name.visitor == who or visitor_code(name.visitor) == code
        )
    if not found:
        raise NotFound(f"nobody is called {who}: name an e-mail address, or the visitor as the card does")
    if len(found) > 1 and "@" not in who:
        raise Refused("ambiguous", f"{who} is several visitors; name one of these ids: {', '.join(found)}")
    return found


def _conversations(tx: Transaction, *, visitor: VisitorId) -> tuple[ConversationId, ...]:
    return tx.conversations_of(visitor)


def _stopped(tx: Transaction, *, visitor: VisitorId, secret: str) -> None:
    tx.stop(visitor, secret)


def _gone(tx: Transaction, *, visitor: VisitorId) -> bool:
    return tx.erase_visitor(visitor)
