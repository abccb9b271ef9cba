"""What a visitor may say arrives whole; what cannot be kept is refused by name."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.policies.text import clean
from tests.web.conftest import nothing_happens
from tests.web.door import Door, Line, key
from tests.world import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHOLE = [
    "x" * 10_000,
    "😀" * 10_000,
    "\u202eright to left\u202c and \u2066isolated\u2069 שלום עולם مرحبا",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇫🇮 👍🏽 e\u0301 Å x\u200by ﷽",
    "<script>alert(1)</script> &amp; &lt; <!channel> <@U0ANNA00001> *bold* `code` ~x~ :smile:",
    "line\nline\n\n\n  indented\tand tabbed",
    "https://shop.example/a?b=c&d=<e> mailto:a@b.example javascript:alert(1) http://x",
    "../../etc/passwd'; DROP TABLE message; -- %s {0} ${x} {{x}}",
    "\ufeff\ufffe\uffff\U0010ffff\u0378 private \ue000",
]
CLEANED = [
    ("  around \n", "around"),
    ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
    ("a\x00b\x07c\x1bd\x7fe\x9bf\x0bg\x0ch", "abcdefgh"),
    ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
    ("\x00 x \x00", "x"),
]
UNSEEN = [
    "",
    " ",
    "\n\t\r\n",
    "\x00\x07",
    "\u200b",
    "\u202e\u2066\u2069",
    "\u00a0\u3000",
    "\ufeff",
    "\u200d\u200c \u2060",
]


async def shown(line: Line, said: str) -> str:
    """How what was just said comes back in a `changes` frame."""
    key_of = key()
    await line.send({"type": "say", "key": key_of, "text": said})
    while True:
        frame = await line.until("changes")
        for message in frame["messages"]:
            if message.get("key") == key_of:
                assert joined(message["body"]) == message["text"]
                return str(message["text"])


def joined(body: list[Any]) -> str:
    return "".join(node if isinstance(node, str) else joined(node["inside"]) for node in body)


@pytest.mark.parametrize("text", WHOLE, ids=lambda text: ascii(text[:20]))
async def test_a_text_comes_back_as_it_was_written(door: Door, quiet: pytest.LogCaptureFixture, text: str) -> None:
    async with door.talk() as line:
        assert await shown(line, text) == text


@pytest.mark.parametrize(("text", "kept"), CLEANED, ids=ascii)
async def test_the_cleaning_is_the_documented_one(
    door: Door, quiet: pytest.LogCaptureFixture, text: str, kept: str
) -> None:
    async with door.talk() as line:
        assert await shown(line, text) == kept


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=300), max_size=8))
async def test_any_text_survives(door: Door, quiet: pytest.LogCaptureFixture, texts: list[str]) -> None:
    async with door.talk() as line:
        for text in texts:
            if is_seen(text):
                assert await shown(line, text) == clean(text).strip()
            else:
                assert (await line.answer({"type": "say", "key": key(), "text": text}))["code"] == "empty"


def is_seen(text: str) -> bool:
    return any(
        unicodedata.category(one)[0] not in "Z" and unicodedata.category(one) not in ("Cc", "Cf") for one in text
    )


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
async def test_a_text_that_shows_nothing_is_empty(unharmed: Door, text: str) -> None:
    token = await unharmed.token()
    answer = await unharmed.post("/v1/visitor/say", {"key": key(), "text": text}, token=token)
    assert (answer.status, answer.code) == (400, "empty")
    async with unharmed.talk(token) as line:
        assert (await line.answer({"type": "say", "key": key(), "text": text}))["code"] == "empty"


@pytest.mark.parametrize("text", ["x" * 10_001, "ä" * 20_000, "😀" * 10_001])
async def test_a_text_over_the_limit_is_too_long(unharmed: Door, text: str) -> None:
    token = await unharmed.token()
    answer = await unharmed.post("/v1/visitor/say", {"key": key(), "text": text}, token=token)
    assert (answer.status, answer.code) == (422, "too_long")
    async with unharmed.talk(token) as line:
        assert (await line.answer({"type": "say", "key": key(), "text": text}))["code"] == "too_long"


async def test_white_space_around_does_not_count(door: Door, quiet: pytest.LogCaptureFixture) -> None:
    async with door.talk() as line:
        assert await shown(line, " " * 5_000 + "x" * 10_000 + "\n" * 5_000) == "x" * 10_000


async def test_a_key_used_again_is_one_message_and_never_two_texts(door: Door, quiet: pytest.LogCaptureFixture) -> None:
    token, twice = await door.token(), key()
    said = {"key": twice, "text": "once"}
    assert (await door.post("/v1/visitor/say", said, token=token)).status == 200
    async with nothing_happens(door), door.talk(token) as line:
        assert (await door.post("/v1/visitor/say", said | {"text": " once\r\n"}, token=token)).json == {"ok": twice}
        other = await door.post("/v1/visitor/say", said | {"text": "SECRET"}, token=token)
        assert (other.status, other.code) == (409, "key_reused")
        assert (await line.answer({"type": "say", **said}))["type"] == "ok"
        assert (await line.answer({"type": "say", **said, "text": "SECRET"}))["code"] == "key_reused"
    stranger = await door.token()
    assert (await door.post("/v1/visitor/say", said | {"text": "another's"}, token=stranger)).status == 200


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "@",
        "kim@shop",
        "kim@shop.example\r\nBcc: all@shop.example",
        "kim@shop.example\nX: y",
        "kim@shop.example,all@shop.example",
        "kim@shop.example;all@shop.example",
        "kim@shop.example all@shop.example",
        '"kim lee"@shop.example',
        "Kim <kim@shop.example>",
        "<kim@shop.example>",
        "kim@shop.example(x)",
        "kim@@shop.example",
        "kim@[127.0.0.1]",
        "kim@127.0.0.1",
        "kim@shop.example.",
        "kim@.shop.example",
        "kim@shop..example",
        "kim@-shop.example",
        ".kim@shop.example",
        "kim\x00@shop.example",
        "kim\ud800@shop.example",
        "kim\u202e@shop.example",
        "kim\u200b@shop.example",
        "k" * 290 + "@shop.example",
        "kim@" + "x" * 300 + ".example",
        "kim@" + "x." * 150 + "example",
        "x" * 60_000,
        "mailto:kim@shop.example",
        "kim@shop.e",
    ],
    ids=lambda address: ascii(address[:30]),
)
async def test_what_cannot_be_an_address_is_refused(unharmed: Door, address: str) -> None:
    token = await unharmed.token()
    answer = await unharmed.post("/v1/visitor/email", {"key": key(), "address": address}, token=token)
    assert (answer.status, answer.code) == (400, "bad_email")
    async with unharmed.talk(token) as line:
        assert (await line.answer({"type": "email", "key": key(), "address": address}))["code"] == "bad_email"


@pytest.mark.parametrize(
    "address", ["kim@shop.example", " k.i+m@xn--p1ai.xn--p1ai ", "kimmö@käyrä.example", "o'k@a-b.co"]
)
async def test_an_address_that_can_be_one_is_kept(door: Door, quiet: pytest.LogCaptureFixture, address: str) -> None:
    async with door.talk() as line:
        assert (await line.answer({"type": "email", "key": key(), "address": address}))["type"] == "ok"
        assert (await line.until("state"))["email"] is True


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "http:/evil\n.example",
        'https://shop.example/"><script>',
        "https://shop.example/\x00",
        "https://shop.example/<!channel>",
        "",
    ],
)
async def test_a_page_that_is_no_safe_address_is_left_out(
    door: Door, quiet: pytest.LogCaptureFixture, url: str
) -> None:
    body = {"key": key(), "text": "hello", "page": {"url": url, "title": "T<!channel>*x*\n" * 3_000}}
    assert (await door.post("/v1/visitor/say", body, token=await door.token())).status == 200
    kept, title = await newest_page(door)
    assert kept == ""
    assert title.startswith("T<!channel>*x* T")
    assert len(title) == 200


async def newest_page(door: Door) -> tuple[str, str]:
    question = "select page_url, page_title from conversation order by opened_at desc limit 1"

    def ask(tx: Any) -> tuple[str, str]:
        url, title = tx._connection.exec_driver_sql(question).one()
        return url, title

    return await door.world.bridge.store.read(ask)


async def test_a_site_and_a_page_get_the_language_they_speak(unharmed: Door) -> None:
    for wanted, spoken in (
        ("fi", "fi"),
        ("sv-FI", "sv"),
        ("de_AT", "de"),
        ("tlh", "en"),
        ("", "en"),
        ("x" * 5_000, "en"),
    ):
        answer = await unharmed.get("/v1/site", params={"key": "main", "language": wanted})
        assert answer.json["language"] == spoken
    finnish = await unharmed.post("/v1/visitor/end", {}, headers={"Accept-Language": "fi,en;q=0.9"})
    assert finnish.json["error"]["text"] != (await unharmed.post("/v1/visitor/end", {})).json["error"]["text"]


async def test_nothing_of_hostile_words_reached_a_log_line(door: Door, quiet: pytest.LogCaptureFixture) -> None:
    text = "SECRET \ud800 \x00 <b>SECRET</b>"
    async with door.talk() as line:
        await shown(line, text)
        await line.answer({"type": "email", "key": key(), "address": "SECRET@shop.example"})
        await line.answer({"type": "end", "key": key()})
    await until(lambda: door.world.bridge.courier.troubles == ())
