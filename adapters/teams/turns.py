"""The SDK's part: an adapter of its own kind, and a handler that routes what arrives by its type.

Everything that the stock adapter does blockingly or too often – tokens, keys, connections, retries – is not here: calls
leave through `calls`, and what comes in was proven before it gets here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from botbuilder.core import ActivityHandler, BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, ConversationReference, ResourceResponse

from adapters.teams import wire
from adapters.teams.calls import Connector
from bridge.policies.foreign import text

RAW: Final = "silta.raw"
ANSWER: Final = "silta.answer"
CONVERSATIONS, ACTIVITIES = "conversations", "activities"


class Turns(BotAdapter):  # type: ignore[misc]
    """Sends, updates and deletes by one call each, and runs turns. No error is swallowed: nothing is set for that."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    async def turn(self, told: Mapping[str, Any], handler: ActivityHandler) -> Mapping[str, Any] | None:
        """Lead one activity to its handler; the answer to an invoke, if it was one. Raises BadActivity, and what the
        handler raises.
        """
        context = TurnContext(self, wire.incoming(told))
        context.turn_state[RAW] = told
        await self.run_pipeline(context, handler.on_turn)
        found: InvokeResponse | None = context.turn_state.get(ANSWER)
        return None if found is None else {"status": found.status, "body": found.body}

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """One call each, in order. The answer to an invoke is no call: it goes back with the request."""
        sent = []
        for activity in activities:
            if activity.type == ActivityTypes.invoke_response:
                context.turn_state[ANSWER] = activity.value
                sent.append(ResourceResponse())
            else:
                sent.append(ResourceResponse(id=await self.sent(activity)))
        return sent

    async def sent(self, activity: Activity) -> str:
        """Post an activity into its conversation; its id, empty if none was told."""
        where = (CONVERSATIONS, activity.conversation.id, ACTIVITIES)
        answer = await self._connector.called("POST", activity.service_url, *where, body=wire.outgoing(activity))
        return text(answer.get("id"))

    async def update_activity(self, context: TurnContext, activity: Activity) -> None:  # noqa: ARG002
        """Show an activity's new state in place."""
        await self.updated(activity)

    async def updated(self, activity: Activity) -> None:
        """The same, of whoever has no turn."""
        where = (CONVERSATIONS, activity.conversation.id, ACTIVITIES, activity.id)
        await self._connector.called("PUT", activity.service_url, *where, body=wire.outgoing(activity))

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:  # noqa: ARG002
        """Take an activity away."""
        await self.deleted(reference.service_url, reference.conversation.id, reference.activity_id)

    async def deleted(self, service: str, conversation: str, activity: str) -> None:
        """The same, of whoever has no turn."""
        await self._connector.called("DELETE", service, CONVERSATIONS, conversation, ACTIVITIES, activity)


class Taker(Protocol):
    """Who takes what arrives, as JSON told it. What a verb raises is not acknowledged."""

    async def take_message(self, told: Mapping[str, Any], /) -> None:
        """Somebody wrote, or pressed a button in an old client."""

    async def take_edit(self, told: Mapping[str, Any], /) -> None:
        """Somebody changed a message, or took its removal back."""

    async def take_removal(self, told: Mapping[str, Any], /) -> None:
        """Somebody took a message away."""

    async def take_change(self, told: Mapping[str, Any], /) -> None:
        """Something about a team, a channel or our place in it is different."""

    async def take_invoke(self, told: Mapping[str, Any], /) -> tuple[int, Mapping[str, Any]]:
        """Somebody pressed a button and waits for the answer: a status and a body."""

    async def take_rest(self, told: Mapping[str, Any], /) -> None:
        """Anything else."""


class Listener(ActivityHandler):  # type: ignore[misc]
    """Leads each type of activity to its verb, with the JSON as it came."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_message(_raw(turn_context))

    async def on_message_update_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_edit(_raw(turn_context))

    async def on_message_delete_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_removal(_raw(turn_context))

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_change(_raw(turn_context))

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_change(_raw(turn_context))

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """The body is serialised once, where the request is answered; the stock way does it twice and fails."""
        status, body = await self._taker.take_invoke(_raw(turn_context))
        return InvokeResponse(status=status, body=body)

    async def on_message_reaction_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_rest(_raw(turn_context))

    async def on_event_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_rest(_raw(turn_context))

    async def on_typing_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_rest(_raw(turn_context))

    async def on_end_of_conversation_activity(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_rest(_raw(turn_context))

    async def on_unrecognized_activity_type(self, turn_context: TurnContext) -> None:
        """See Taker."""
        await self._taker.take_rest(_raw(turn_context))


def _raw(context: TurnContext) -> Mapping[str, Any]:
    told: Mapping[str, Any] = context.turn_state[RAW]
    return told
