"""Trying in a real workspace what cannot be known without one; everything that is posted is taken away again."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from adapters.slack import manifest
from adapters.slack.calls import called
from adapters.slack.errors import FAILURES, outcome
from adapters.slack.found import Finding, summary
from adapters.slack.workplace import SlackWorkplace
from bridge.errors import WorkplaceError
from bridge.policies.foreign import mapping, text
from bridge.ports import Button, Card, Placed, Post, ThreadRef

T = TypeVar("T")

MARK: Final = "Silta is trying out this channel. The message goes away by itself."
PATIENCE: Final = 15.0  # seconds that an event, or a post when it is read back, may take to show
LOOKS_EVERY: Final = 0.5
# Characters of blocks in one post: the most that we send, and what would allow us to send more.
BUDGETS: Final = (10_000, 12_000, 13_000, 16_000, 20_000)
_PARTS: Final = 2_500


class Witness:
    """Takes events and remembers of which messages they told."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._news = asyncio.Event()

    async def take_event(self, body: dict[str, Any]) -> None:
        """Note the message, or the one that a message event is about."""
        event = mapping(body.get("event"))
        about = (event, mapping(event.get("message")), mapping(event.get("item")))
        self._told |= {text(one.get("ts")) for one in about} | {text(event.get("deleted_ts"))}
        self._news.set()

    async def take_press(self, body: dict[str, Any]) -> None:
        """Nobody is asked to press anything."""

    async def take_limit(self) -> None:
        """Nothing to read again."""

    async def missed(self) -> None:
        """Events can come now."""

    async def saw(self, stamp: str, within: float) -> bool:
        """Whether an event tells of this message in time."""
        try:
            async with asyncio.timeout(within):
                while stamp not in self._told:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True


