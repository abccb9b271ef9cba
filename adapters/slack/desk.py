"""What the adapter needs of the rules: the verbs of the people who answer."""

from __future__ import annotations

from typing import Protocol

from bridge.inbound import Heard, Pressed, Removed
from bridge.model import Person


class Desk(Protocol):
    """Each verb returns once its effect is durable, and raises a `BridgeError` when it is not.

    `NotFound`, and `Refused` that no waiting would change, are decisions: the event is
    acknowledged. After anything else it is not, and Slack sends it again; the same happening twice
    is one effect.
    """

    async def heard(self, heard: Heard, /) -> None:
        """A person wrote something."""

    async def missed(self, workplace: str, /) -> None:
        """Events may not have come for a while; returns at once."""

    async def edited(self, heard: Heard, /) -> None:
        """A person changed what they wrote: the whole new text, `at` the time of the change."""

    async def removed(self, removed: Removed, /) -> None:
        """A person took a message back."""

    async def pressed(self, pressed: Pressed, /) -> None:
        """A person pressed a button."""

    async def person_changed(self, person: Person, workplace: str, /) -> None:
        """Somebody has another name, standing or picture."""

    async def channel_moved(self, workplace: str, old: str, new: str, /) -> bool:
        """A channel is called `new` from now on. False when it is none of ours, or known already."""

    async def channel_changed(self, workplace: str, channel: str, /) -> None:
        """A channel may have become usable or unusable: look again."""
