"""What the adapter needs of the rules: the verbs of the people who answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bridge.inbound import Heard, Pressed, Removed


class Desk(Protocol):
    """Each verb returns once its effect is durable, and raises a `BridgeError` when it is not.

    `NotFound`, and `Refused` that no waiting would change, are decisions: the activity is acknowledged. After anything
    else it is not; the same happening twice is one effect.
    """

    async def heard(self, heard: Heard, /) -> None:
        """A person wrote something."""

    async def edited(self, heard: Heard, /) -> None:
        """A person changed what they wrote: the whole new text, `changed` the time of the change."""

    async def removed(self, removed: Removed, /) -> None:
        """A person took a message back."""

    async def pressed(self, pressed: Pressed, /) -> None:
        """A person pressed a button."""

    async def cards_changed(self, workplace: str, channel: str, /) -> None:
        """The cards of a channel are to be drawn again."""

    async def channel_changed(self, workplace: str, channel: str, /) -> None:
        """A channel may have become usable or unusable: look again."""

    async def facts(self, workplace: str, /) -> Mapping[str, str]:
        """What we let be kept, by name."""

    async def learned(self, workplace: str, name: str, value: str, /) -> None:
        """Keep something; the same name takes the place of what was."""
