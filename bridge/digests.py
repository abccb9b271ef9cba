"""When many wait at once: one line in the channel for all of them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bridge import markup
from bridge.model import ChannelId
from bridge.policies.moments import span
from bridge.ports import Post, Store
from bridge.transaction import Errand, Transaction, Waiting
from bridge.wording import say


async def post(store: Store, errand: Errand, now: datetime, *, may_be_second: bool = False) -> Post | None:
    """How many wait now and how long; None when nobody waits any more. `may_be_second`: as in cards."""
    channel = ChannelId(errand.delivery.about["channel"])
    waiting, language, name = await store.read(partial(_standing, channel=channel))
    if not waiting.count or waiting.since is None:
        return None
    words = say(
        language,
        "thread.digest" if channel == errand.channel.id else "thread.digest_elsewhere",
        count=str(waiting.count),
        channel=name,
        time=span(language, now - waiting.since),
    )
    mentions = tuple(filter(None, (errand.delivery.to,)))
    caveat = say(language, "thread.may_be_second") if may_be_second else ""
    return Post(body=markup.literal(words), summary=words, mentions=mentions, caveat=caveat)


def _standing(tx: Transaction, *, channel: ChannelId) -> tuple[Waiting, str, str]:
    site = tx.site_in(channel)
    return tx.waiting_in(channel), site.agents_language if site else "en", tx.channel_name(channel)
