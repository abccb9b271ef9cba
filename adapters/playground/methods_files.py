"""files.*: the upload in three steps, and what can be asked of a file."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from adapters.playground import events
from adapters.playground.arguments import Arguments
from adapters.playground.blocks import words
from adapters.playground.content import blocks_of, username_of
from adapters.playground.errors import ApiError
from adapters.playground.files import File
from adapters.playground.limits import ALL_BLOCKS
from adapters.playground.rules import BOT_TOKEN
from adapters.playground.stage import Stage
from adapters.playground.values import JSON

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in</body></html>"


def upload_url(stage: Stage, arguments: Arguments) -> JSON:
    length = arguments.number("length", 0)
    if length <= 0:
        raise ApiError("missing_argument")
    made = stage.shelf.add(arguments.text("filename"), stage.workspace.bot.user_id, length, int(stage.rules.clock()))
    return {"upload_url": f"{stage.url}/upload/{made.id}", "file_id": made.id}


async def take(stage: Stage, request: web.Request) -> web.Response:
    """The bytes, bare or as a form's only file; no token, the URL is the right."""
    file = stage.shelf.files.get(request.match_info["id"])
    if file is None or file.content is not None:
        return web.Response(text="no such upload", status=404)
    if request.content_type == "multipart/form-data":
        parts = [one for one in (await request.post()).values() if isinstance(one, web.FileField)]
        content = parts[0].file.read() if parts else b""
    else:
        content = await request.read()
    if len(content) != file.size:
        return web.Response(text="length differs", status=400)
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


async def give(stage: Stage, request: web.Request) -> web.Response:
    """Without the bot's token the answer is a page with status 200, not an error."""
    file = stage.shelf.files.get(request.match_info["id"])
    if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}" or stage.revoked:
        return web.Response(text=LOGIN_PAGE, content_type="text/html")
    if file is None or file.content is None or file.name != request.match_info["name"]:
        raise web.HTTPNotFound
    return web.Response(body=file.content, content_type=file.shape("")["mimetype"])


def _uploaded(stage: Stage, arguments: Arguments) -> list[File]:
    given: Any = arguments.parsed("files", "invalid_arguments")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given) or not given:
        raise ApiError("invalid_arguments", "[ERROR] must be a list [json-pointer:/files]")
    found = []
    for one in given:
        file = stage.shelf.files.get(str(one.get("id")))
        if file is None or file.content is None:
            raise ApiError("file_not_found")
        file.title = str(one.get("title") or file.name)
        found.append(file)
    return found


def _place(stage: Stage, arguments: Arguments) -> JSON:
    """Where the files are to be shared; {} for nowhere."""
    if not arguments.has("channel_id"):
        return {}
    channel = stage.workspace.channels.get(arguments.text("channel_id"))
    if channel is None:
        raise ApiError("channel_not_found")
    if not stage.workspace.bot_is_in(channel.id):
        raise ApiError("not_in_channel")
    root = stage.workspace.find(channel.id, arguments.text("thread_ts"))
    if channel.is_archived or (arguments.has("thread_ts") and (root is None or root.is_reply)):
        raise ApiError("posting_to_channel_denied")
    return {"channel": channel.id} | ({"thread_ts": root.ts} if root else {})


async def _appear(stage: Stage, place: JSON, wire: JSON, files: list[File]) -> None:
    """The message comes after the call has returned."""
    await asyncio.sleep(stage.rules.file_delay)
    shown = [one.in_message(stage.url) for one in files]
    stored = stage.keep(place["channel"], wire | {"files": shown, "ts": stage.stamp()})
    for one in files:
        one.shared_in.append((place["channel"], stored.ts))


def _wire(stage: Stage, arguments: Arguments) -> JSON:
    bot = stage.workspace.bot
    wire: JSON = {"type": "message", "subtype": "file_share", "text": "", "upload": True}
    wire |= {"text": arguments.text("initial_comment"), "display_as_bot": False}
    if arguments.has("blocks"):
        wire["blocks"] = blocks_of(stage, arguments)
        if words(wire["blocks"]) > ALL_BLOCKS:
            raise ApiError("invalid_blocks")
    name = username_of(arguments)
    return wire | {"bot_id": bot.bot_id} | ({"username": name} if name else {"user": bot.user_id})


def complete(stage: Stage, arguments: Arguments) -> JSON:
    files, place = _uploaded(stage, arguments), _place(stage, arguments)
    if place:
        wire = _wire(stage, arguments) | {k: v for k, v in place.items() if k == "thread_ts"}
        stage.deliveries.run(_appear(stage, place, wire, files))
    return {"files": [one.fresh(stage.url) for one in files]}


def _file(stage: Stage, arguments: Arguments) -> File:
    found = stage.shelf.files.get(arguments.text("file"))
    if found is None or found.content is None:
        raise ApiError("file_not_found")
    return found


def info(stage: Stage, arguments: Arguments) -> JSON:
    """The whole file, also where the message only carried a stub. `shares` says where it appeared."""
    file = _file(stage, arguments)
    shares: dict[str, dict[str, list[JSON]]] = {"public": {}, "private": {}}
    for channel, ts in file.shared_in:
        kind = "private" if stage.workspace.channels[channel].is_private else "public"
        shares[kind].setdefault(channel, []).append({"ts": ts})
    return {"file": file.shape(stage.url) | {"shares": shares}}


def delete(stage: Stage, arguments: Arguments) -> JSON:
    file = _file(stage, arguments)
    if file.user != stage.workspace.bot.user_id:
        raise ApiError("cant_delete_file")
    forget(stage, file)
    return {}


def forget(stage: Stage, file: File) -> None:
    """Shared with the people: the file goes, the message that carried it stays."""
    del stage.shelf.files[file.id]
    stage.tell(events.file_deleted(file.id, stage.stamp()))


METHODS = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
    "files.info": info,
    "files.delete": delete,
}
