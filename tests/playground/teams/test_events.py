"""What the bot is told, in which shape, and how it can know that it is true."""

import aiohttp
import jwt
import pytest
from aiohttp import web

from adapters.playground import Rules
from adapters.playground.errors import Refused
from adapters.playground.teams.keys import ISSUER
from adapters.playground.teams.workspace import (
    ANNA,
    APP_ID,
    BILLING,
    BOT,
    GUEST,
    HOME_OF_GUEST,
    MIKAEL,
    OUTSIDER,
    SUPPORT,
    TEAM,
    TENANT,
)
from tests.playground.teams import samples
from tests.playground.teams.wire import QUICK, card, carded, claim


async def published(teams, http):
    """The keys as a bot finds them: from the metadata to the key set."""
    async with http.get(teams.openid_url) as got:
        metadata = await got.json()
    async with http.get(metadata["jwks_uri"]) as got:
        return metadata, (await got.json())["keys"]


def verified(token, found):
    kid = jwt.get_unverified_header(token)["kid"]
    key = next((one for one in found if one["kid"] == kid), None)
    if key is None:
        raise LookupError(kid)
    public = jwt.PyJWK({name: key[name] for name in ("kty", "n", "e", "kid")}, algorithm="RS256").key
    return jwt.decode(token, public, algorithms=["RS256"], audience=APP_ID, issuer=ISSUER)


async def test_an_activity_is_signed_with_a_published_key(teams, bot, http):
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    metadata, found = await published(teams, http)
    assert (metadata["issuer"], metadata["id_token_signing_alg_values_supported"]) == (ISSUER, ["RS256"])
    assert [one["endorsements"] for one in found] == [["msteams"]]
    claims = verified(bot.tokens[0], found)
    assert claims["serviceurl"] == bot.activities[0]["serviceUrl"] == teams.service_url
    assert claims["exp"] - claims["iat"] == 3600


async def test_after_a_rotation_only_the_new_key_is_published(teams, bot, http):
    _, before = await published(teams, http)
    teams.rotate_keys()
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    _, after = await published(teams, http)
    with pytest.raises(LookupError):
        verified(bot.tokens[0], before)
    assert verified(bot.tokens[0], after)
    with pytest.raises(LookupError):
        verified(teams.token_for(signer="retired"), after)


async def test_every_kind_of_false_token_can_be_made(teams, bot, http):
    _, found = await published(teams, http)
    assert verified(teams.token_for(), found)
    assert "exp" not in verified(teams.token_for(exp=None), found)
    for error, changes in (
        (jwt.ExpiredSignatureError, {"exp": 1}),
        (jwt.InvalidAudienceError, {"aud": "x"}),
        (jwt.InvalidIssuerError, {"iss": "x"}),
    ):
        with pytest.raises(error):
            verified(teams.token_for(**changes), found)
    with pytest.raises(LookupError):
        verified(teams.token_for(signer="foreign"), found)
    with pytest.raises(LookupError, match="retired"):
        teams.token_for(signer="retired")
    got = await teams.send_raw({"type": "message", "odd": 1}, "")
    assert (got.status, bot.tokens, bot.activities) == (200, [""], [{"type": "message", "odd": 1}])
    await teams.send_raw(b'{"type": 1}')
    assert verified(bot.tokens[1], found)


async def test_other_algorithms_and_names_of_keys_can_be_forged(teams, http):
    _, found = await published(teams, http)
    for algorithm in ("none", "HS256", "RS512"):
        with pytest.raises(jwt.InvalidAlgorithmError):
            verified(teams.token_for(algorithm=algorithm), found)
    with pytest.raises(jwt.InvalidSignatureError):
        verified(teams.token_for(signer="foreign", kid=found[0]["kid"]), found)
    with pytest.raises(KeyError):
        verified(teams.token_for(kid=""), found)
    teams.endorse("webchat")
    _, found = await published(teams, http)
    assert found[0]["endorsements"] == ["webchat"]


async def test_an_honest_activity_can_be_had_without_a_post(teams, bot):
    made = teams.activity_for(ANNA, SUPPORT, "@Silta hello")
    assert await teams.send_raw(made | {"serviceUrl": "https://evil.test/"}) == (200, {})
    assert bot.activities[0]["text"] == "<at>Silta</at> hello"
    assert teams.messages(SUPPORT) == []