class Probe:
    """One run in one channel. `person` may be shown a private line; nobody is, if it is empty."""

    def __init__(self, workplace: SlackWorkplace, channel: str, person: str, witness: Witness) -> None:
        self._workplace = workplace
        self._channel = channel
        self._person = person
        self._witness = witness
        self._posted: list[str] = []
        self._key = f"probe-{secrets.token_hex(8)}"

    async def run(self) -> AsyncGenerator[Finding, None]:
        """The findings, one by one, and at last all together; whatever happens, what was posted is taken away."""
        findings = []
        async with contextlib.aclosing(self._tries()) as tries:
            async for finding in tries:
                findings.append(finding)
                yield finding
        yield summary(findings)

    async def _tries(self) -> AsyncGenerator[Finding, None]:
        yield await self._scopes()
        fault = await _tried("channel", self._workplace.channel_fault(self._channel))
        yield fault if isinstance(fault, Finding) else Finding("channel", not fault, fault)
        if isinstance(fault, Finding) or fault:
            return
        try:
            async for finding in self._posts():
                yield finding
        finally:
            left = await self._cleaned()
        yield Finding("clean-up", not left, f"still there, delete by hand: {', '.join(left)}" if left else "")

    async def _posts(self) -> AsyncIterator[Finding]:
        root = await _tried("post", self._workplace.open_thread(self._channel, _card("Trying"), self._key))
        if isinstance(root, Finding):
            yield root
            return
        self._posted.append(root.ref)
        yield Finding("post", is_well=True)
        thread = ThreadRef(self._channel, root.ref)
        yield await self._read_back(root)
        yield await self._done("edit", self._workplace.edit_card(thread, _card("Tried"), self._key))
        yield await self._read_back(root, what="marker after an edit")
        yield await self._done("reaction", self._workplace.mark(self._channel, root.ref, "shown", ""))
        yield await self._said("name", thread, Post((MARK,), MARK, "Visitor"))  # as visitors' lines are
        yield await self._said("broadcast", thread, Post((MARK,), MARK, is_broadcast=True))
        yield await self._private(thread)
        yield await self._budget(thread)
        yield await self._event(root)

    async def _scopes(self) -> Finding:
        """The answer's header names what the token may; the body does not."""
        try:
            answer = await self._workplace.client.api_call("auth.test", json={})
        except FAILURES as error:
            return Finding("token", is_well=False, seen=str(outcome(error, wrote=False)))
        held = {name.strip() for name in answer.headers.get("x-oauth-scopes", "").split(",")}
        lacking = [name for name in manifest.SCOPES if name not in held]
        seen = f"missing: {', '.join(lacking)}; add them under OAuth & Permissions, and install again"
        return Finding("scopes", not lacking, seen if lacking else "")

    async def _read_back(self, root: Placed, what: str = "marker") -> Finding:
        """Whether a post is found by its key, and how long it takes to show."""
        since, loop = datetime.now(UTC) - timedelta(minutes=2), asyncio.get_running_loop()
        began = loop.time()
        while loop.time() - began < PATIENCE:
            found = await _tried(what, self._workplace.find(ThreadRef(self._channel, ""), self._key, since))
            if isinstance(found, Finding):
                return found
            if root in found:
                took = round(loop.time() - began, 1)
                return Finding(what, is_well=True, seen=f"read back after {took:.1f} s", measure=took)
            await asyncio.sleep(LOOKS_EVERY)
        return Finding(what, is_well=False, seen="not read back: after a doubtful call a post could stand there twice")

    async def _done(self, what: str, work: Awaitable[object]) -> Finding:
        ended = await _tried(what, work)
        return ended if isinstance(ended, Finding) else Finding(what, is_well=True)

    async def _said(self, what: str, thread: ThreadRef, post: Post) -> Finding:
        line = await _tried(what, self._workplace.post(thread, post, f"{self._key}-{what}"))
        if isinstance(line, Finding):
            return line
        self._posted.append(line.ref)
        return Finding(what, is_well=True)

    async def _private(self, thread: ThreadRef) -> Finding:
        if not self._person:
            seen = "not tried; name yourself with --person U…"
            return Finding("private line", is_well=True, seen=seen, is_tried=False)
        told = Post((MARK,), MARK, buttons=(Button("probe", "OK"),))
        return await self._done("private line", self._workplace.tell(thread, self._person, told))

    async def _budget(self, thread: ThreadRef) -> Finding:
        """How much text in blocks one post may have; nowhere documented."""
        most, refusal = 0, ""
        for size in BUDGETS:
            try:
                self._posted.append(await self._sized(thread, size))
            except WorkplaceError as error:
                refusal = f"; {size} characters: {error.cause}"
                break
            most = size
        return Finding("blocks", most >= BUDGETS[0], f"{most} characters in one post{refusal}", measure=most)

    async def _sized(self, thread: ThreadRef, size: int) -> str:
        words = [{"type": "text", "text": "x" * min(_PARTS, size - start)} for start in range(0, size, _PARTS)]
        section = {"type": "rich_text_section", "elements": words}
        arguments = {
            "channel": thread.channel,
            "thread_ts": thread.root,
            "text": MARK,
            "blocks": [{"type": "rich_text", "elements": [section]}],
        }
        return text((await called(self._workplace.client, "chat.postMessage", wrote=True, json=arguments)).get("ts"))

    async def _event(self, root: Placed) -> Finding:
        if await self._witness.saw(root.ref, PATIENCE):
            return Finding("events", is_well=True)
        advice = (
            "no event of our own post came: another process with this app takes them (stop it meanwhile),"
            " or the events are not subscribed, or they do not come here"
        )
        return Finding("events", is_well=False, seen=advice)

    async def _cleaned(self) -> list[str]:
        """Replies first: a root without replies goes without a trace. Returns what could not be deleted.

        A root whose posting ended in doubt may stand there too: it is found by its key.
        """
        since = datetime.now(UTC) - timedelta(minutes=5)
        found = await _tried("find", self._workplace.find(ThreadRef(self._channel, ""), self._key, since))
        roots = () if isinstance(found, Finding) else tuple(place.ref for place in found)
        left = []
        for ref in dict.fromkeys((*reversed(self._posted), *roots)):
            ended = await _tried("delete", self._workplace.delete(self._channel, ref))
            left += [ref] if isinstance(ended, Finding) else []
        return left


async def _tried(what: str, work: Awaitable[T]) -> T | Finding:
    """What came of it, or a finding that says why nothing did."""
    try:
        return await work
    except WorkplaceError as error:
        return Finding(what, is_well=False, seen=str(error))


def _card(status: str) -> Card:
    return Card("Silta", MARK, (("Channel", MARK),), (MARK,), status, "", (Button("probe", "OK"),))
