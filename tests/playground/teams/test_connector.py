"""What the bot may do over the connector, and every shape of a refusal."""

import asyncio
from dataclasses import replace

import pytest

from adapters.playground import Rules
from adapters.playground.teams.workspace import (
    ANNA,
    APP_PASSWORD,
    BILLING,
    GUEST,
    MIKAEL,
    OUTSIDER,
    SUPPORT,
    TEAM,
    TENANT,
)
from tests.playground.teams.wire import QUICK, Clock, card, carded, place, text


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rules(clock):
    return Rules(clock=clock, teams=replace(QUICK, members_page=3))


async def test_a_thread_is_opened_and_answered_in(teams, client):
    status, made = await client.create(text("root"))
    root = made["activityId"]
    assert (status, made) == (201, {"id": f"{SUPPORT};messageid={root}", "activityId": root})
    assert len(root) == 13
    assert root.isdigit()
    status, reply = await client.send(root, text("reply"))
    assert status == 201
    assert int(reply["id"]) > int(root)
    shown = teams.thread(SUPPORT, root)
    assert [(one["id"], one["thread"], one["text"]) for one in shown] == [
        (root, root, "root"),
        (reply["id"], root, "reply"),
    ]
    assert [one["id"] for one in teams.messages(SUPPORT)] == [root]


async def test_the_reply_goes_by_the_conversation_and_not_by_the_activity_id(teams, client):
    root = await client.opened()
    path = f"conversations/{place(SUPPORT, root)}/activities/0f6a7f1e-0000-4000-8000-000000000002"
    status, _ = await client.call("POST", path, text("reply"))
    assert status == 201
    assert len(teams.thread(SUPPORT, root)) == 2


async def test_a_post_to_the_channel_itself_is_a_new_thread(teams, client):
    await client.send("", text("one"))
    await client.send("", text("two"))
    assert [one["text"] for one in teams.messages(SUPPORT)] == ["one", "two"]


async def test_an_own_post_is_changed_and_deleted(teams, client):
    root = await client.opened()
    assert await client.update(root, root, text("now")) == (200, {"id": root})
    shown = teams.messages(SUPPORT)[0]
    assert (shown["text"], shown["edited"]) == ("now", True)
    assert (await client.delete(root, root))[0] == 200
    assert (await client.delete(root, root))[0] == 404
    assert (teams.messages(SUPPORT)[0]["text"], teams.messages(SUPPORT)[0]["deleted"]) == ("", True)


async def test_text_and_a_card_in_one_are_two_posts_without_an_id(teams, client):
    root = await client.opened()
    assert await client.send(root, carded(card(), text="words")) == (202, "")
    assert [bool(one["card"]) for one in teams.thread(SUPPORT, root)] == [False, False, True]
    for refused in (
        await client.create(carded(card(), text="x")),
        await client.update(root, root, carded(card(), text="x")),
    ):
        assert refused[0] == 400


async def test_typing_leaves_nothing(teams, client):
    root = await client.opened()
    assert await client.send(root, {"type": "typing"}) == (202, "")
    assert len(teams.thread(SUPPORT, root)) == 1


@pytest.mark.parametrize("id", [ANNA, "c0ffee00-0000-4000-8000-000000000001", "anna.virtanen@playground.example"])
async def test_a_member_is_found_by_each_of_the_ids(client, id):
    status, got = await client.call("GET", f"conversations/{place(SUPPORT)}/members/{place(id)}")
    assert (status, got["id"], got["userRole"], got["tenantId"]) == (200, ANNA, "user", TENANT)
    wanted = "aadObjectId email givenName id name objectId surname tenantId userPrincipalName userRole"
    assert sorted(got) == wanted.split()


async def test_members_come_in_pages(client):
    path = f"conversations/{place(TEAM)}/pagedmembers"
    _, first = await client.call("GET", path, pageSize="50")
    _, second = await client.call("GET", path, pageSize="50", continuationToken=first["continuationToken"])
    assert [one["id"] for one in first["members"] + second["members"]][-1] == GUEST
    assert "continuationToken" not in second
    for size in ("49", "501", "x"):
        assert (await client.call("GET", path, pageSize=size))[0] == 400


