"""The story's part in the pretend Teams: the second shop, whose team works there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.playground.story_visitor import StoryError, Visitor, until
from adapters.playground.teams.verbs import Teams
from adapters.playground.teams.workspace import ANNA, MIKAEL, SUPPORT
from adapters.playground.values import JSON


async def greet(team: Teams) -> None:
    """A first post without a mention: from it the app learns that it hears everything."""
    await team.say(ANNA, SUPPORT, "Good morning! I take the chat today.")


class TeamsStory:
    """The scenes, told on the way."""

    def __init__(self, team: Teams, visitor: Visitor, tell: Callable[[str], None]) -> None:
        self._team, self._visitor, self._tell = team, visitor, tell
        self._pause = 0.2

    async def play(self) -> None:
        """From the first word to the goodbye."""
        root = await self._first_words()
        await self._claim(root)
        await self._answers(root)
        await self._internal_talk(root)
        await self._goodbye(root)

    async def _scene(self, who: str, words: str) -> None:
        self._tell(f"  {who:<10} {words}")
        await asyncio.sleep(self._pause)

    async def _first_words(self) -> str:
        before = {post["id"] for post in self._team.messages(SUPPORT)}
        await self._visitor.arrive()
        await self._scene("visitor", "in the shop that is answered in Teams: Do these boots come in 44?")
        await self._visitor.say("Do these boots come in 44?")
        cards: list[JSON] = []

        def has_card() -> bool:
            cards[:] = [post for post in self._team.messages(SUPPORT) if post["id"] not in before and post["card"]]
            return bool(cards)

        await until("the card appears in Teams", has_card)
        await self._scene("Teams", "a card appears in the channel Support")
        return str(cards[0]["id"])

    async def _claim(self, root: str) -> None:
        await self._team.press(ANNA, SUPPORT, root, "claim")
        await until("the card names Anna", lambda: "Anna" in self._card(root))
        await self._scene("Anna", "presses Claim: the card says that the chat is hers")

    def _card(self, root: str) -> str:
        return str(self._team.thread(SUPPORT, root)[0]["text"])

    async def _answers(self, root: str) -> None:
        answer = await self._team.say(ANNA, SUPPORT, "Yes, in brown.", root)
        await until("Anna's answer reaches the visitor", lambda: "Yes, in brown." in self._visitor.texts())
        await self._team.edit(ANNA, SUPPORT, answer, "Yes, in brown and in black.")
        await until("the edit too", lambda: "Yes, in brown and in black." in self._visitor.texts())
        await self._scene("Anna", "answers, and corrects herself: the visitor reads Yes, in brown and in black.")

    async def _internal_talk(self, root: str) -> None:
        await self._team.say(ANNA, SUPPORT, ";; the black ones are the last pair", root)
        await self._team.say(MIKAEL, SUPPORT, "I can set them aside", root)
        await self._team.say(ANNA, SUPPORT, "Shall we keep the black ones for you?", root)
        await until("the question", lambda: "Shall we keep the black ones for you?" in self._visitor.texts())
        leaked = [text for text in self._visitor.texts() if "last pair" in text or "aside" in text]
        if leaked:
            raise StoryError(f"internal talk reached the visitor: {leaked}")
        await self._scene("Anna", "writes a ;; note, and Mikael a remark: both stay in the thread")

    async def _goodbye(self, root: str) -> None:
        await self._visitor.say("Yes please!")
        await until("it is in the thread", lambda: "Yes please!" in str(self._team.thread(SUPPORT, root)))
        await self._scene("visitor", "Yes please!")
        await self._team.press(ANNA, SUPPORT, root, "close")
        await until("the chat is closed", lambda: self._visitor.state.get("status") == "closed")
        await self._scene("Anna", "presses Close: the chat is over")
