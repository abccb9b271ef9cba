"""Whether what was sent to the pretend Slack keeps the published limits: looked at when each test ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.playground.blocks import check_blocks, words
from adapters.playground.limits import ALL_BLOCKS, UPDATE_TEXT, USERNAME
from adapters.playground.values import Call

WITH_WORDS = ("chat.postMessage", "chat.update", "chat.postEphemeral")
# Undocumented, and sent as a second belt; docs/decisions and the README say so.
KNOWN_EXTRAS = {"client_msg_id"}


def unsound(calls: Iterable[Call]) -> list[str]:
    """Each breach with its method; empty when Slack would take everything as it is."""
    return [f"{call.method}: {breach}" for call in calls for breach in _breaches(call)]


def _breaches(call: Call) -> Iterator[str]:
    yield from (f"undocumented argument {name}" for name in sorted(set(call.undocumented) - KNOWN_EXTRAS))
    if call.method not in WITH_WORDS:
        return
    text, blocks = call.arguments.get("text"), call.arguments.get("blocks")
    if not isinstance(text, str) or not text.strip() or len(text) > UPDATE_TEXT:
        yield f"text of {len(text) if isinstance(text, str) else text!r} characters"
    yield from check_blocks(blocks) if blocks else ["no blocks"]
    if words(blocks) > ALL_BLOCKS:
        yield f"{words(blocks)} characters of blocks"
    if len(str(call.arguments.get("username", ""))) > USERNAME:
        yield "a username that is too long"