async def test_a_message_says_who_where_and_what(teams, bot):
    root = await teams.say(ANNA, SUPPORT, "one & <two>\nthree", to_bot=True)
    reply = await teams.say(MIKAEL, SUPPORT, "yes @Anna", root)
    await teams.settled()
    first, second = sorted(bot.activities, key=lambda one: one["id"])
    assert first["text"] == "<at>Silta</at> one & <two>\nthree"
    span = '<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">Silta</span>'
    assert first["attachments"] == [
        {"contentType": "text/html", "content": f"<p>{span}&nbsp;one &amp; &lt;two&gt;</p><p>three</p>"}
    ]
    assert first["entities"][0] == {
        "type": "mention",
        "text": "<at>Silta</at>",
        "mentioned": {"id": BOT, "name": "Silta"},
    }
    assert first["id"] == root
    assert first["conversation"]["id"] == second["conversation"]["id"] == f"{SUPPORT};messageid={root}"
    assert (second["id"], second["from"]["name"], second["text"]) == (
        reply,
        "Mikael Lind",
        "yes <at>Anna Virtanen</at>",
    )
    assert second["entities"][0]["mentioned"]["id"] == ANNA


async def test_the_name_typed_with_an_at_is_a_mention_and_a_typed_tag_is_not(teams, bot):
    await teams.say(ANNA, SUPPORT, "@Silta hello")
    await teams.say(ANNA, SUPPORT, "<at>Silta</at> hello")
    await teams.say(ANNA, SUPPORT, "a@Siltala hello")
    await teams.settled()
    mentions = [one["mentions"] for one in teams.messages(SUPPORT)]
    assert mentions == [[BOT], [], []]
    assert [one["text"] for one in bot.activities][:2] == ["<at>Silta</at> hello"] * 2


async def test_without_consent_only_mentions_are_delivered(teams, bot):
    await teams.consent(granted=False)
    root = await teams.say(ANNA, SUPPORT, "quiet")
    loud = await teams.say(ANNA, SUPPORT, "loud", root, to_bot=True)
    await teams.edit(ANNA, SUPPORT, root, "still quiet")
    await teams.edit(ANNA, SUPPORT, loud, "now quiet")
    await teams.delete(ANNA, SUPPORT, root)
    await teams.settled()
    assert {one["id"] for one in bot.activities} == {loud}
    assert sorted(bot.kinds) == ["message", "messageUpdate"]


async def test_own_posts_are_not_delivered(teams, bot, client):
    await client.opened()
    await teams.settled()
    assert bot.activities == []


async def test_guests_and_strangers_come_with_their_home_tenant(teams, bot):
    await teams.say(GUEST, SUPPORT, "hello")
    await teams.say(OUTSIDER, BILLING, "hello")
    await teams.settled()
    tenants = {one["channelData"]["tenant"]["id"] for one in bot.activities}
    assert HOME_OF_GUEST in tenants
    assert len(tenants) == 2
    assert {one["conversation"]["tenantId"] for one in bot.activities} == {TENANT}


async def test_edits_deletions_and_second_thoughts(teams, bot):
    id = await teams.say(ANNA, SUPPORT, "one")
    for act in (
        teams.edit(ANNA, SUPPORT, id, "two"),
        teams.delete(ANNA, SUPPORT, id),
        teams.undelete(ANNA, SUPPORT, id),
    ):
        await act
        await teams.settled()
    found = [(one["type"], one["channelData"].get("eventType"), one.get("text")) for one in bot.activities[1:]]
    assert found == [
        ("messageUpdate", "editMessage", "two"),
        ("messageDelete", "softDeleteMessage", None),
        ("messageUpdate", "undeleteMessage", "two"),
    ]
    assert {one["id"] for one in bot.activities} == {id}
    assert teams.messages(SUPPORT)[0]["deleted"] is False


async def test_reactions_come_for_the_bot_s_posts(teams, bot, client):
    root = await client.opened()
    theirs = await teams.say(ANNA, SUPPORT, "x", root)
    await teams.react(ANNA, SUPPORT, root, "like")
    await teams.react(MIKAEL, SUPPORT, theirs, "heart")
    assert [one["reactions"] for one in teams.thread(SUPPORT, root)] == [{"like": [ANNA]}, {"heart": [MIKAEL]}]
    await teams.react(ANNA, SUPPORT, root, "like", remove=True)
    await teams.settled()
    found = [one for one in bot.activities if one["type"] == "messageReaction"]
    assert {one["id"] for one in found} == {one["replyToId"] for one in found} == {root}
    assert sum("reactionsAdded" in one for one in found) == sum("reactionsRemoved" in one for one in found) == 1


async def test_files_are_tags_without_content(teams, bot):
    await teams.share(ANNA, SUPPORT, ["bill.pdf"], text="see")
    await teams.settled()
    assert bot.activities[0]["attachments"][0]["content"].startswith('<div><p>see</p><attachment id="')
    assert "bill.pdf" in teams.messages(SUPPORT)[0]["html"]
    assert "bill.pdf" not in str(bot.activities)


