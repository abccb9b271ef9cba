"""The activities held against recorded and documented ones, key by key."""

from adapters.playground.teams.workspace import ANNA, MIKAEL, SUPPORT
from tests.playground.teams import samples
from tests.playground.teams.wire import card, carded, claim


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
async def test_pictures_and_files_have_the_documented_keys(teams, bot):
    await teams.paste(ANNA, SUPPORT, b"x")
    await teams.share(ANNA, SUPPORT, ["a.pdf"])
    names = ("composed-inline-image", "composed-channel-message-with-file-html-only")
    for name, record in zip(names, teams.deliveries, strict=True):
        assert samples.keys(record.activity) == samples.keys(samples.load(name))


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
    made = await teams.channel_created("Returns")
    await teams.channel_renamed(made, "Refunds")
    await teams.channel_deleted(made)
    await teams.channel_restored(made)
    await teams.team_renamed("Shop")
    await teams.team_archived()
    await teams.team_unarchived()
    await teams.member_removed(MIKAEL)
    await teams.team_deleted()
    await teams.team_restored()
    newer = {"conversation.tenantId", "from.aadObjectId", "channelData.team.aadGroupId", "channelData.team.name"}
    checked = 0
    for record in teams.deliveries:
        name = f"docs-{record.name.partition('/')[2].replace('teamrestored', 'teamRestored')}"
        if (samples.FOLDER / f"{name}.json").is_file():
            assert samples.keys(record.activity) - newer == samples.keys(samples.load(name)) - newer, name
            checked += 1
    assert checked == 10