async def test_a_shared_channel_has_members_of_its_own(client):
    _, got = await client.call("GET", f"conversations/{place(BILLING)}/pagedmembers")
    assert OUTSIDER in [one["id"] for one in got["members"]]
    status, got = await client.call("GET", f"conversations/{place(BILLING)}/members/{place(MIKAEL)}")
    assert (status, got["error"]["code"]) == (404, "MemberNotFoundInConversation")


async def test_the_team_tells_its_channels(client):
    status, got = await client.call("GET", f"teams/{place(TEAM)}")
    assert (status, got["name"], got["channelCount"], got["memberCount"]) == (200, "Playground", 3, 4)
    _, got = await client.call("GET", f"teams/{place(TEAM)}/conversations")
    assert [(one["id"] == TEAM, one["name"]) for one in got["conversations"]] == [
        (True, None),
        (False, "Support"),
        (False, "Billing"),
    ]


@pytest.mark.parametrize("tenant", [TENANT, "botframework.com"])
async def test_a_token_is_given(client, tenant):
    status, got = await client.login(tenant)
    assert (status, got["expires_in"], got["token_type"]) == (200, 3599, "Bearer")


@pytest.mark.parametrize(
    ("changes", "status", "word", "number"),
    [
        ({"client_secret": "x"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_id": "x"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": "x"}, 400, "invalid_scope", 70011),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"tenant": "x"}, 400, "invalid_request", 90002),
    ],
)
async def test_the_login_refuses(client, changes, status, word, number):
    got_status, got = await client.login(**changes)
    assert (got_status, got["error"], got["error_codes"]) == (status, word, [number])
    assert got["error_description"].startswith(f"AADSTS{number}: ")


async def test_the_secret_is_not_written_down(teams, client):
    assert APP_PASSWORD not in str(teams.calls("token"))


async def test_only_a_living_token_opens_the_connector(teams, client, clock):
    good = client.token
    for token in ("", "x"):
        client.token = token
        status, got = await client.create(text("x"))
        assert (status, got) == (401, {"message": "Authorization has been denied for this request."})
    client.token = good
    assert (await client.create(text("x")))[0] == 201
    clock.now += 3599
    assert (await client.create(text("x")))[0] == 401
    client.token = (await client.login())[1]["access_token"]
    assert (await client.create(text("x")))[0] == 201
    teams.expire_tokens()
    assert (await client.create(text("x")))[0] == 401
    client.token = (await client.login())[1]["access_token"]
    await teams.token(revoked=True)
    assert (await client.create(text("x")))[0] == 401
    assert (await client.login())[0] == 401


async def code(answer):
    status, body = await answer
    return status, body["error"]["code"]


async def test_what_is_not_there_is_404(teams, client, clock):
    root = await client.opened()
    reply = (await client.send(root, text("x")))[1]["id"]
    assert await code(client.create(text("x"), "19:no@thread.tacv2")) == (404, "ConversationNotFound")
    for lost in ("1795577492383", reply):
        assert await code(client.send(lost, text("x"))) == (404, "ConversationNotFound")
    other = await client.opened()
    for id in ("1795577492383", other):
        assert await code(client.update(root, id, text("x"))) == (404, "ActivityNotFoundInConversation")
    await teams.delete(ANNA, SUPPORT, reply)
    assert await code(client.update(root, reply, text("x"))) == (404, "ActivityNotFoundInConversation")
    assert await code(client.call("GET", "teams/19%3Ano")) == (404, "ConversationNotFound")
    assert await code(client.call("GET", f"conversations/{place(SUPPORT)}/members")) == (404, "NotFound")
    await teams.channel_deleted(SUPPORT)
    assert await code(client.send(root, text("x"))) == (404, "ConversationNotFound")
    await teams.channel_restored(SUPPORT)
    clock.now += 2
    assert (await client.send(root, text("x")))[0] == 201
    await teams.team_deleted()
    assert await code(client.send(root, text("x"))) == (404, "ConversationNotFound")


