"""Faults of the app's sockets, switched on from outside."""

from __future__ import annotations

import asyncio

from adapters.playground.deliveries import HABITS
from adapters.playground.errors import Refused
from adapters.playground.sockets import Link
from adapters.playground.stage import Stage

# Kind -> what happens. docs/playground.md holds the same table.
SOCKET_FAULTS = {
    "refresh": "a disconnect frame with refresh_requested, then the sockets are closed",
    "warning": "a disconnect frame with warning, then after a while refresh",
    "link_disabled": "a disconnect frame with link_disabled, then the sockets are closed",
    "reset": "the TCP connections are reset without a word",
    "half_open": "the sockets stay open and are silent in both directions",
    "drop_events": "the next events are lost for good",
    "duplicate_events": "the next events are each sent twice",
    "delay_events": "the next events come late, and so out of order",
}


async def _closing(stage: Stage, reason: str, links: list[Link]) -> None:
    await stage.hub.disconnect(reason, links)
    # The client is given the time to open its next socket first.
    await asyncio.sleep(min(1.0, stage.rules.refresh_notice))
    await stage.hub.close(links)


async def _warned(stage: Stage, links: list[Link]) -> None:
    await stage.hub.disconnect("warning", links)
    await asyncio.sleep(stage.rules.refresh_notice)
    await _closing(stage, "refresh_requested", links)


def apply(stage: Stage, kind: str, times: int, seconds: float) -> None:
    """On every socket that is open now; the events' faults on the next `times` events."""
    links = list(stage.hub.links)
    if kind in HABITS:
        stage.deliveries.misbehave(kind, times, seconds)
    elif kind == "warning":
        stage.deliveries.run(_warned(stage, links))
    elif kind in ("refresh", "link_disabled"):
        reason = "refresh_requested" if kind == "refresh" else kind
        stage.deliveries.run(_closing(stage, reason, links))
    elif kind == "reset":
        for link in links:
            link.reset()
    elif kind == "half_open":
        for link in links:
            link.half_open = True
    else:
        raise Refused("unknown_fault")
