"""Activities between JSON and the SDK's schema. The tables for it are made once: for each turn they cost more than all
else together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botbuilder import schema
from botbuilder.schema import Activity, Attachment, ChannelAccount, Mention
from msrest import Deserializer, Serializer

_MODELS: Final = {name: kind for name, kind in vars(schema).items() if isinstance(kind, type)}
_OUT: Final = Serializer(_MODELS)  # type: ignore[no-untyped-call]
_IN: Final = Deserializer(_MODELS)  # type: ignore[no-untyped-call]
_ROUTED: Final = (
    "type", "id", "channelId", "serviceUrl", "name", "action", "replyToId", "conversation", "from", "recipient",
)  # fmt: skip
CARD: Final = "application/vnd.microsoft.card.adaptive"


class BadActivity(Exception):
    """It is no activity."""


def incoming(told: Mapping[str, Any]) -> Activity:
    """The activity that JSON tells, as far as a turn is routed by it. Raises BadActivity.

    What it says is read from the JSON itself: the schema would drop what it does not know, at the price of all else.
    """
    try:
        activity = _IN("Activity", {name: told[name] for name in _ROUTED if name in told})
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadActivity(type(error).__name__) from error
    if not isinstance(activity, Activity) or not activity.type:
        raise BadActivity("no type")
    return activity


def outgoing(activity: Activity) -> dict[str, Any]:
    """The JSON of an activity."""
    told: dict[str, Any] = _OUT.body(activity, "Activity")  # type: ignore[no-untyped-call]
    return told


def mention(entity: Mapping[str, Any]) -> Mention:
    """What makes words of a text a mention."""
    who = entity["mentioned"]
    return Mention(type="mention", text=entity["text"], mentioned=ChannelAccount(id=who["id"], name=who["name"]))


def card(content: Mapping[str, Any]) -> Attachment:
    """An Adaptive Card to go with an activity."""
    return Attachment(content_type=CARD, content=dict(content))