async def test_where_the_bot_may_not_write_is_403(teams, client):
    root = await client.opened()
    await teams.team_archived()
    status, got = await client.send(root, text("x"))
    assert (status, got["errorCode"]) == (403, 209)
    assert '"subCode": "MessageWritesBlocked"' in got["message"]
    await teams.team_unarchived()
    await teams.membership(bot_is_member=False)
    assert await code(client.send(root, text("x"))) == (403, "BotNotInConversationRoster")
    assert await code(client.call("GET", f"teams/{place(TEAM)}")) == (403, "BotNotInConversationRoster")
    await teams.membership(bot_is_member=True)
    assert await code(client.create(text("x"), tenantId="")) == (403, "Forbidden")


async def test_a_person_s_post_is_not_the_bot_s(teams, client):
    theirs = await teams.say(ANNA, SUPPORT, "mine")
    assert await code(client.update(theirs, theirs, text("x"))) == (400, "BadArgument")
    assert await code(client.delete(theirs, theirs)) == (400, "BadArgument")


async def test_too_large_is_413_counted_in_utf_16(client):
    root = await client.opened()
    assert (await client.send(root, text("x" * 51_000)))[0] == 201
    assert await code(client.send(root, text("x" * 51_200))) == (413, "MessageSizeTooBig")
    assert await code(client.send(root, text("😀" * 25_600))) == (413, "MessageSizeTooBig")


@pytest.mark.parametrize(
    "changes",
    [
        {"isGroup": False},
        {"channelData": {}},
        {"activity": None},
        {"activity": {"type": "typing"}},
        {"members": [{"id": ANNA}]},
        {"bot": {"id": "28:other"}},
    ],
)
async def test_a_thread_that_cannot_be_is_400(client, changes):
    assert (await client.create(**({"activity": text("x")} | changes)))[0] == 400


async def test_the_library_s_spelling_of_the_tenant_is_taken(client):
    assert (await client.create(text("x"), tenantId=None, tenantID=TENANT))[0] == 201
    data = {"channel": {"id": SUPPORT}, "tenant": {"id": TENANT}}
    assert (await client.create(text("x"), tenantId=None, channelData=data))[0] == 201


async def test_seven_in_a_second_then_the_window_is_shut(teams, client, clock):
    root = await client.opened()
    for _ in range(7):
        assert (await client.send(root, text("x")))[0] == 201
    assert await code(client.send(root, text("x"))) == (429, "Throttled")
    assert client.headers["Retry-After"] == "1"
    assert teams.early_calls() == []
    clock.now += 0.5
    other = await client.opened()
    assert (await client.update(other, other, text("x")))[0] == 429
    assert [one.early for one in teams.early_calls()] == [0.5]
    assert teams.early_calls(grace=1) == []
    clock.now += 0.6
    assert (await client.send(root, text("x")))[0] == 201


async def test_the_channel_s_half_minute_is_counted_over_its_threads(client, clock):
    roots = [await client.opened() for _ in range(2)]
    for number in range(60):
        clock.now += 0.4
        assert (await client.send(roots[number % 2], text("x")))[0] == 201
    assert (await client.send(roots[0], text("x")))[0] == 429


async def test_another_channel_has_a_window_of_its_own(client):
    for _ in range(7):
        await client.send("", text("x"))
    assert (await client.send("", text("x")))[0] == 429
    assert (await client.send("", text("x"), BILLING))[0] == 201


class TestWithoutLimits:
    @pytest.fixture
    def rules(self, clock):
        return Rules(clock=clock, limits=False, teams=replace(QUICK, holds=0.02))

    async def test_nothing_is_throttled(self, client):
        root = await client.opened()
        assert {(await client.send("", text("x")))[0] for _ in range(3)} == {201}
        assert root

    async def test_two_operations_at_once_in_one_conversation_are_412(self, client):
        root, other = await client.opened(), await client.opened()
        answers = await asyncio.gather(*(client.send(place, text("x")) for place in (root, root, other)))
        assert sorted(status for status, _ in answers) == [201, 201, 412]
        assert [body["error"]["code"] for status, body in answers if status == 412] == ["PreconditionFailed"]
