"""Bodies and frames that are no message: refused by name, nothing stored, nothing of them in a log."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import Any

import pytest

from tests.web.door import Door, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMIT = 64 * 1024
CUT = 1006  # what a client sees that was still sending when it was refused
POSTS = ("/v1/visitor/session", "/v1/visitor/say", "/v1/visitor/email", "/v1/visitor/end")
NOT_AN_OBJECT = [
    b"",
    b" ",
    b"\xff\xfe\x00",
    b'{"text": "\xed\xa0\x80"}',
    b'{"text": "SECRET',
    b"SECRET",
    b"[]",
    b'["SECRET"]',
    b'"SECRET"',
    b"null",
    b"1",
    b"NaN",
    b'{"key": NaN}',
    b'{"key": -Infinity}',
    b"[" * 60_000,
    b"[" * 30_000 + b"]" * 30_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"key": ' + b"9" * 5_000 + b"}",
    b'\xef\xbb\xbf{"key": "12345678"}',
    b'{"key": "a\x00b"}',
    b"{'key': 1}",
    b'{"key": "12345678"} SECRET',
]
WRONG: list[Any] = [None, True, 0, -1.5, 1e308, [], ["SECRET"], {}, {"SECRET": 1}]


@pytest.mark.parametrize("body", NOT_AN_OBJECT, ids=lambda body: repr(body[:20]))
async def test_a_body_that_is_no_object_is_malformed(unharmed: Door, body: bytes) -> None:
    token = await unharmed.token()
    for path in POSTS:
        answer = await unharmed.post(path, body, token=token)
        assert (answer.status, answer.code) == (400, "malformed"), path
        assert "SECRET" not in answer.text


@pytest.mark.parametrize("body", NOT_AN_OBJECT, ids=lambda body: repr(body[:20]))
async def test_a_frame_that_is_no_object_ends_the_line(unharmed: Door, body: bytes) -> None:
    try:
        frame = body.decode()
    except UnicodeDecodeError:
        return
    async with unharmed.talk() as line:
        await line.send(frame)
        code, frames = await line.end()
        assert code == 4400
        assert frames[-1]["code"] == "malformed"
        assert "SECRET" not in str(frames)
    async with unharmed.socket() as line:
        await line.send(frame)
        assert (await line.end())[0] == 4400


async def test_a_frame_of_broken_utf8_ends_the_line(unharmed: Door) -> None:
    async with unharmed.talk() as line:
        writer = line.connection._writer
        await writer.send_frame(b'{"type": "ping\xff"}', 1)
        assert (await line.end())[0] == 1007


@pytest.mark.parametrize("size", [LIMIT + 1, 5 * 1024 * 1024])
async def test_a_body_over_the_limit_is_too_large(unharmed: Door, size: int) -> None:
    token = await unharmed.token()
    body = b'{"key": "12345678", "text": "' + b"S" * size + b'"}'
    for path in POSTS:
        answer = await unharmed.post(path, io.BytesIO(body), token=token)
        assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize("size", [LIMIT + 1, 5 * 1024 * 1024])
async def test_a_frame_over_the_limit_ends_the_line(unharmed: Door, size: int) -> None:
    async with unharmed.talk() as line:
        await line.send_or_be_cut('{"type": "ping"}' + " " * (size - 16))
        assert (await line.end())[0] in (1009, CUT)
    async with unharmed.socket() as line:
        await line.send_or_be_cut(" " * size)
        assert (await line.end())[0] in (1009, CUT)


async def test_a_frame_and_a_body_of_exactly_the_limit_are_read(unharmed: Door) -> None:
    async with unharmed.talk() as line:
        assert (await line.answer('{"type": "ping"}' + " " * (LIMIT - 16)))["type"] == "pong"
    body = b'{"key": "12345678"}'
    answer = await unharmed.post("/v1/visitor/end", body + b" " * (LIMIT - len(body)), token=await unharmed.token())
    assert answer.status == 200


async def test_a_packed_bomb_is_too_large(unharmed: Door) -> None:
    token = await unharmed.token()
    plain = b'{"key": "12345678", "text": "' + b"S" * 50_000_000 + b'"}'
    for name, bomb in (("gzip", gzip.compress(plain)), ("deflate", zlib.compress(plain))):
        answer = await unharmed.post("/v1/visitor/say", bomb, token=token, headers={"Content-Encoding": name})
        assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity", "x-unheard-of", "gzip, gzip"])
async def test_a_body_that_is_not_packed_as_it_says_is_refused(unharmed: Door, encoding: str) -> None:
    answer = await unharmed.post(
        "/v1/visitor/say", b"SECRET", token=await unharmed.token(), headers={"Content-Encoding": encoding}
    )
    assert (answer.status, answer.code) == (400, "malformed")


@pytest.mark.parametrize("encoding", ["br", "zstd"])
async def test_a_body_that_cannot_be_unpacked_here_is_refused(unharmed: Door, encoding: str) -> None:
    """The library itself says so, before it comes to us."""
    answer = await unharmed.post("/v1/visitor/say", b"SECRET", headers={"Content-Encoding": encoding})
    assert answer.status == 400
    assert "SECRET" not in answer.text


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json"]
)
async def test_only_json_is_read(unharmed: Door, kind: str) -> None:
    """A form of a foreign page could send the other kinds without asking first."""
    body = {"key": key(), "text": "SECRET"}
    token = await unharmed.token()
    answer = await unharmed.post("/v1/visitor/say", body, token=token, headers={"Content-Type": kind})
    assert (answer.status, answer.code) == (400, "malformed")


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
async def test_each_field_of_the_wrong_type_is_named(unharmed: Door, wrong: Any) -> None:
    token = await unharmed.token()
    page = {"url": "https://shop.example", "title": "x"}
    fields: list[tuple[str, str, dict[str, Any]]] = [
        ("site", "session", {"site": wrong, "language": "en"}),
        ("language", "session", {"site": "main", "language": wrong}),
        ("key", "say", {"key": wrong, "text": "SECRET"}),
        ("text", "say", {"key": key(), "text": wrong}),
        ("url", "say", {"key": key(), "text": "SECRET", "page": page | {"url": wrong}}),
        ("title", "say", {"key": key(), "text": "SECRET", "page": page | {"title": wrong}}),
        ("address", "email", {"key": key(), "address": wrong}),
        ("key", "end", {"key": wrong}),
    ]
    if wrong and not isinstance(wrong, dict):
        fields.append(("page", "say", {"key": key(), "text": "SECRET", "page": wrong}))
    async with unharmed.talk(token) as line:
        for name, verb, body in fields:
            answer = await unharmed.post(f"/v1/visitor/{verb}", body, token=token)
            assert (answer.status, answer.code) == (400, "malformed"), (name, verb)
            assert f"'{name}'" in answer.json["error"]["text"]
            if verb != "session":
                told = await line.answer({"type": verb, **body})
                assert (told["code"], f"'{name}'" in told["text"]) == ("malformed", True)


async def test_missing_fields_are_named(unharmed: Door) -> None:
    token = await unharmed.token()
    async with unharmed.talk(token) as line:
        for verb, body, name in (
            ("say", {"text": "SECRET"}, "key"),
            ("say", {"key": key()}, "text"),
            ("email", {"key": key()}, "address"),
            ("end", {}, "key"),
        ):
            answer = await unharmed.post(f"/v1/visitor/{verb}", body, token=token)
            assert (answer.code, f"'{name}'" in answer.text) == ("malformed", True)
            told = await line.answer({"type": verb, **body})
            assert (told["code"], f"'{name}'" in told["text"]) == ("malformed", True)
    for body, name in (({}, "site"), ({"language": "en"}, "site")):
        assert f"'{name}'" in (await unharmed.post("/v1/visitor/session", body)).text


@pytest.mark.parametrize(
    "wrong",
    ["", "short", "x" * 7, "x" * 65, "a b c d e f", "ä" * 10, "\ud800" * 10, "12345678\n", "'; drop table", "\x00" * 9],
)
async def test_an_odd_key_is_malformed(unharmed: Door, wrong: str) -> None:
    token = await unharmed.token()
    async with unharmed.talk(token) as line:
        for verb in ("say", "email", "end"):
            body = {"key": wrong, "text": "SECRET", "address": "secret@shop.example"}
            assert (await unharmed.post(f"/v1/visitor/{verb}", body, token=token)).code == "malformed"
            told = await line.answer({"type": verb, **body})
            assert (told["code"], told.get("key")) == ("malformed", None)


@pytest.mark.parametrize(
    "kind", [None, "", "SECRET", "hello", "changes", "state", "ok", "\ud800", 5, ["say"], {}, "x" * 50_000]
)
async def test_an_unknown_type_is_malformed_and_the_line_goes_on(unharmed: Door, kind: Any) -> None:
    async with unharmed.talk() as line:
        told = await line.answer({"type": kind, "key": "12345678", "site": "main", "token": "SECRET"})
        assert (told["type"], told["code"], told["key"]) == ("error", "malformed", "12345678")
        assert "SECRET" not in json.dumps(told)
        assert (await line.answer({"type": "ping"}))["type"] == "pong"


async def test_unknown_fields_are_ignored(door: Door, quiet: pytest.LogCaptureFixture) -> None:
    async with door.talk(newer={"a": [1]}) as line:
        told = await line.answer({"type": "say", "key": "k" * 8, "text": "SECRET", "page": None, "mood": "fine"})
        assert told == {"type": "ok", "key": "k" * 8}


async def test_binary_frames_end_the_line(unharmed: Door) -> None:
    async with unharmed.talk() as line:
        await line.send(b'{"type": "ping"}')
        assert (await line.end())[0] == 4400
    async with unharmed.socket() as line:
        await line.send(b'{"type": "hello"}')
        assert (await line.end())[0] == 4400


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
async def test_a_hello_of_wrong_types_ends_the_line(unharmed: Door, wrong: Any) -> None:
    token = await unharmed.token()
    for field in ("site", "token", "language", "type"):
        async with unharmed.socket() as line:
            await line.hello(token, **{field: wrong})
            code, frames = await line.end()
            assert (code, frames[-1]["code"]) == (4400, "malformed")
    async with unharmed.talk(token, cursor=wrong):
        pass


@pytest.mark.parametrize(
    "cursor", ["", "x", "." * 60, "a.1", "0.-1", "\ud800", "x" * 60_000, "a.٣", "a.²", "abcdefghijkl.999999999999999"]
)
async def test_a_cursor_that_is_not_ours_begins_anew(door: Door, quiet: pytest.LogCaptureFixture, cursor: str) -> None:
    token = await door.token()
    body = {"key": key(), "text": "said"}
    assert (await door.post("/v1/visitor/say", body, token=token)).status == 200
    async with door.socket() as line:
        await line.hello(token, cursor=cursor)
        frame = await line.until("changes")
        assert (frame["reset"], [said["text"] for said in frame["messages"]]) == (True, ["said"])
    if "\ud800" not in cursor and len(cursor) < 1000:
        query = {"cursor": cursor, "wait": "25"}
        answer = await door.get("/v1/visitor/changes", params=query, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.json["changes"]["reset"]) == (200, True)


@pytest.mark.parametrize("wait", ["", "x", "-5", "nan", "NaN", "inf-inf", "1e-9", "0x10", "٣" * 3, "9" * 400])
async def test_a_wait_that_is_no_number_is_none(door: Door, quiet: pytest.LogCaptureFixture, wait: str) -> None:
    query = {"wait": wait} if wait != "9" * 400 else {"wait": wait, "cursor": "x"}
    token = await door.token()
    answer = await door.get("/v1/visitor/changes", params=query, headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 200


@pytest.mark.parametrize(
    "junk",
    [
        b"\x00" * 100 + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/site\r\n\r\n",
        b"SECRET SECRET SECRET\r\n\r\n",
        b"GET /v1/site HTTP/1.1\r\nHost: x\r\nAuthorization: SECRET\x00\r\n\r\n",
        b"GET /v1/site HTTP/1.1\r\nHost: x\r\nX: " + b"S" * 20_000 + b"\r\n\r\n",
        b"GET /v1/site HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"GET /" + b"S" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/visitor/end HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/visitor/end HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda junk: repr(junk[:24]),
)
async def test_what_is_no_request_is_refused(unharmed: Door, junk: bytes) -> None:
    reader, writer = await unharmed.raw(junk)
    writer.write_eof()
    answer = await reader.read(100)
    assert answer == b"" or answer.split()[1] in (b"400", b"403", b"404", b"431")
    writer.close()
