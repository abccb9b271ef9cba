"""Gets events and interactivity to the app, over its sockets or over HTTP, and repeats what was not
acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from adapters.playground.errors import Refused
from adapters.playground.http_events import HttpSender, Outcome
from adapters.playground.rules import Rules
from adapters.playground.sockets import Hub
from adapters.playground.values import JSON

HABITS = ("drop_events", "duplicate_events", "delay_events")


@dataclass(slots=True)
class Delivery:
    """What became of one event; kept so that tests can ask."""

    event_id: str
    name: str
    attempts: int = 0
    acked: bool = False


def envelope(kind: str, payload: JSON) -> JSON:
    return {
        "envelope_id": f"{secrets.token_hex(4)}-{secrets.token_hex(8)}",
        "payload": payload,
        "type": kind,
        "accepts_response_payload": kind == "slash_commands" or payload.get("type") == "view_submission",
    }


@dataclass(slots=True)
class Deliveries:
    hub: Hub
    rules: Rules
    http: HttpSender | None = None
    log: deque[Delivery] = field(default_factory=lambda: deque(maxlen=10000))
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    habits: list[tuple[str, float]] = field(default_factory=list)

    # tasks

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        """Started here, awaited in `settled` or cancelled in `stop`."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def settled(self) -> None:
        while self.tasks:
            await asyncio.gather(*self.tasks)

    async def stop(self) -> None:
        waiting = list(self.tasks)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    # events

    def misbehave(self, kind: str, times: int, seconds: float) -> None:
        """The next events are dropped, sent twice, or sent late (and so out of order)."""
        if kind not in HABITS:
            raise Refused("unknown_fault")
        self.habits.extend([(kind, seconds)] * times)

    def event(self, name: str, payload: JSON) -> None:
        kind, seconds = self.habits.pop(0) if self.habits else ("", 0.0)
        record = Delivery(str(payload["event_id"]), name)
        self.log.append(record)
        if kind == "drop_events":
            return
        for _ in range(2 if kind == "duplicate_events" else 1):
            self.run(self._deliver(payload, record, seconds if kind == "delay_events" else 0.0))

    async def _deliver(self, payload: JSON, record: Delivery, late: float) -> None:
        reason = ""
        for attempt, pause in enumerate((late, *self.rules.retry_delays)):
            if pause:
                await asyncio.sleep(pause)
            record.attempts += 1
            outcome = await self._attempt(payload, attempt, reason)
            record.acked = record.acked or outcome.is_ok
            if outcome.is_ok or not outcome.may_retry:
                return
            reason = outcome.reason

    async def _attempt(self, payload: JSON, attempt: int, reason: str) -> Outcome:
        if self.http is not None:
            return await self.http.event(payload, attempt, reason)
        frame = envelope("events_api", payload) | {"retry_attempt": attempt, "retry_reason": reason}
        answer = await self.hub.send(frame, self.rules.ack_timeout)
        return Outcome(answer is not None, "timeout")

    # interactivity: one attempt, never repeated

    async def interactive(self, payload: JSON) -> JSON | None:
        """The acknowledgement's body, {} when it has none; None when nobody acknowledged
        in time.
        """
        if self.http is not None:
            outcome = await self.http.form({"payload": json.dumps(payload)})
            return _body(outcome)
        answer = await self.hub.send(envelope("interactive", payload), self.rules.ack_timeout)
        return None if answer is None else dict(answer.get("payload") or {})

    async def command(self, fields: dict[str, str]) -> JSON | None:
        if self.http is not None:
            return _body(await self.http.form(fields))
        answer = await self.hub.send(envelope("slash_commands", dict(fields)), self.rules.ack_timeout)
        return None if answer is None else dict(answer.get("payload") or {})


def _body(outcome: Outcome) -> JSON | None:
    if not outcome.is_ok:
        return None
    try:
        parsed = json.loads(outcome.body or b"{}")
    except ValueError:
        return {"text": outcome.body.decode(errors="replace")}
    return parsed if isinstance(parsed, dict) else {}
