"""What must hold in the end: the threads and the visitors' histories say the same, once, in order, and nothing more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from adapters.playground.workspace import SUPPORT
from tests.kill.customers import Customer
from tests.kill.scene import SECRET, Scene
from tests.kill.server import until

PENDING = """SELECT count(*) FROM delivery
             WHERE kind IN ('open', 'post', 'notice') AND state IN ('due', 'sending', 'unknown')"""


async def agreed(scene: Scene, within: float = 30.0) -> None:
    """Wait until everything has arrived, then hold every reading against the others."""
    async with asyncio.timeout(within + 90):
        await scene.team.settled()
    with suppress(TimeoutError):
        await until(lambda: not disagreements(scene), within)
    assert not (found := disagreements(scene)), "\n".join(found)
    for customer in scene.customers:
        await _reads_the_same_anew(customer)
    assert "Traceback" not in scene.server.words(whole=True), "the bridge met a fault of its own"


def disagreements(scene: Scene) -> list[str]:
    """One sentence for each thing that is not as it should be (yet)."""
    found = [f"an event was given up: {event}" for event in scene.team.deliveries if not event.acked]
    if pending := scene.ask(PENDING)[0][0]:
        found.append(f"{pending} deliveries are under way")
    if len(scene.cards()) != len(scene.customers):
        found.append(f"{len(scene.cards())} threads for {len(scene.customers)} visitors")
    for customer in scene.customers:
        found += _of(scene, customer)
    return found


def _of(scene: Scene, customer: Customer) -> Iterator[str]:
    cards = [card for card in scene.cards() if spoken(card).startswith(f"{customer.name}: ")]
    thread = [said for card in cards for said in scene.team.thread(SUPPORT, card["ts"])]
    lines = [line for said in thread if is_ours(said) for line in spoken(said).split("\n") if line]
    answers = [said["text"] for said in thread if not is_ours(said) and SECRET not in said["text"]]
    shown = customer.texts("agent")
    yield from _different(f"the thread of {customer.name}", lines, customer.acknowledged)
    yield from _different(f"the lines that {customer.name} sees", customer.texts("visitor"), customer.acknowledged)
    yield from _different(f"the answers that {customer.name} sees", shown, [plain(text) for text in answers])
    yield from _different(f"the notices that {customer.name} sees", len(customer.texts("notice")), min(1, len(answers)))
    if SECRET in json.dumps(customer.frames):
        yield f"{customer.name} was shown what is internal"
    if late := [said for said in customer.shown.values() if said.get("state", "posted") != "posted"]:
        yield f"{customer.name} is not told that {late} stand in the thread"


def _different(what: str, found: Any, expected: Any) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found}\n  should be: {expected}"


async def _reads_the_same_anew(customer: Customer) -> None:
    """Changes read piecemeal over all those lines are the history read at once."""
    tab = await customer.another_tab()
    try:
        await until(lambda: tab.state, 30)
        assert tab.messages() == customer.messages()
    finally:
        await tab.leave()


def is_ours(said: dict[str, Any]) -> bool:
    """Whether the bridge posted it."""
    return "bot_id" in said


def plain(text: str) -> str:
    """What a person reads of Slack's escaped text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def spoken(said: dict[str, Any]) -> str:
    """A visitor's words in a post of ours: rich text, which nothing else of ours is."""
    return "".join(_texts(said["blocks"]))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict) and node.get("type") == "text":
        yield node["text"]
    elif isinstance(node, dict) and "elements" in node:
        yield from _texts(node["elements"])