async def test_a_rich_body_is_sent_as_given(teams, bot):
    await teams.say_html(ANNA, SUPPORT, "<p><at>Silta</at> <b>now</b></p><ul><li>one</li></ul>")
    await teams.settled()
    got = bot.activities[0]
    assert (got["text"], len(got["entities"])) == ("<at>Silta</at> now\none", 2)
    assert got["attachments"][0]["content"].endswith(" <b>now</b></p><ul><li>one</li></ul>")
    assert teams.messages(SUPPORT)[0]["mentions"] == [BOT]


async def test_after_the_removal_nothing_comes_and_nothing_goes(teams, bot, client):
    await teams.uninstall()
    await teams.settled()
    assert sorted(bot.kinds) == ["conversationUpdate", "installationUpdate"]
    await teams.say(ANNA, SUPPORT, "hello", to_bot=True)
    await teams.settled()
    assert len(bot.activities) == 2
    status, body = await client.send("", {"type": "message", "text": "x"})
    assert (status, body["error"]["code"]) == (403, "BotNotInConversationRoster")
    await teams.install(SUPPORT)
    await teams.settled()
    assert bot.activities[2]["channelData"]["settings"]["selectedChannel"]["id"] == SUPPORT


async def test_what_happens_to_the_team_is_told(teams, bot):
    made = await teams.channel_created("Returns")
    await teams.channel_renamed(made, "Refunds")
    await teams.channel_deleted(made)
    await teams.channel_restored(made)
    await teams.team_renamed("Shop")
    await teams.team_archived()
    await teams.team_unarchived()
    await teams.member_removed(MIKAEL)
    await teams.member_added(MIKAEL)
    await teams.upgrade()
    await teams.team_deleted()
    await teams.team_restored()
    names = [one.name.partition("/")[2] for one in teams.deliveries]
    assert names == [
        *("channelCreated", "channelRenamed", "channelDeleted", "channelRestored"),
        *("teamRenamed", "teamArchived", "teamUnarchived", "teamMemberRemoved", "teamMemberAdded"),
        *("add-upgrade", "teamDeleted", "teamrestored"),
    ]
    await teams.settled()
    assert {one["conversation"]["id"] for one in bot.activities} == {TEAM}


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (lambda teams: teams.say("29:x", SUPPORT, "x"), "user_not_found"),
        (lambda teams: teams.say(ANNA, "19:x", "x"), "channel_not_found"),
        (lambda teams: teams.say(OUTSIDER, SUPPORT, "x"), "not_in_channel"),
        (lambda teams: teams.say(ANNA, SUPPORT, "x", "1"), "message_not_found"),
        (lambda teams: teams.install(), "already_installed"),
        (lambda teams: teams.channel_deleted(TEAM), "general_stays"),
        (lambda teams: teams.member_added(ANNA), "already_member"),
        (lambda teams: teams.press(ANNA, SUPPORT, "1", "x"), "message_not_found"),
    ],
)
async def test_what_a_person_cannot_do_is_refused(teams, act, word):
    with pytest.raises(Refused, match=word):
        await act(teams)


async def test_others_posts_and_gone_ones_cannot_be_changed(teams):
    id = await teams.say(ANNA, SUPPORT, "x")
    with pytest.raises(Refused, match="not_your_message"):
        await teams.edit(MIKAEL, SUPPORT, id, "y")
    await teams.delete(ANNA, SUPPORT, id)
    with pytest.raises(Refused, match="message_not_found"):
        await teams.edit(ANNA, SUPPORT, id, "y")
    await teams.team_archived()
    with pytest.raises(Refused, match="team_archived"):
        await teams.undelete(ANNA, SUPPORT, id)


# repetition


async def test_what_got_no_answer_is_sent_again_as_it_was(teams, bot):
    bot.answers = [None]
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    assert bot.activities[0] == bot.activities[1]
    record = teams.deliveries[0]
    assert (record.name, record.attempts, record.statuses, record.acked) == ("message", 2, [0, 200], True)


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_a_refusal_is_not_repeated(teams, bot, status):
    bot.answers = [web.Response(status=status)]
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    assert [(one.statuses, one.acked) for one in teams.deliveries] == [([status], False)]


async def test_nobody_listens(teams, unused_tcp_port):
    await teams.deliver_to(f"http://127.0.0.1:{unused_tcp_port}/")
    await teams.say(ANNA, SUPPORT, "hello")
    await teams.settled()
    assert teams.deliveries[0].statuses == [0, 0, 0]


class TestRepeatingRefusals:
    @pytest.fixture
    def rules(self):
        return Rules(teams=type(QUICK)(retry_delays=(0.0,), repeat_refused=True))

    async def test_a_refusal_is_repeated_if_a_rule_says_so(self, teams, bot):
        bot.answers = [web.Response(status=500)]
        await teams.say(ANNA, SUPPORT, "hello")
        await teams.settled()
        assert teams.deliveries[0].statuses == [500, 200]


