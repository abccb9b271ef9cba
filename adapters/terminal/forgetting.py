"""Forgetting somebody from the command line: it shows how far it has come, and says what stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from bridge.erasing import Forgotten
from bridge.managers import ManagerDesk, Removals
from bridge.model import ChannelId

PATIENCE: Final = 300.0  # seconds without progress after which we stop waiting
EVERY: Final = 1.0  # seconds between two looks


async def forget(managers: ManagerDesk, who: str, tell: Callable[[str], None]) -> list[str]:
    """Forget, and wait until our posts are gone; one sentence for each thing that could not be removed."""
    tell(f"forgetting {who}; calls under way are waited for")
    gone = await managers.forget(who)
    tell(f"erased here: {_count(gone.visitors, 'visitor')}, {_count(gone.conversations, 'conversation')}")
    removals = await _removed(managers, gone, tell)
    names = {left.channel: await managers.channel_name(left.channel) for left in gone.theirs}
    names |= {channel: await managers.channel_name(channel) for channel, _, _ in removals.refused}
    return [*_left(gone, names), *_stayed(removals, names)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


async def _removed(managers: ManagerDesk, gone: Forgotten, tell: Callable[[str], None]) -> Removals:
    loop = asyncio.get_running_loop()
    last, since = -1, loop.time()
    while True:
        removals = await managers.removals(gone.posts)
        if removals.done != last:
            last, since = removals.done, loop.time()
            tell(f"{removals.done} of {len(gone.posts)} posts are removed over there")
        if not removals.waiting or loop.time() - since > PATIENCE:
            return removals
        await asyncio.sleep(EVERY)


def _left(gone: Forgotten, names: Mapping[ChannelId, str]) -> list[str]:
    told = [
        f"{_count(left.count, 'message')} that people wrote in the thread {left.thread} "
        f"of channel {names[left.channel]}: they, or an admin, can delete them"
        for left in gone.theirs
    ]
    if gone.mails:
        told.append(f"{_count(gone.mails, 'mail')} had left already")
    if gone.doubtful:
        told.append(f"{gone.doubtful} conversations had a call under way: look in the channel for what it left")
    return told


def _stayed(removals: Removals, names: Mapping[ChannelId, str]) -> list[str]:
    told = [f"the post {ref} in channel {names[channel]} stays: {why}" for channel, ref, why in removals.refused]
    if removals.waiting:
        told.append(f"{removals.waiting} posts are not removed yet: the running bridge goes on with it")
    return told
