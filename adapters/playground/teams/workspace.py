"""The memory of the pretend team: people, channels, posts. Everything is lost at stop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from adapters.playground.values import JSON

TENANT = "5f2c9a10-7d41-4b8e-9c63-1a2b3c4d5e01"
HOME_OF_GUEST = "5f2c9a10-7d41-4b8e-9c63-1a2b3c4d5e02"
OTHER_TENANT = "5f2c9a10-7d41-4b8e-9c63-1a2b3c4d5e03"
APP_ID = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
APP_PASSWORD = "playground~secret"  # noqa: S105 - opens nothing but this
BOT = f"28:{APP_ID}"
BOT_NAME = "Silta"
AAD_GROUP = "3c4d5e6f-7081-4923-a4b5-c6d7e8f90a1b"

TEAM = "19:playgroundTeam0000000000000000000001@thread.tacv2"
GENERAL = TEAM
SUPPORT = "19:5a0000000000000000000000000000a1@thread.tacv2"
BILLING = "19:5a0000000000000000000000000000b2@thread.tacv2"

ANNA = "29:1annaVirtanen0000000000000000000000000001"
MIKAEL = "29:1mikaelLind00000000000000000000000000002"
SARA = "29:1saraWeber0000000000000000000000000000003"
GUEST = "29:1ottoGast00000000000000000000000000000004"
OUTSIDER = "29:1veraOutside0000000000000000000000000005"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    given_name: str
    surname: str
    aad_id: str
    email: str
    upn: str
    tenant: str = TENANT
    role: str = "user"
    display_name: str = ""

    @property
    def name(self) -> str:
        return self.display_name or f"{self.given_name} {self.surname}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A shared channel has members of its own; a standard one has those of the team."""

    id: str
    name: str
    shared_with: tuple[str, ...] = ()
    is_deleted: bool = False

    @property
    def kind(self) -> str:
        return "shared" if self.shared_with else "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: str = TEAM
    name: str = "Playground"
    aad_group: str = AAD_GROUP
    members: tuple[str, ...] = (ANNA, MIKAEL, SARA, GUEST)
    is_archived: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was sent. `html` is the rich body of a person's post, `pasted` the id of a picture in it; an
    app's post has a text format.
    """

    text: str = ""
    text_format: str = "plain"
    html: str = ""
    entities: tuple[JSON, ...] = ()
    card: JSON | None = None
    picture: str = ""
    pasted: str = ""
    notifies: bool = False


@dataclass(slots=True)
class Post:
    """One post as it lies in a channel; `personal` are the cards that only one person sees."""

    id: str
    channel: str
    root: str
    author: str
    at: float
    content: Content
    is_edited: bool = False
    is_deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    personal: dict[str, JSON] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.id != self.root

    @property
    def is_bots(self) -> bool:
        return self.author == BOT


def _person(number: int, id: str, given_name: str, surname: str, **more: str) -> Person:
    address = f"{given_name}.{surname}".lower()
    home = more.pop("domain", "playground.example")
    known = {"email": f"{address}@{home}", "upn": f"{address}@{home}"} | more
    aad = f"c0ffee00-0000-4000-8000-{number:012d}"
    return Person(id=id, given_name=given_name, surname=surname, aad_id=aad, **known)


def _people() -> tuple[Person, ...]:
    guest = "otto.gast_partner.example#EXT#@playground.example"
    return (
        _person(1, ANNA, "Anna", "Virtanen"),
        _person(2, MIKAEL, "Mikael", "Lind"),
        _person(3, SARA, "Sara", "Weber"),
        _person(4, GUEST, "Otto", "Gast", domain="partner.example", upn=guest, tenant=HOME_OF_GUEST, role="guest"),
        _person(5, OUTSIDER, "Vera", "Outside", domain="outside.example", tenant=OTHER_TENANT),
    )


def _channels() -> tuple[Channel, ...]:
    return (
        Channel(id=GENERAL, name="General"),
        Channel(id=SUPPORT, name="Support"),
        Channel(id=BILLING, name="Billing", shared_with=(ANNA, SARA, OUTSIDER)),
    )


@dataclass(slots=True)
class Workspace:
    """Channels, people and the team are frozen values replaced on change; posts are in order."""

    team: Team = field(default_factory=Team)
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    posts: dict[str, dict[str, Post]] = field(default_factory=dict)

    @classmethod
    def pretend(cls) -> Workspace:
        made = cls()
        made.people = {person.id: person for person in _people()}
        made.channels = {channel.id: channel for channel in _channels()}
        return made

    def members(self, channel: str) -> tuple[str, ...]:
        return self.channels[channel].shared_with or self.team.members

    def name_of(self, id: str) -> str:
        return BOT_NAME if id == BOT else self.people[id].name if id in self.people else id

    def person(self, word: str) -> Person | None:
        """By Teams id, by object id or by principal name."""
        found = (one for one in self.people.values() if word in (one.id, one.aad_id) or word.lower() == one.upn.lower())
        return next(found, None)

    def change_channel(self, channel: str, **changes: object) -> Channel:
        changed = replace(self.channels[channel], **changes)  # type: ignore[arg-type]
        self.channels[channel] = changed
        return changed

    def change_team(self, **changes: object) -> Team:
        self.team = replace(self.team, **changes)  # type: ignore[arg-type]
        return self.team

    def change_person(self, person: str, **changes: object) -> Person:
        changed = replace(self.people[person], **changes)  # type: ignore[arg-type]
        self.people[person] = changed
        return changed

    # posts

    def find(self, channel: str, id: str) -> Post | None:
        return self.posts.get(channel, {}).get(id)

    def thread(self, channel: str, root: str) -> list[Post]:
        return [one for one in self.posts.get(channel, {}).values() if one.root == root]

    def roots(self, channel: str) -> list[Post]:
        return [one for one in self.posts.get(channel, {}).values() if not one.is_reply]

    def keep(self, post: Post, *, at_most: int) -> None:
        """The oldest thread goes first, as a whole."""
        shelf = self.posts.setdefault(post.channel, {})
        shelf[post.id] = post
        while len(shelf) > at_most:
            oldest = next(iter(shelf.values())).root
            for one in self.thread(post.channel, oldest):
                del shelf[one.id]