@pytest.mark.parametrize(("kind", "count"), [("drop", 0), ("twice", 2), ("late", 1), ("unsigned", 1)])
async def test_an_event_goes_wrong_on_the_way(teams, bot, kind, count):
    teams.events(kind, seconds=0.03)
    await teams.say(ANNA, SUPPORT, "first")
    await teams.say(ANNA, SUPPORT, "second")
    await teams.settled()
    found = [one["text"] for one in bot.activities]
    assert found.count("first") == count
    assert found.count("second") == 1
    assert (kind != "late") or found == ["second", "first"]
    assert ("" in bot.tokens) == (kind == "unsigned")


# the recorded shapes


async def made(teams, bot, client):
    """Every kind of activity, by the sample that it is held against."""
    root = await client.opened(carded(card(actions=[claim()])))
    first = await teams.say(ANNA, SUPPORT, "hello", to_bot=True)
    await teams.say(ANNA, SUPPORT, "test", first)
    await teams.press(ANNA, SUPPORT, root, "claim", as_submit=True)
    await teams.press(ANNA, SUPPORT, root, "claim")
    await teams.react(ANNA, SUPPORT, root, "like")
    await teams.settled()
    await teams.uninstall()
    await teams.install()
    found: dict[str, list] = {}
    for one in teams.deliveries:
        found.setdefault(one.name, []).append(one.activity)
    messages = {one.get("id"): one for one in found["message"] if "text" in one}
    submitted = next(one for one in found["message"] if "value" in one)
    return {
        "channel-message-mention": messages[first],
        "channel-mention-html-attachment": messages[first],
        "thread-reply-no-mention-rsc": next(one for id, one in messages.items() if id != first),
        "action-submit-with-replyToId": submitted,
        "composed-invoke-adaptiveCard-action-manual": found["invoke/adaptiveCard/action"][0],
        "messageReaction-added-in-thread": found["messageReaction"][0],
        "installationUpdate-add-team": found["installationUpdate/add"][0],
        "composed-installationUpdate-remove": found["installationUpdate/remove"][0],
        "conversationUpdate-teamMemberAdded-bot": found["conversationUpdate/teamMemberAdded"][0],
    }


@samples.needed
async def test_the_activities_have_the_recorded_keys(teams, bot, client):
    for name, activity in (await made(teams, bot, client)).items():
        wanted = {key for key in samples.keys(samples.load(name)) if not key.startswith("value.action.data.")}
        got = {key for key in samples.keys(activity) if not key.startswith("value.action.data.")}
        if name == "action-submit-with-replyToId":
            wanted, got = ({key for key in keys if not key.startswith("value.")} for keys in (wanted, got))
        if name == "composed-invoke-adaptiveCard-action-manual":
            got.add("value.action.id")
        assert got == wanted, name


@samples.needed
async def test_edits_and_deletions_have_the_documented_keys(teams, bot):
    id = await teams.say(ANNA, SUPPORT, "x")
    await teams.edit(ANNA, SUPPORT, id, "y")
    await teams.delete(ANNA, SUPPORT, id)
    await teams.undelete(ANNA, SUPPORT, id)
    names = ("composed-messageUpdate-edit", "composed-messageDelete-softDelete", "composed-messageUpdate-undelete")
    for name, record in zip(names, teams.deliveries[1:], strict=True):
        assert samples.keys(record.activity) == samples.keys(samples.load(name))


@samples.needed
async def test_the_team_s_events_have_the_documented_keys(teams, bot):
    await test_what_happens_to_the_team_is_told(teams, bot)
    newer = {"conversation.tenantId", "from.aadObjectId", "channelData.team.aadGroupId", "channelData.team.name"}
    checked = 0
    for record in teams.deliveries:
        name = f"docs-{record.name.partition('/')[2].replace('teamrestored', 'teamRestored')}"
        if (samples.FOLDER / f"{name}.json").is_file():
            assert samples.keys(record.activity) - newer == samples.keys(samples.load(name)) - newer, name
            checked += 1
    assert checked == 10


async def test_a_bot_without_an_endpoint_is_told_nothing(teams):
    await teams.say(ANNA, SUPPORT, "x")
    await teams.settled()
    assert [(one.attempts, one.acked) for one in teams.deliveries] == [(0, False)]


async def test_the_pages_of_another_origin_cannot_drive_it(teams, http):
    headers = {"Origin": "http://evil.test"}
    assert isinstance(http, aiohttp.ClientSession)
    async with http.post(f"{teams.stage.url}/teams/control/uninstall", headers=headers) as got:
        assert got.status == 403
