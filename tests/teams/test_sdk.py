"""The holes of the SDK that we stand on: what of it is used, and that nothing else is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from botbuilder.core import BotFrameworkAdapter, TurnContext
from botbuilder.schema import Activity, ResourceResponse

from adapters.teams import wire
from adapters.teams.turns import Listener, Turns
from bridge.errors import Unreachable
from tests.house.tree import ROOT, files, imports, parsed
from tests.teams.door import activity
from tests.teams.payloads import at_home, payload

ADAPTER = ("adapters/teams",)
# Everything of theirs that calls, signs in, keeps keys or waits is ours: these are values and the routing of a turn.
USED = {
    "botbuilder.core.ActivityHandler", "botbuilder.core.BotAdapter", "botbuilder.core.InvokeResponse",
    "botbuilder.core.TurnContext", "botbuilder.schema", "botbuilder.schema.Activity", "botbuilder.schema.ActivityTypes",
    "botbuilder.schema.Attachment", "botbuilder.schema.ChannelAccount", "botbuilder.schema.ConversationAccount",
    "botbuilder.schema.ConversationReference", "botbuilder.schema.Mention", "botbuilder.schema.ResourceResponse",
    "msrest.Deserializer", "msrest.Serializer",
}  # fmt: skip
THEIRS = ("botbuilder", "botframework", "msrest", "msal", "requests", "urllib3")
WAITING = {"sleep", "urlopen", "requests"}


def sources() -> list[Path]:
    return files(ROOT, ADAPTER, (".py",))


def test_of_the_sdk_only_values_and_the_routing_of_a_turn_are_used():
    found = {one.name for file in sources() for one in imports(ROOT, file) if one.top in THEIRS}
    assert found <= USED


def test_no_synchronous_call_of_the_sdk_is_made():
    """TeamsInfo, MicrosoftAppCredentials and their like wait on the loop."""
    nodes = [node for file in sources() for node in ast.walk(parsed(file))]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert names & {"TeamsInfo", "MicrosoftAppCredentials", "CloudAdapter", "ConnectorClient", "urlopen"} == set()
    calls = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    assert [call for call in calls if call.rpartition(".")[2] in WAITING and call != "asyncio.sleep"] == []


def test_no_failure_is_swallowed_by_the_adapter():
    """With `on_turn_error` set the SDK reports success for a proactive message that failed."""
    assert Turns(None).on_turn_error is None  # type: ignore[arg-type]
    assert not issubclass(Turns, BotFrameworkAdapter)


async def test_a_failure_inside_of_a_turn_reaches_who_asked(teams, workplace):
    class Failing(Listener):
        async def on_message_activity(self, turn_context):
            raise Unreachable("memory")

    with pytest.raises(Unreachable):
        await workplace.turns.turn(activity(teams), Failing(None))  # type: ignore[arg-type]


async def test_a_failed_post_reaches_who_posted(teams, workplace):
    await workplace.ping()
    teams.fail("send", "error:BotNotInConversationRoster")
    told = Activity(type="message", text="x", service_url=teams.service_url)
    told.conversation = wire.incoming(activity(teams)).conversation
    with pytest.raises(Unreachable):
        await workplace.turns.sent(told)


async def test_the_answer_to_an_invoke_is_serialised_once(door):
    """The stock way does it twice, and ends with 500 for each."""
    body, _ = payload("agent_presses_a_button")
    answer = await door.teams.send_raw(at_home(body, door.teams.service_url))
    assert answer == (200, {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "✓"})


async def test_what_a_handler_sends_in_a_turn_is_one_call(teams, workplace, thread):
    class Answering(Listener):
        async def on_message_activity(self, turn_context: TurnContext):
            self.sent = await turn_context.send_activity("hello")

    handler = Answering(None)  # type: ignore[arg-type]
    await workplace.turns.turn(activity(teams, thread.root), handler)
    assert isinstance(handler.sent, ResourceResponse)
    assert handler.sent.id
    assert len(teams.calls("send")) == 1
    assert len(teams.calls("token")) == 1
