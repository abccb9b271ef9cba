"""The floor: the least that a program of this kind can do, as what the product is measured beside.

One process, uvloop, a WebSocket for each visitor, raw sqlite3 (WAL, synchronous FULL), one INSERT a message, commits
grouped in a writer thread, one HTTP session that posts to the pretend Slack, and a bare socket for its events. No
accounts, origins, limits, order, retries, doubles, receipts, cards, history or reconnects: whatever is lost is lost.
"""

from __future__ import annotations

import asyncio
import json
import queue
import signal
import sqlite3
import sys
import threading
import time
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

TABLE = """CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, key TEXT UNIQUE, visitor TEXT, thread TEXT,
speaker TEXT, body TEXT, at REAL)"""
INSERT = "INSERT INTO message (key, visitor, thread, speaker, body, at) VALUES (?, ?, ?, ?, ?, ?)"
Job = tuple[tuple[Any, ...], "asyncio.Future[None]"]


class Writer(threading.Thread):
    """Drains what waits into one durable commit."""

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(daemon=True)
        self._path, self._loop = path, loop
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()

    def insert(self, *row: Any) -> asyncio.Future[None]:
        """Durable when it is done."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._jobs.put((row, future))
        return future

    def end(self) -> None:
        """Write what waits, and close."""
        self._jobs.put(None)
        self.join()

    def run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", TABLE):
            connection.execute(statement)
        while (job := self._jobs.get()) is not None:
            batch = [job]
            while len(batch) < 64 and not self._jobs.empty() and (more := self._jobs.get()) is not None:
                batch.append(more)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, [row for row, _ in batch])
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_settle, batch)
        connection.close()


def _settle(batch: list[Job]) -> None:
    for _, future in batch:
        future.set_result(None)


class Floor:
    """Visitors on one side, the pretend Slack on the other."""

    def __init__(self, writer: Writer, slack: aiohttp.ClientSession, api: str) -> None:
        self._writer, self._slack, self._api = writer, slack, api
        self._thread_of: dict[str, str] = {}
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._visitor_of: dict[str, str] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def visitor(self, request: web.Request) -> web.WebSocketResponse:
        """One visitor's socket: hello, then words."""
        socket = web.WebSocketResponse(compress=False, heartbeat=25.0)
        await socket.prepare(request)
        name = str((await socket.receive_json())["token"])
        self._sockets[name] = socket
        async for message in socket:
            frame = json.loads(message.data)
            await self._said(name, frame["key"], frame["text"])
            await socket.send_str(json.dumps({"type": "ok", "key": frame["key"]}))
        del self._sockets[name]
        return socket

    async def _said(self, visitor: str, key: str, text: str) -> None:
        await self._writer.insert(key, visitor, self._thread_of.get(visitor), "visitor", text, time.time())
        call = asyncio.create_task(self._post(visitor, text))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _post(self, visitor: str, text: str) -> None:
        thread = self._thread_of.get(visitor)
        body = {"channel": "CBENCH", "text": text, "thread_ts": thread}
        async with self._slack.post(f"{self._api}chat.postMessage", json=body) as answer:
            stamp = (await answer.json())["ts"]
        if thread is None:
            self._thread_of[visitor], self._visitor_of[stamp] = stamp, visitor

    async def hear(self, reader: asyncio.StreamReader) -> None:
        """Events, each a line; answered by nobody."""
        async with asyncio.TaskGroup() as group:
            while line := await reader.readline():
                group.create_task(self._answered(json.loads(line)))

    async def _answered(self, event: dict[str, Any]) -> None:
        visitor = self._visitor_of[event["thread_ts"]]
        await self._writer.insert(event["ts"], visitor, event["thread_ts"], "agent", event["text"], time.time())
        shown = {"type": "changes", "messages": [{"from": "agent", "text": event["text"]}]}
        await self._sockets[visitor].send_str(json.dumps(shown))


async def serve(port: int, database: str, api: str, bare_port: int) -> None:
    """Until SIGTERM."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    writer = Writer(database, loop)
    writer.start()
    reader, lines = await asyncio.open_connection("127.0.0.1", bare_port)
    async with aiohttp.ClientSession() as slack:
        floor = Floor(writer, slack, api)
        hearing = asyncio.create_task(floor.hear(reader))
        app = web.Application()
        app.router.add_get("/v1/visitor/socket", floor.visitor)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await told.wait()
        hearing.cancel()
        lines.close()
        await runner.cleanup()
    writer.end()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
