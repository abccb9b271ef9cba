"""One of several couriers on one database: the real adapter against the pretend workplace, with a lease of seconds."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

import bridge.delivery
from adapters.playground import APP_TOKEN, BOT_TOKEN
from adapters.slack import SlackSettings, open_slack
from bridge.alerts import Alerts
from bridge.carriers import ThreadCarrier
from bridge.clock import SystemClock
from bridge.delivery import Courier
from storage.opening import open_store
from storage.signals import LocalSignals

TIMEOUT = 0.6  # seconds a call may take; the lease is more than three times that
LEASE = timedelta(seconds=2.5)
PROVES_AFTER = timedelta(seconds=1)  # the pretend workplace shows what it stored at once


async def main(url: str, api_url: str, name: str) -> None:
    """Carry until the standard input ends."""
    bridge.delivery.LEASE = LEASE  # type: ignore[misc]
    bridge.delivery.PROVES_AFTER = PROVES_AFTER  # type: ignore[misc]
    signals, clock = LocalSignals(), SystemClock()
    store = await open_store(url, signals)
    slack = await open_slack(SlackSettings(BOT_TOKEN, APP_TOKEN, api_url, timeout=TIMEOUT, paced=False))
    courier = Courier(ThreadCarrier(slack.workplace, store, clock), store, signals, clock, name, Alerts(store, clock))
    carrying = asyncio.create_task(courier.run())
    await asyncio.to_thread(sys.stdin.read)
    await courier.stop(1.0)
    await carrying
    await slack.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
