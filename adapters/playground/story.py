"""A whole conversation played over the wire: a visitor by the visitor protocol, agents by the pretend workspaces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.playground.server import Playground
from adapters.playground.story_visitor import StoryError, Visitor, until
from adapters.playground.teams.story import TeamsStory
from adapters.playground.values import JSON
from adapters.playground.workspace import ANNA, BILLING, MIKAEL, SARA, SUPPORT

ADDRESS, FORGOTTEN, ON_CALL = "visitor@home.example", "other@home.example", "oncall@shop.example"


@dataclass(frozen=True, slots=True)
class Hands:
    """What the story needs of whoever runs the bridge: to let time pass, and to forget somebody."""

    pass_time: Callable[[float], Awaitable[None]]
    forget: Callable[[str], Awaitable[None]]


class Story:
    """The scenes, told on the way."""

    def __init__(self, playground: Playground, visitor: Visitor, tell: Callable[[str], None], hands: Hands) -> None:
        self._team, self._visitor, self._tell, self._hands = playground, visitor, tell, hands
        self._pause = 0.4

    async def play(self) -> None:
        """From the first word to the last mail."""
        root = await self._first_words()
        await self._answers(root)
        await self._internal_talk(root)
        await self._goodbye(root)
        await self._nobody_comes(root)
        await self._silence()

    async def _scene(self, who: str, words: str) -> None:
        self._tell(f"  {who:<10} {words}")
        await asyncio.sleep(self._pause)

    async def _first_words(self) -> str:
        before = {root["ts"] for root in self._team.messages(SUPPORT)}
        await self._visitor.arrive()
        await self._scene("visitor", "Hi! Is the green tent still in stock?")
        await self._visitor.say("Hi! Is the green tent still in stock?")
        roots: list[JSON] = []

        def has_card() -> bool:
            roots[:] = [root for root in self._team.messages(SUPPORT) if root["ts"] not in before]
            return bool(roots)

        await until("the card appears in #support", has_card)
        await self._scene("#support", "a card appears, with Claim and Close")
        return str(roots[0]["ts"])

    async def _answers(self, root: str) -> None:
        await self._team.say(ANNA, SUPPORT, "Hello! Yes, two are left: https://shop.example/tent", root)
        await until(
            "Anna's answer reaches the visitor",
            lambda: any("two are left" in text for text in self._visitor.texts()),
        )
        await self._scene(
            "Anna",
            "answers in the thread: the first answer takes the chat, and the visitor reads it",
        )
        await self._visitor.say("Great, can I pick it up today?")
        await until("the visitor's line is in the thread", lambda: len(self._from_visitor(root)) == 1)
        await self._scene("visitor", "Great, can I pick it up today?")

    def _from_visitor(self, root: str) -> list[JSON]:
        return [
            said for said in self._team.thread(SUPPORT, root)[1:] if str(said.get("username", "")).startswith("Visitor")
        ]

    async def _internal_talk(self, root: str) -> None:
        await self._team.say(MIKAEL, SUPPORT, "I can put one aside at the counter", root)
        await self._team.say(ANNA, SUPPORT, ";; asking the shop first", root)
        await self._team.say(ANNA, SUPPORT, "Yes, until 18:00. We keep one at the counter.", root)
        await until(
            "the answer reaches the visitor",
            lambda: "Yes, until 18:00. We keep one at the counter." in self._visitor.texts(),
        )
        leaked = [text for text in self._visitor.texts() if "aside" in text or "asking" in text]
        if leaked:
            raise StoryError(f"internal talk reached the visitor: {leaked}")
        await self._scene("Mikael", "remarks in the thread, and Anna writes a ;; note: the visitor reads neither")
        await self._scene("Anna", "Yes, until 18:00. We keep one at the counter.")

    async def _goodbye(self, root: str) -> None:
        await self._visitor.leave_email(ADDRESS)
        await self._team.say(ANNA, SUPPORT, "!close", root)
        await until("the chat is closed", lambda: self._visitor.state.get("status") == "closed")
        await self._scene("Anna", "!close: the chat is over, and the visitor may write again to continue")
        await until("the transcript is in the mailbox", lambda: len(self._team.mails_to(ADDRESS)) == 1)
        await self._scene("mailbox", f"{self._team.mails_to(ADDRESS)[0].subject}: what was said, without the notes")
        await self._visitor.say("One more thing: does it have pegs?")
        await until("the chat is open again", lambda: self._visitor.state.get("status") == "waiting")
        await self._scene("visitor", "writes again: the same thread, waiting for somebody")

    async def _nobody_comes(self, root: str) -> None:
        """Each minute calls louder."""
        await self._hands.pass_time(61)
        await until("a notice in the thread", lambda: "1 minute" in self._last(root))
        await self._scene("#support", "a minute without a claim: a notice that the whole channel sees")
        await self._hands.pass_time(60)
        await until("Sara is called", lambda: SARA in self._last(root))
        await self._scene("#support", "two minutes: Sara is called by name")
        await self._hands.pass_time(60)
        await until("a thread in the second channel", lambda: bool(self._cards(BILLING)))
        await self._scene("#billing", "three minutes: the chat goes on in a second channel, and the first says so")
        await self._hands.pass_time(60)
        await until("a mail", lambda: bool(self._team.mails_to(ON_CALL)))
        await self._scene("mailbox", f"four minutes, to who is on call: {self._team.mails_to(ON_CALL)[0].subject}")
        await self._team.say(SARA, BILLING, "Yes, twelve pegs. Anything else?", self._cards(BILLING)[-1])
        await until("Sara's answer", lambda: "Yes, twelve pegs. Anything else?" in self._visitor.texts())
        await self._scene("Sara", "answers there, and everything is silent again")

    async def _silence(self) -> None:
        await self._hands.pass_time(10 * 60 + 1)
        await until("the visitor is asked", lambda: any("still there" in text for text in self._visitor.texts()))
        await self._scene("visitor", "says nothing for ten minutes, and is asked whether they are still there")
        await self._hands.pass_time(5 * 60 + 1)
        await until("the chat is closed", lambda: self._visitor.state.get("status") == "closed")
        await until("a second transcript", lambda: len(self._team.mails_to(ADDRESS)) == 2)
        await self._scene("mailbox", "nothing more: the chat closes by itself, and its transcript comes")

    def _cards(self, channel: str) -> list[str]:
        return [str(root["ts"]) for root in self._team.messages(channel) if root.get("bot_id")]

    def _last(self, root: str) -> str:
        return str(self._team.thread(SUPPORT, root)[-1]["text"])


async def _forgotten(playground: Playground, visitor: Visitor, tell: Callable[[str], None], hands: Hands) -> None:
    """Somebody else comes, and wants to be forgotten."""
    before = len(playground.messages(SUPPORT))
    await visitor.arrive()
    await visitor.say("Please call me back: 040 123 4567")
    await visitor.leave_email(FORGOTTEN)
    await until("a second card", lambda: len(playground.messages(SUPPORT)) > before)
    await hands.forget(FORGOTTEN)
    await until("their card is gone", lambda: "040 123" not in str(playground.messages(SUPPORT)))
    tell(f"  {'forgotten':<10} somebody else wrote and was forgotten: here and over there nothing of theirs is left")


async def play(playground: Playground, bridge: str, hands: Hands, tell: Callable[[str], None] = print) -> None:
    """Play the story on the sites `main` and `teams`. Raises StoryError when something did not happen."""
    visitor, other, third = (Visitor(bridge, site, playground.url) for site in ("main", "main", "teams"))
    try:
        await Story(playground, visitor, tell, hands).play()
        await _forgotten(playground, other, tell, hands)
        await TeamsStory(playground.teams, third, tell).play()
        tell("  The story is over; everything above went over the wire.")
    finally:
        for one in (visitor, other, third):
            await one.leave()
