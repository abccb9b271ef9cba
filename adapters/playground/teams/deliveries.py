"""Gets activities to the bot's endpoint, signed as the service signs them, and repeats what got no
answer.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.playground.errors import Refused
from adapters.playground.rules import TeamsRules
from adapters.playground.teams.keys import Keys
from adapters.playground.teams.values import Answered, Delivery
from adapters.playground.values import JSON

# Kind -> what happens. docs/playground.md holds the same table; a test compares them.
HABITS = {
    "drop": "the next events are lost for good",
    "twice": "the next events are each sent twice",
    "late": "the next events come `seconds` late, and so out of order",
    "unsigned": "the next events come without a token",
    "foreign_key": "the next events are signed with a key that was never published",
}
AGENT = "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)"


def name_of(activity: JSON) -> str:
    """The type with what the page of the documentation calls it: an event, an action, an invoke."""
    inner = activity.get("channelData")
    event = inner.get("eventType") if isinstance(inner, dict) else ""
    more = activity.get("name") or activity.get("action") or event
    return f"{activity.get('type', '')}/{more}" if more else str(activity.get("type", ""))


def _parsed(raw: bytes) -> JSON:
    try:
        parsed = json.loads(raw or b"{}")
    except ValueError:
        return {"text": raw.decode(errors="replace")}
    return parsed if isinstance(parsed, dict) else {"value": parsed}


@dataclass(slots=True)
class Deliveries:
    keys: Keys
    rules: TeamsRules
    url: str = ""
    session: ClientSession | None = None
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
        if self.session is not None:
            await self.session.close()
            self.session = None

    # sending

    def misbehave(self, kind: str, times: int, seconds: float) -> None:
        if kind not in HABITS:
            raise Refused("unknown_fault")
        self.habits.extend([(kind, seconds)] * times)

    def event(self, activity: JSON) -> None:
        kind, seconds = self.habits.pop(0) if self.habits else ("", 0.0)
        record = self._logged(activity)
        if kind == "drop" or not self.url:
            return
        for _ in range(2 if kind == "twice" else 1):
            self.run(self._deliver(record, seconds if kind == "late" else 0.0, kind))

    async def asked(self, activity: JSON) -> Answered:
        """An invoke: one attempt, and what the bot says to it."""
        record = self._logged(activity)
        answer = await self.post(activity, self.token(activity), self.rules.invoke_timeout)
        self._noted(record, answer)
        return answer

    async def submitted(self, activity: JSON) -> Answered:
        """A message whose fate the caller waits for, repetitions included."""
        record = self._logged(activity)
        return await self._deliver(record, 0.0, "")

    def _logged(self, activity: JSON) -> Delivery:
        record = Delivery(str(activity.get("id", "")), name_of(activity), activity)
        self.log.append(record)
        return record

    def _noted(self, record: Delivery, answer: Answered) -> None:
        record.attempts += 1
        record.statuses.append(answer.status)
        record.acked = record.acked or 200 <= answer.status < 300

    async def _deliver(self, record: Delivery, late: float, kind: str) -> Answered:
        answer = Answered(0, {})
        for pause in (late, *self.rules.retry_delays):
            if pause:
                await asyncio.sleep(pause)
            answer = await self.post(record.activity, self.token(record.activity, kind), self.rules.ack_timeout)
            self._noted(record, answer)
            is_refused = answer.status >= 300
            if record.acked or (is_refused and not self.rules.repeat_refused):
                break
        return answer

    def token(self, activity: JSON, kind: str = "") -> str:
        """As the service signs it; empty when it forgets to."""
        if kind == "unsigned":
            return ""
        claims = self.keys.claims(str(activity.get("serviceUrl", "")))
        return self.keys.sign(claims, self.keys.foreign if kind == "foreign_key" else None)

    async def post(self, activity: Any, token: str, timeout: float) -> Answered:
        """One request, whatever it holds; 0 when no answer came in time."""
        if not self.url:
            return Answered(0, {})
        if self.session is None:
            self.session = ClientSession()
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        body = (
            activity
            if isinstance(activity, bytes)
            else json.dumps(activity, ensure_ascii=False).encode(errors="replace")
        )
        wait = ClientTimeout(total=timeout)
        try:
            async with self.session.post(
                self.url, data=body, headers=headers, timeout=wait, allow_redirects=False
            ) as got:
                return Answered(got.status, _parsed(await got.read()))
        except (TimeoutError, ClientError):
            return Answered(0, {})
