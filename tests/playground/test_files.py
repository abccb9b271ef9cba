"""Files both ways, with the library's own upload."""

import pytest
from slack_sdk.errors import SlackApiError

from adapters.playground import BOT_TOKEN, Rules
from adapters.playground.workspace import ANNA, BILLING, GENERAL, OUTSIDER, SUPPORT
from tests.playground.samples import load, needed

AUTH = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.fixture
def rules():
    return Rules(limits=False, retry_delays=(), ack_timeout=0.1)


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def started(client, content=b"hello", name="a.txt"):
    return await client.files_getUploadURLExternal(filename=name, length=len(content))


async def test_the_librarys_upload_ends_in_the_thread(slack, client):
    root = (await client.chat_postMessage(channel=SUPPORT, text="root"))["ts"]
    await client.files_upload_v2(
        channel=SUPPORT, thread_ts=root, content="hello", filename="a.txt", initial_comment="see"
    )
    assert len(slack.thread(SUPPORT, root)) == 1
    await slack.settled()
    message = slack.thread(SUPPORT, root)[1]
    assert (message["subtype"], message["text"]) == ("file_share", "see")
    assert (message["files"][0]["mimetype"], message["files"][0]["size"]) == ("text/plain", 5)


async def test_the_shares_of_a_file_say_where_it_appeared(slack, client):
    await client.files_upload_v2(channel=BILLING, content="hello", filename="a.txt")
    await slack.settled()
    message = slack.messages(BILLING)[0]
    file = (await client.files_info(file=message["files"][0]["id"]))["file"]
    assert file["shares"]["private"][BILLING][0]["ts"] == message["ts"]


async def test_the_answer_knows_no_type_yet(slack, client, http):
    begun = await started(client)
    async with http.post(begun["upload_url"].removeprefix(slack.url), data=b"hello") as got:
        assert await got.text() == "OK - 5"
    done = await client.files_completeUploadExternal(files=[{"id": begun["file_id"]}])
    assert (done["files"][0]["mimetype"], done["files"][0]["shares"]) == ("", {})


@needed
async def test_the_answer_has_the_fields_of_recorded_ones(client):
    recorded = load("recorded/web_api/files.completeUploadExternal-files_upload_v2_with_all_options-2.json")
    done = await client.files_upload_v2(content="hello", filename="a.txt")
    assert set(done["files"][0]) <= set(recorded["body"]["files"][0])


@pytest.mark.parametrize("body", [b"hell", b"hello!"])
async def test_another_length_than_announced_is_refused(slack, client, http, body):
    begun = await started(client)
    async with http.post(begun["upload_url"].removeprefix(slack.url), data=body) as got:
        assert got.status == 400
    call = client.files_completeUploadExternal(files=[{"id": begun["file_id"]}])
    assert await refused(call) == "file_not_found"


async def test_what_cannot_be_uploaded(client):
    assert await refused(started(client, b"")) == "missing_argument"
    call = client.files_upload_v2(channel=GENERAL, content="x", filename="a.txt")
    assert await refused(call) == "not_in_channel"
    call = client.files_upload_v2(channel=SUPPORT, thread_ts="1.000001", content="x", filename="a.txt")
    assert await refused(call) == "posting_to_channel_denied"


async def test_a_download_needs_the_token_or_gets_a_page(slack, client, http):
    await slack.share(ANNA, SUPPORT, {"cat.png": b"meow"})
    url = slack.messages(SUPPORT)[0]["files"][0]["url_private_download"]
    path = url.removeprefix(slack.url)
    async with http.get(path, headers=AUTH) as got:
        assert (got.content_type, await got.read()) == ("image/png", b"meow")
    async with http.get(path) as got:
        assert (got.status, got.content_type) == (200, "text/html")


async def test_a_strangers_file_is_a_stub_until_it_is_asked_for(slack, client):
    await slack.share(OUTSIDER, SUPPORT, {"cat.png": b"meow"})
    stub = slack.messages(SUPPORT)[-1]["files"][0]
    assert (stub["file_access"], "name" in stub) == ("check_file_info", False)
    assert (await client.files_info(file=stub["id"]))["file"]["name"] == "cat.png"


async def test_only_own_files_are_deleted(slack, client):
    await slack.share(ANNA, SUPPORT, {"a.txt": b"x"})
    file = slack.messages(SUPPORT)[0]["files"][0]["id"]
    assert await refused(client.files_delete(file=file)) == "cant_delete_file"
    done = await client.files_upload_v2(content="hello", filename="a.txt")
    await client.files_delete(file=done["files"][0]["id"])
    call = client.files_info(file=done["files"][0]["id"])
    assert await refused(call) == "file_not_found"
