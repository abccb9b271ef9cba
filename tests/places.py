"""Where a story takes place: the same things done and seen in either workplace, in its own way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from adapters.playground import APP_TOKEN, BOT_TOKEN, HttpTarget, Playground
from adapters.playground.teams import workspace as teamspace
from adapters.playground.teams.verbs import Teams
from adapters.playground.workspace import ANNA, BILLING, GUEST, MIKAEL, OUTSIDER, SARA, SUPPORT
from adapters.settings import Settings
from adapters.teams.setup import MESSAGES_PATH
from app import Bridge
from tests.contract import slack_side, teams_side
from tests.slack.fakes import until
from tests.slack.sound import unsound

SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
Shown = dict[str, Any]  # as the playground tells it, with `ts` where it stands and `words` as a person reads them


@dataclass(frozen=True)
class Persons:
    """Who is there, by the names of the playground."""

    anna: str
    mikael: str
    sara: str
    guest: str
    outsider: str


class Place(ABC):
    """A pretend workplace with the bridge's settings for it. A channel that is not named is the first one."""

    workplace: str
    persons: Persons
    strangers: tuple[str, ...]  # of other organisations, and in the first channel
    support: str
    billing: str

    def __init__(self, team: Playground) -> None:
        self.team = team

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """What makes a bridge speak to it."""

    def in_files(self) -> dict[str, str]:
        """What stands for it in configuration files."""
        sara = self.ref(self.persons.sara)
        return {"$WORKPLACE": self.workplace, "$SUPPORT": self.support, "$BILLING": self.billing, "$SARA": sara}

    def ref(self, who: str) -> str:
        """By which id the bridge knows somebody."""
        return who

    @abstractmethod
    async def connect(self, bridge: Bridge, settings: Settings) -> None:
        """Let events come to a bridge that has started."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Let nothing come any more: the bridge is about to end."""

    @abstractmethod
    def calls_in_haste(self) -> list[Any]:
        """Those that came faster than is allowed, or while silence was asked for."""

    @abstractmethod
    def faults(self) -> list[str]:
        """What was sent that a real workplace would not have taken."""

    # what people do

    @abstractmethod
    async def say(self, who: str, text: str, root: str = "", channel: str = "") -> str:
        """Write; where it stands."""

    @abstractmethod
    async def edit(self, who: str, ref: str, text: str) -> None:
        """Change what one wrote."""

    @abstractmethod
    async def delete(self, who: str, ref: str) -> None:
        """Take back what one wrote."""

    @abstractmethod
    async def share(self, who: str, name: str, root: str) -> None:
        """A file in a thread."""

    @abstractmethod
    async def other_app(self, text: str, root: str) -> None:
        """Another app writes in a thread, where that would reach us."""

    @abstractmethod
    async def press(self, who: str, post: Shown, verb: str) -> None:
        """A button of a post in the first channel."""

    @abstractmethod
    def mention(self, who: str) -> str:
        """How one types somebody's name so that it is a mention."""

    @abstractmethod
    def name(self, who: str) -> str:
        """By which name a visitor knows them."""

    # what stands there

    @abstractmethod
    def cards(self, channel: str = "") -> list[Shown]:
        """Our own posts in the channel itself, oldest first."""

    @abstractmethod
    def thread(self, root: str, channel: str = "") -> list[Shown]:
        """What stands below a root."""

    @abstractmethod
    def told(self, who: str) -> list[Shown]:
        """What somebody in particular was told."""

    @abstractmethod
    def calls_out(self, post: Shown, who: str) -> bool:
        """Whether a post calls somebody by name."""

    @abstractmethod
    def is_loud(self, post: Shown) -> bool:
        """Whether a post is one for the whole channel to notice."""

    def lines(self, root: str, channel: str = "") -> list[str]:
        """The visitors' lines below a root."""
        return [post["said"] for post in self.thread(root, channel) if "Visitor" in post["author_shown"]]

    # what happens to it

    @abstractmethod
    def fail(self, method: str, kind: str, times: int = 1, seconds: float = 0.0) -> None:
        """Methods and kinds as in tests/contract/side.py; `error:…` is the platform's own."""

    @abstractmethod
    async def take_out(self) -> None:
        """The app is taken out."""

    @abstractmethod
    async def put_back(self) -> None:
        """And put back."""

    @abstractmethod
    async def token(self, *, revoked: bool) -> None:
        """Our credentials are withdrawn, or given back."""

    @abstractmethod
    async def remove_card(self, root: str) -> None:
        """Somebody takes a card of ours away."""

    @abstractmethod
    def lose_events(self, times: int) -> None:
        """So many events never come."""


