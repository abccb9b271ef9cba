"""The pretend Teams in Python: what persons do, what the team goes through, and what can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from adapters.playground.faults import Fault
from adapters.playground.teams import display, membership, people, presses
from adapters.playground.teams.api import Doors
from adapters.playground.teams.control import Control
from adapters.playground.teams.forgery import Forgery
from adapters.playground.teams.presses import Value
from adapters.playground.teams.values import Answered, Call, Delivery
from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, GENERAL, TENANT
from adapters.playground.values import JSON


class Teams(Forgery):
    """Each verb raises Refused where the control API answers 4xx."""

    def routes(self) -> list[web.RouteDef]:
        return [*Doors(self.stage).routes(), *Control(self.stage).routes()]

    async def stop(self) -> None:
        await self.stage.deliveries.stop()
        await self.stage.live.close()

    async def deliver_to(self, url: str) -> None:
        """The bot's messaging endpoint; until then activities are only written down."""
        self.stage.deliveries.url = url

    @property
    def service_url(self) -> str:
        """With a slash at the end, as the activities name it."""
        return self.stage.service_url

    @property
    def login_url(self) -> str:
        """What takes the place of the sign-in service, without a slash at the end."""
        return f"{self.stage.url}/teams/login"

    @property
    def openid_url(self) -> str:
        return f"{self.stage.url}/teams/openid/.well-known/openidconfiguration"

    @property
    def access(self) -> dict[str, str]:
        """What the bot is configured with, by the names of the app's registration and of its doors."""
        doors = {"login_url": self.login_url, "openid_url": self.openid_url, "service_url": self.service_url}
        return {"app_id": APP_ID, "app_password": APP_PASSWORD, "tenant_id": TENANT} | doors

    # people

    async def say(self, user: str, channel: str, text: str, thread: str = "", *, to_bot: bool = False) -> str:
        """The id. `to_bot` puts the bot's mention in front."""
        return people.say(self.stage, user, (channel, thread), text, to_bot=to_bot)

    async def say_html(self, user: str, channel: str, html: str, thread: str = "") -> str:
        """A rich body as given; `<at>Name</at>` in it mentions."""
        return people.say_html(self.stage, user, (channel, thread), html)

    async def share(self, user: str, channel: str, names: Sequence[str], thread: str = "", *, text: str = "") -> str:
        """Files by name; the bot gets a tag for each and no content."""
        return people.share(self.stage, user, (channel, thread), names, text)

    async def paste(self, user: str, channel: str, raw: bytes, thread: str = "", *, text: str = "") -> str:
        """A picture in the message; the bot may fetch it with its token."""
        return people.paste(self.stage, user, (channel, thread), raw, text)

    async def edit(self, user: str, channel: str, id: str, text: str) -> None:
        people.edit(self.stage, user, (channel, id), text)

    async def delete(self, user: str, channel: str, id: str) -> None:
        """The own post, or the bot's, of which the bot is not told."""
        people.delete(self.stage, user, (channel, id))

    async def undelete(self, user: str, channel: str, id: str) -> None:
        people.undelete(self.stage, user, (channel, id))

    async def react(self, user: str, channel: str, id: str, name: str, *, remove: bool = False) -> None:
        people.react(self.stage, user, (channel, id), name, remove=remove)

    async def press(
        self, user: str, channel: str, id: str, verb: str, value: Value = "", *, as_submit: bool = False
    ) -> Answered:
        """The bot's answer. A word is the first input's value or tells two buttons of one verb apart."""
        return await presses.press(self.stage, user, (channel, id), (verb, value), as_submit=as_submit)

    async def refresh(self, user: str, channel: str, id: str) -> Answered:
        """The person looks at a card that asks for its own view."""
        return await presses.refresh(self.stage, user, (channel, id))

    # the team

    async def install(self, channel: str = GENERAL) -> None:
        membership.install(self.stage, channel)

    async def uninstall(self) -> None:
        membership.uninstall(self.stage)

    async def upgrade(self) -> None:
        membership.upgrade(self.stage)

    async def consent(self, granted: bool) -> None:
        """Whether the bot gets posts that do not mention it."""
        self.stage.is_consented = granted
        self.stage.changed_team()

    async def membership(self, *, bot_is_member: bool) -> None:
        """Without a word to the bot, as if the events were lost."""
        self.stage.is_installed = bot_is_member
        self.stage.changed_team()

    async def channel_created(self, name: str) -> str:
        """The new channel's id."""
        return membership.create_channel(self.stage, name)

    async def channel_renamed(self, channel: str, name: str) -> None:
        membership.rename_channel(self.stage, channel, name)

    async def channel_deleted(self, channel: str) -> None:
        membership.delete_channel(self.stage, channel)

    async def channel_restored(self, channel: str) -> None:
        membership.restore_channel(self.stage, channel)

    async def team_renamed(self, name: str) -> None:
        membership.rename_team(self.stage, name)

    async def team_archived(self) -> None:
        membership.archive_team(self.stage, True)

    async def team_unarchived(self) -> None:
        membership.archive_team(self.stage, False)

    async def team_deleted(self) -> None:
        membership.delete_team(self.stage, True)

    async def team_restored(self) -> None:
        membership.delete_team(self.stage, False)

    async def member_added(self, user: str) -> None:
        membership.add_member(self.stage, user)

    async def member_removed(self, user: str) -> None:
        membership.remove_member(self.stage, user)

    async def change_person(self, user: str, **changes: object) -> None:
        """Fields of Person; the bot is not told."""
        people.person_of(self.stage, user)
        self.stage.workspace.change_person(user, **changes)
        self.stage.changed_team()

    async def token(self, *, revoked: bool) -> None:
        """The app's secret was withdrawn: no new tokens, and the old ones open nothing."""
        self.stage.tokens.is_revoked = revoked

    def expire_tokens(self) -> None:
        """Those that were given out; new ones are good."""
        self.stage.tokens.given.clear()

    def rotate_keys(self) -> None:
        """From now on another key signs, and the old one is no longer published."""
        self.stage.keys.rotate()

    # faults

    def fail(self, method: str, kind: str, times: int = 1, seconds: float = 0) -> None:
        """For the next calls of that method; `*` is any method."""
        self.stage.faults.add(method, Fault(kind, seconds), times)

    def events(self, kind: str, times: int = 1, seconds: float = 0) -> None:
        """For the next activities that go out."""
        self.stage.deliveries.misbehave(kind, times, seconds)

    def clear_faults(self) -> None:
        self.stage.faults.clear()
        self.stage.deliveries.habits.clear()

    # what can be asked

    def messages(self, channel: str, viewer: str = "") -> list[JSON]:
        """The channel's roots, oldest first, as this person sees them."""
        return display.channel(self.stage, channel, viewer)

    def thread(self, channel: str, id: str, viewer: str = "") -> list[JSON]:
        """The root and its replies; empty when there is no such message."""
        return display.thread(self.stage, channel, id, viewer)

    def calls(self, method: str = "", since: float = 0.0) -> list[Call]:
        return [one for one in self.stage.calls if method in ("", one.method) and one.at >= since]

    def early_calls(self, grace: float = 0.0) -> list[Call]:
        """Calls that came inside a Retry-After window older than `grace` seconds."""
        return [one for one in self.stage.calls if one.early is not None and one.early >= grace]

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self.stage.deliveries.log)

    async def settled(self) -> None:
        """Until every activity is answered or given up, with all its repetitions."""
        await self.stage.deliveries.settled()
