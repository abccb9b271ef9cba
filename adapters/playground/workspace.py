"""The memory of the pretend workspace: people, channels, messages. Everything is lost at stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from adapters.playground.values import JSON, Bot, Channel, Person, Stored, Team, Whisper, trim

GENERAL, SUPPORT, BILLING = "C0GENERAL01", "C0SUPPORT01", "C0BILLING01"
ANNA, MIKAEL, SARA = "U0ANNA00001", "U0MIKAEL001", "U0SARA00001"
GUEST, OUTSIDER = "U0GUEST0001", "U0OUTSIDE01"


def _people(bot: Bot) -> tuple[Person, ...]:
    return (
        Person(
            id=ANNA,
            name="anna.virtanen",
            email="anna.virtanen@playground.example",
            real_name="Anna Virtanen",
            display_name="Anna",
        ),
        Person(
            id=MIKAEL,
            name="mikael.lind",
            email="mikael.lind@playground.example",
            real_name="Mikael Lind",
            display_name="Mikael",
        ),
        Person(
            id=SARA,
            name="sara.weber",
            email="sara.weber@playground.example",
            real_name="Sara Weber",
            display_name="Sara",
        ),
        Person(id=GUEST, name="otto.gast", real_name="Otto Gast", is_restricted=True),
        Person(
            id=OUTSIDER,
            name="vera.outside",
            real_name="Vera Outside",
            is_stranger=True,
            team_id="T0OTHER0001",
        ),
        Person(id=bot.user_id, name=bot.name, real_name=bot.name.title(), is_bot=True),
    )


def _channels(bot: Bot) -> tuple[Channel, ...]:
    agents = (ANNA, MIKAEL, SARA)
    return (
        Channel(id=GENERAL, name="general", members=(*agents, OUTSIDER)),
        Channel(id=SUPPORT, name="support", members=(*agents, GUEST, bot.user_id)),
        Channel(id=BILLING, name="billing", members=(ANNA, SARA, bot.user_id), is_private=True),
    )


@dataclass(slots=True)
class Workspace:
    """Channels and people are frozen values replaced on change; messages are ordered by
    their ts.
    """

    team: Team = field(default_factory=Team)
    bot: Bot = field(default_factory=Bot)
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    history: dict[str, dict[str, Stored]] = field(default_factory=dict)
    threads: dict[tuple[str, str], dict[str, Stored]] = field(default_factory=dict)
    whispers: dict[str, Whisper] = field(default_factory=dict)

    @classmethod
    def pretend(cls) -> Workspace:
        made = cls()
        made.people = {person.id: person for person in _people(made.bot)}
        made.channels = {channel.id: channel for channel in _channels(made.bot)}
        return made

    # people and channels

    def bot_is_in(self, channel: str) -> bool:
        return self.bot.user_id in self.channels[channel].members

    def is_shared(self, channel: str) -> bool:
        return any(
            self.people[member].is_stranger for member in self.channels[channel].members if member in self.people
        )

    def change_channel(self, channel: str, **changes: object) -> Channel:
        changed = replace(self.channels[channel], **changes)  # type: ignore[arg-type]
        self.channels[channel] = changed
        return changed

    def change_person(self, person: str, **changes: object) -> Person:
        changed = replace(self.people[person], **changes)  # type: ignore[arg-type]
        self.people[person] = changed
        return changed

    # messages

    def messages(self, channel: str) -> Iterable[Stored]:
        return self.history.get(channel, {}).values()

    def find(self, channel: str, ts: str) -> Stored | None:
        return self.history.get(channel, {}).get(ts)

    def replies(self, channel: str, root: str) -> list[Stored]:
        return list(self.threads.get((channel, root), {}).values())

    def keep(self, channel: str, stored: Stored, *, at_most: int) -> None:
        shelf = self.history.setdefault(channel, {})
        shelf[stored.ts] = stored
        if stored.is_reply:
            self.threads.setdefault((channel, stored.thread_ts), {})[stored.ts] = stored
        while len(shelf) > at_most:
            self.remove(channel, self._oldest(channel))

    def _oldest(self, channel: str) -> str:
        """A root goes after its replies, so that a thread in use keeps its head."""
        shelf = self.history[channel]
        return next(ts for ts in shelf if (channel, ts) not in self.threads)

    def whisper(self, ts: str, one: Whisper, *, at_most: int) -> None:
        self.whispers[ts] = one
        trim(self.whispers, at_most)

    def remove(self, channel: str, ts: str) -> None:
        stored = self.history[channel].pop(ts)
        thread = self.threads.get((channel, stored.thread_ts), {})
        thread.pop(ts, None)
        if not thread:
            self.threads.pop((channel, stored.thread_ts), None)

    def permalink(self, channel: str, stored: Stored) -> str:
        number = stored.ts.replace(".", "")
        thread = f"?thread_ts={stored.thread_ts}&cid={channel}" if stored.is_reply else ""
        return f"https://{self.team.domain}.slack.com/archives/{channel}/p{number}{thread}"

    def whole(self, channel: str, stored: Stored) -> JSON:
        """The message as read back: a root carries what is derived from its replies."""
        replies = [] if stored.is_reply else self.replies(channel, stored.ts)
        if not replies:
            return dict(stored.wire)
        users = list(dict.fromkeys(one.author for one in replies))
        return dict(stored.wire) | {
            "thread_ts": stored.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": False,
        }
