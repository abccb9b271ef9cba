"""What the bot is told, and in which shape."""

import pytest

from adapters.playground.errors import Refused
from adapters.playground.teams.workspace import (
    ANNA,
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


async def test_a_pasted_picture_is_fetched_with_the_token(teams, bot, client):
    await teams.paste(ANNA, SUPPORT, b"\x89PNG", text="look")
    await teams.settled()
    assert bot.activities[0]["text"] == "look"
    url = bot.activities[0]["attachments"][0]["contentUrl"]
    path = url.removeprefix(f"{teams.service_url}v3/")
    assert await client.call("GET", path) == (200, "\x89PNG")
    assert (await client.call("GET", path.replace("0-weu", "1-weu")))[0] == 404
    client.token = ""
    assert (await client.call("GET", path))[0] == 401


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