class SlackPlace(Place):
    """Events over sockets, or over HTTP."""

    workplace = "slack"
    persons = Persons(ANNA, MIKAEL, SARA, GUEST, OUTSIDER)
    strangers = (GUEST, OUTSIDER)
    support, billing = SUPPORT, BILLING

    def __init__(self, team: Playground, *, over_http: bool = False) -> None:
        super().__init__(team)
        self._over_http = over_http

    def settings(self) -> dict[str, Any]:
        return {
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": "" if self._over_http else APP_TOKEN,
            "slack_signing_secret": (SIGNING_SECRET,) if self._over_http else (),
            "slack_api_url": self.team.api_url,
            "slack_channel": SUPPORT,
        }

    async def connect(self, bridge: Bridge, settings: Settings) -> None:
        if settings.slack_app_token:
            await until(lambda: self.team.connections == 2)
            return
        await until(lambda: bridge.connection.health()["http"]["is_open"])
        target = HttpTarget(
            events_url=f"{bridge.url}/slack/events",
            interactivity_url=f"{bridge.url}/slack/interactivity",
            signing_secret=SIGNING_SECRET,
        )
        await self.team.deliver_over_http(target)

    async def disconnect(self) -> None:
        if self._over_http:
            self.team.stage.deliveries.http = None
            await self.team.stage.deliveries.stop()

    def calls_in_haste(self) -> list[Any]:
        return [call for call in self.team.calls() if call.early is not None or call.status == 429]

    def faults(self) -> list[str]:
        return unsound(self.team.calls())

    async def say(self, who: str, text: str, root: str = "", channel: str = "") -> str:
        return await self.team.say(who, channel or SUPPORT, text, root)

    async def edit(self, who: str, ref: str, text: str) -> None:
        await self.team.edit(who, SUPPORT, ref, text)

    async def delete(self, who: str, ref: str) -> None:
        await self.team.delete(who, SUPPORT, ref)

    async def share(self, who: str, name: str, root: str) -> None:
        await self.team.share(who, SUPPORT, {name: b"%PDF-1.7"}, root)

    async def other_app(self, text: str, root: str) -> None:
        await self.team.post_as_bot("Deploys", SUPPORT, text, root)

    async def press(self, who: str, post: Shown, verb: str) -> None:
        await self.team.press(who, SUPPORT, post["ts"], verb)

    def mention(self, who: str) -> str:
        return f"@{self.team.stage.workspace.people[who].name}"

    def name(self, who: str) -> str:
        return self.team.stage.workspace.people[who].shown

    def cards(self, channel: str = "") -> list[Shown]:
        return [_read(root) for root in self.team.messages(channel or SUPPORT) if root.get("bot_id")]

    def thread(self, root: str, channel: str = "") -> list[Shown]:
        return [_read(post) for post in self.team.thread(channel or SUPPORT, root)[1:]]

    def told(self, who: str) -> list[Shown]:
        """They alone see it."""
        return [_read(post) for post in self.team.ephemerals(SUPPORT, who)]

    def calls_out(self, post: Shown, who: str) -> bool:
        return f"<@{who}>" in post["text"]

    def is_loud(self, post: Shown) -> bool:
        return post.get("subtype") == "thread_broadcast"

    def fail(self, method: str, kind: str, times: int = 1, seconds: float = 0.0) -> None:
        self.team.fail(slack_side.METHODS[method], slack_side.KINDS.get(kind, kind), times, seconds)

    async def take_out(self) -> None:
        await self.team.membership(SUPPORT, bot_is_member=False)

    async def put_back(self) -> None:
        await self.team.invite(SUPPORT, self.team.stage.workspace.bot.user_id)

    async def token(self, *, revoked: bool) -> None:
        await self.team.token(revoked=revoked)

    async def remove_card(self, root: str) -> None:
        await self.team.delete(self.team.stage.workspace.bot.user_id, SUPPORT, root)

    def lose_events(self, times: int) -> None:
        self.team.socket("drop_events", times)


def _read(wire: Shown) -> Shown:
    if not wire.get("blocks"):
        return wire | {"words": wire["text"], "said": wire["text"], "author_shown": str(wire.get("username", ""))}
    seen = slack_side.seen(wire)
    return wire | {"words": seen.words, "said": wire["text"], "author_shown": seen.author}


