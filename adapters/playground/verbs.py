"""The control API's verbs as Python methods, for tests that hold the pretend Slack in their own
process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.playground import (
    display,
    events,
    interactivity,
    membership,
    methods_files,
    people,
    shapes,
    wiring,
)
from adapters.playground.deliveries import Delivery
from adapters.playground.errors import Refused
from adapters.playground.faults import Fault
from adapters.playground.interactivity import Pressed
from adapters.playground.methods_people import EMAIL
from adapters.playground.people import How, Place
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, Call


class Verbs:
    """Each verb raises Refused where the control API answers 4xx."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    # people

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        how: How = "plain",
    ) -> str:
        """The ts. A person who is not in a public channel joins it first."""
        return people.say(self.stage, user, Place(channel, thread_ts or ""), text, how)

    async def say_blocks(
        self,
        user: str,
        channel: str,
        blocks: Sequence[JSON],
        thread_ts: str = "",
        *,
        text: str = "",
    ) -> str:
        """A message with rich text and text as given, for shapes that typing does not make."""
        return people.say_blocks(self.stage, user, Place(channel, thread_ts), blocks, text)

    async def share(self, user: str, channel: str, files: Mapping[str, bytes], thread_ts: str = "") -> str:
        """One message with these files, by name; a stranger's come as stubs."""
        return people.share(self.stage, user, Place(channel, thread_ts), files)

    async def unfurl(self, channel: str, ts: str) -> None:
        """Slack looked at a link: an edit without a new word, with an attachment."""
        stored = people.message_of(self.stage, channel, ts)
        card = {"id": 1, "service_name": "example", "title": "A page", "fallback": "A page"}
        self.stage.rewrite(channel, stored, stored.wire | {"attachments": [card]})

    async def delete_file(self, user: str, file: str) -> None:
        found = self.stage.shelf.files.get(file)
        if found is None or found.user != user:
            raise Refused("file_not_found")
        methods_files.forget(self.stage, found)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        people.edit(self.stage, user, channel, ts, text)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        people.delete(self.stage, user, channel, ts)

    async def react(self, user: str, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        people.react(self.stage, user, (channel, ts), name, remove=remove)

    async def press(self, user: str, channel: str, ts: str, action_id: str, *, value: str = "") -> Pressed:
        """A button, or a select's option by its value, of a message or of an ephemeral of that
        person.
        """
        return await interactivity.press(self.stage, user, (channel, ts), action_id, ("", value))

    async def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Pressed:
        return await interactivity.shortcut(self.stage, user, (channel, ts), callback_id)

    async def submit(self, user: str, view_id: str, values: JSON) -> Pressed:
        return await interactivity.submit(self.stage, user, view_id, values)

    async def command(self, user: str, channel: str, name: str, text: str = "") -> Pressed:
        return await interactivity.command(self.stage, user, channel, name, text)

    async def post_as_bot(self, bot_name: str, channel: str, text: str, thread_ts: str = "") -> str:
        return people.post_as_bot(self.stage, bot_name, Place(channel, thread_ts), text)

    async def open_home(self, user: str) -> None:
        people.person_of(self.stage, user)
        self.stage.tell(events.home_opened(user, self.stage.stamp()))

    # the workspace

    @property
    def _anybody(self) -> str:
        return next(iter(self.stage.workspace.people))

    async def membership(
        self,
        channel: str,
        *,
        bot_is_member: bool | None = None,
        is_archived: bool | None = None,
    ) -> None:
        if bot_is_member is not None:
            membership.set_bot_member(self.stage, channel, bot_is_member, self._anybody)
        if is_archived is not None:
            membership.set_archived(self.stage, channel, is_archived, self._anybody)

    async def invite(self, channel: str, user: str) -> None:
        membership.invite(self.stage, channel, user, self._anybody)

    async def leave(self, channel: str, user: str) -> None:
        membership.leave(self.stage, channel, user)

    async def rename(self, channel: str, name: str) -> None:
        membership.rename(self.stage, channel, name)

    async def change_person(self, user: str, **changes: object) -> None:
        """Fields of Person; the app gets user_change and user_profile_changed."""
        people.person_of(self.stage, user)
        changed = self.stage.workspace.change_person(user, **changes)
        for kind in ("user_change", "user_profile_changed"):
            ts = self.stage.stamp()
            shape = shapes.user(
                changed, self.stage.url, updated=int(float(ts)), with_email=EMAIL in self.stage.rules.scopes
            )
            self.stage.tell(events.user_changed(kind, shape, ts))

    async def set_away(self, user: str, is_away: bool) -> None:
        """Presence makes no event; users.getPresence tells it."""
        (self.stage.away.add if is_away else self.stage.away.discard)(user)

    async def token(self, *, revoked: bool) -> None:
        membership.set_revoked(self.stage, revoked)

    async def uninstall(self) -> None:
        membership.set_revoked(self.stage, True)
        self.stage.tell(events.app_uninstalled(self.stage.stamp()))

    # faults

    def fail(self, method: str, kind: str, times: int = 1, seconds: float = 0) -> None:
        """For the next calls of that method; `*` is any method."""
        self.stage.faults.add(method, Fault(kind, seconds), times)

    def clear_faults(self) -> None:
        self.stage.faults.clear()
        self.stage.deliveries.habits.clear()

    def socket(self, kind: str, times: int = 1, seconds: float = 0) -> None:
        """A fault of the sockets or of the events that go over them."""
        wiring.apply(self.stage, kind, times, seconds)

    # what can be asked

    def messages(self, channel: str, viewer: str = "") -> list[JSON]:
        """The channel's roots, oldest first, and the ephemerals that this viewer sees."""
        return display.channel(self.stage, channel, viewer)

    def thread(self, channel: str, ts: str, viewer: str = "") -> list[JSON]:
        """The root and its replies; empty when there is no such message."""
        if self.stage.workspace.find(channel, ts) is None:
            return []
        return display.thread(self.stage, channel, ts, viewer)

    def metadata(self, channel: str, ts: str) -> JSON | None:
        stored = self.stage.workspace.find(channel, ts)
        if stored is None:
            raise Refused("message_not_found")
        return stored.metadata

    def ephemerals(self, channel: str, user: str) -> list[JSON]:
        kept = self.stage.workspace.whispers.values()
        return [one.wire for one in kept if (one.channel, one.user) == (channel, user)]

    def calls(self, method: str = "", since: float = 0.0) -> list[Call]:
        return [one for one in self.stage.calls if method in ("", one.method) and one.at >= since]

    def early_calls(self, grace: float = 0.0) -> list[Call]:
        """Calls that came inside a Retry-After window older than `grace` seconds; a polite client
        makes none.
        """
        return [one for one in self.stage.calls if one.early is not None and one.early >= grace]

    @property
    def deliveries(self) -> list[Delivery]:
        return list(self.stage.deliveries.log)

    @property
    def connections(self) -> int:
        return len(self.stage.hub.links)

    def view_of(self, user: str) -> dict[str, Any] | None:
        """The dialog or home tab that this person last got."""
        mine = [view for view_id, view in self.stage.views.items() if self.stage.viewers[view_id] == user]
        return mine[-1] if mine else None

    async def settled(self) -> None:
        """Until every event is acknowledged or given up, with all its repetitions."""
        await self.stage.deliveries.settled()
