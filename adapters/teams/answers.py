"""The bytes of an answer: whole, and bounded."""

from __future__ import annotations

import aiohttp


async def whole(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """All that the other side says. Raises ValueError where it is more than that.

    `content.read(most)` would give what has arrived so far: of what comes in pieces, the first.
    """
    found = bytearray()
    async for piece in answer.content.iter_any():
        found += piece
        if len(found) > most:
            raise ValueError("an answer that is too large")
    return bytes(found)