class TeamsPlace(Place):
    """Activities come signed, as the service signs them, and are proven."""

    workplace = "teams"
    persons = Persons(teamspace.ANNA, teamspace.MIKAEL, teamspace.SARA, teamspace.GUEST, teamspace.OUTSIDER)
    strangers = (teamspace.GUEST,)
    support, billing = teamspace.SUPPORT, teamspace.BILLING

    def __init__(self, team: Playground) -> None:
        super().__init__(team)
        self._meant: set[str] = set()

    @property
    def teams(self) -> Teams:
        """The pretend Teams."""
        return self.team.teams

    def settings(self) -> dict[str, Any]:
        return {
            "teams_app_id": teamspace.APP_ID,
            "teams_app_password": teamspace.APP_PASSWORD,
            "teams_tenant_id": teamspace.TENANT,
            "teams_login_url": self.teams.login_url,
            "teams_openid_url": self.teams.openid_url,
            "teams_service_url": self.teams.service_url,
            "teams_pace": "off",
            "teams_channel": self.support,
        }

    def ref(self, who: str) -> str:
        """Their id in the organisation."""
        return self.teams.stage.workspace.people[who].aad_id

    async def connect(self, bridge: Bridge, settings: Settings) -> None:
        await until(lambda: bridge.connection.hears)
        await self.teams.deliver_to(f"{bridge.url}{MESSAGES_PATH}")

    async def disconnect(self) -> None:
        self.teams.stage.deliveries.url = ""
        await self.teams.stage.deliveries.stop()

    def calls_in_haste(self) -> list[Any]:
        return [call for call in self.teams.calls() if call.early is not None or call.status == 429]

    def faults(self) -> list[str]:
        refused = [call for call in self.teams.calls() if call.status in (400, 413)]
        return [f"{call.method}: {call.error}" for call in refused if call.error not in self._meant]

    async def say(self, who: str, text: str, root: str = "", channel: str = "") -> str:
        return await self.teams.say(who, channel or self.support, text, root)

    async def edit(self, who: str, ref: str, text: str) -> None:
        await self.teams.edit(who, self.support, ref, text)

    async def delete(self, who: str, ref: str) -> None:
        await self.teams.delete(who, self.support, ref)

    async def share(self, who: str, name: str, root: str) -> None:
        await self.teams.share(who, self.support, [name], root)

    async def other_app(self, text: str, root: str) -> None:
        """What other apps write does not come."""

    async def press(self, who: str, post: Shown, verb: str) -> None:
        answer = await self.teams.press(who, self.support, post["ts"], verb)
        assert answer.status == 200, answer

    def mention(self, who: str) -> str:
        return f"@{self.teams.stage.workspace.people[who].name}"

    def name(self, who: str) -> str:
        return self.teams.stage.workspace.people[who].name

    def cards(self, channel: str = "") -> list[Shown]:
        found = self.teams.messages(channel or self.support)
        return [self._read(root) for root in found if root["is_bot"] and not root["deleted"]]

    def thread(self, root: str, channel: str = "") -> list[Shown]:
        return [
            self._read(post) for post in self.teams.thread(channel or self.support, root)[1:] if not post["deleted"]
        ]

    def told(self, who: str) -> list[Shown]:
        """Everybody in the thread sees it, and whom it is for: they are called by name."""
        roots = self.teams.messages(self.support)
        found = [post for root in roots for post in self.thread(root["id"]) if post["is_bot"]]
        return [post for post in found if self.calls_out(post, who)]

    def calls_out(self, post: Shown, who: str) -> bool:
        return who in post["mentions"]

    def is_loud(self, post: Shown) -> bool:
        return bool(post["notifies"])

    def fail(self, method: str, kind: str, times: int = 1, seconds: float = 0.0) -> None:
        self._meant.add(kind.removeprefix("error:"))
        self.teams.fail(teams_side.METHODS[method], teams_side.KINDS.get(kind, kind), times, seconds)

    async def take_out(self) -> None:
        await self.teams.uninstall()

    async def put_back(self) -> None:
        await self.teams.install()

    async def token(self, *, revoked: bool) -> None:
        await self.teams.token(revoked=revoked)

    async def remove_card(self, root: str) -> None:
        await self.teams.delete(self.persons.sara, self.support, root)

    def lose_events(self, times: int) -> None:
        self.teams.events("drop", times)

    def _read(self, message: Shown) -> Shown:
        seen = teams_side.seen(message, tuple(message["mentions"]))
        return message | {
            "ts": message["id"],
            "words": message["text"],
            "said": seen.words,
            "author_shown": seen.author,
        }
