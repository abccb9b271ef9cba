"""Who gets a conversation by mail when it is closed, or because the visitor asks for it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bridge.errors import Refused
from bridge.model import Conversation, Delivery, Kind, Moment, Status, Step
from bridge.transaction import Transaction

TRANSCRIPT: Final = "transcript"  # the words of a mail with what was said
A_DAY: Final = timedelta(days=1)
A_DAY_EACH: Final = 10  # transcripts that one address gets in a day: a visitor can type anybody's


def with_transcripts(tx: Transaction, step: Step, moment: Moment) -> Step:
    """The step, with the mails that a close brings: one for each address and close."""
    conversation = step.conversation
    if conversation.status is not Status.CLOSED or not step.calls_off or not tx.has_mail():
        return step
    wanted = tx.policy(conversation.site).transcripts
    visitor = tx.visitor(conversation.visitor)
    theirs = visitor.email if visitor and wanted.to_visitor and _has_room(tx, visitor.email, moment) else ""
    addresses = dict.fromkeys(filter(None, (theirs, wanted.to_team)))
    mails = tuple(transcript(conversation, address, f"close {conversation.spell}", moment) for address in addresses)
    return replace(step, deliveries=(*step.deliveries, *mails))


def asked_for(tx: Transaction, conversation: Conversation, address: str, key: str, moment: Moment) -> Step:
    """The visitor wants what was said so far. Raises Refused when the address has got enough for a day."""
    if not _has_room(tx, address, moment):
        raise Refused("too_fast", "this address has got enough transcripts for a day", wait=3600)
    return Step(conversation, deliveries=(transcript(conversation, address, f"asked {key}", moment),))


def transcript(conversation: Conversation, address: str, occasion: str, moment: Moment) -> Delivery:
    """The mail; the same occasion and address is the same mail for ever."""
    name = hashlib.sha256("\0".join((conversation.id, occasion, address)).encode()).hexdigest()[:32]
    return Delivery(
        kind=Kind.MAIL,
        lane=f"mail:{address}",
        thread=None,
        key=name,
        at=moment.now,
        words=TRANSCRIPT,
        to=address,
    )


def _has_room(tx: Transaction, address: str, moment: Moment) -> bool:
    return bool(address) and tx.mails_to(address, moment.now - A_DAY) < A_DAY_EACH
