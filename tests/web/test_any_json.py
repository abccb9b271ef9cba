"""Whatever JSON comes, as a frame or a body: no fault of ours, no unexpected close."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.door import Door, written

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHARACTERS = st.characters(codec=None, exclude_categories=())
NAMES = st.sampled_from(
    ["type", "key", "text", "page", "url", "title", "address", "site", "token", "cursor", "language", "x", "\ud800", ""]
)
WORDS = st.sampled_from(
    ["say", "email", "transcript", "stay", "end", "ping", "hello", "main", "12345678", "kim@shop.example", "changes"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS, max_size=20)
)
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inside, max_size=4),
    max_leaves=8,
)
FRAMES = VALUES | st.dictionaries(NAMES, VALUES | WORDS, max_size=8)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PATHS = ("session", "say", "email", "transcript", "stay", "end")
EXPECTED = {200, 400, 401, 403, 404, 409, 413, 422}


@CALM
@given(frames=st.lists(FRAMES, min_size=1, max_size=6))
async def test_any_frame_is_answered_or_ends_the_line_by_name(
    door: Door, quiet: pytest.LogCaptureFixture, frames: list[Any]
) -> None:
    async with door.talk() as line:
        for frame in frames:
            await line.send(written(frame))
            if not isinstance(frame, dict):
                assert (await line.end())[0] == 4400
                break
            assert (await line.until("ok", "error", "pong"))["type"]


@CALM
@given(first=FRAMES)
async def test_any_first_frame_is_a_hello_or_ends_the_line_by_name(
    door: Door, quiet: pytest.LogCaptureFixture, first: Any
) -> None:
    async with door.socket() as line:
        await line.send(written(first))
        assert (await line.end())[0] in (4400, 4401, 4403)


@CALM
@given(body=FRAMES, path=st.sampled_from(PATHS))
async def test_any_body_is_answered_by_name(door: Door, quiet: pytest.LogCaptureFixture, body: Any, path: str) -> None:
    answer = await door.post(f"/v1/visitor/{path}", written(body), token=await door.token())
    assert answer.status in EXPECTED
    assert isinstance(answer.json, dict)


@CALM
@given(body=st.binary(max_size=300), path=st.sampled_from(PATHS))
async def test_any_bytes_are_answered_by_name(
    door: Door, quiet: pytest.LogCaptureFixture, body: bytes, path: str
) -> None:
    answer = await door.post(f"/v1/visitor/{path}", body, token=await door.token())
    assert (answer.status, answer.code) == (400, "malformed")


@CALM
@given(query=st.dictionaries(st.sampled_from(["key", "language", "cursor", "wait", "x"]), st.text(max_size=30)))
async def test_any_question_is_answered_by_name(
    door: Door, quiet: pytest.LogCaptureFixture, query: dict[str, str]
) -> None:
    query.pop("wait", None)
    headers = {"Authorization": f"Bearer {await door.token()}"}
    assert (await door.get("/v1/site", params=query)).status in (200, 404)
    assert (await door.get("/v1/visitor/changes", params=query, headers=headers)).status == 200
