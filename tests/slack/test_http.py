"""Events over HTTP: nothing is read before it is proven, and 200 means that it is kept."""

import asyncio
import json
import logging
from dataclasses import replace

import pytest

from adapters.playground.workspace import ANNA, SUPPORT
from adapters.slack import http, open_slack
from tests.slack.conftest import TEMPO
from tests.slack.door import FORM_TYPE, JSON_TYPE, OTHER, PATHS, SECRET, at_home, post, signed
from tests.slack.fakes import last, until
from tests.slack.payloads import payload


@pytest.fixture
def settings(settings):
    return replace(settings, app_token="", signing_secrets=(SECRET, OTHER))


@pytest.fixture
def live(by_http):
    return by_http


def event(words="a-secret-word"):
    body = at_home(payload("agent_answers_in_a_thread"), "1790000000.000100")
    body["event"]["text"] = words
    return json.dumps(body).encode()


def without(headers, *names):
    return [pair for pair in headers if pair[0] not in names]


def changed(headers, name, value):
    return [(one, value if one == name else before) for one, before in headers]


SIGNATURE, STAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"
BODY = event()
RIGHT = signed
STRANGERS = {
    "no headers": lambda: (BODY, [("Content-Type", JSON_TYPE)]),
    "no signature": lambda: (BODY, without(signed(BODY), SIGNATURE)),
    "no time": lambda: (BODY, without(signed(BODY), STAMP)),
    "empty signature": lambda: (BODY, changed(signed(BODY), SIGNATURE, "")),
    "malformed signature": lambda: (BODY, changed(signed(BODY), SIGNATURE, "v0=zz")),
    "non-ASCII signature": lambda: (BODY, changed(signed(BODY), SIGNATURE, "v0=" + "ä" * 64)),
    "another version": lambda: (BODY, changed(signed(BODY), SIGNATURE, "v1=" + dict(signed(BODY))[SIGNATURE][3:])),
    "upper case": lambda: (BODY, changed(signed(BODY), SIGNATURE, dict(signed(BODY))[SIGNATURE].upper())),
    "time in words": lambda: (BODY, changed(signed(BODY), STAMP, "abc")),
    "time as a float": lambda: (BODY, changed(signed(BODY), STAMP, "1e9")),
    "empty time": lambda: (BODY, changed(signed(BODY), STAMP, "")),
    "non-ASCII time": lambda: (BODY, changed(signed(BODY), STAMP, "١٧٩٠٠٠٠٠٠٠")),
    "old": lambda: (BODY, signed(BODY, age=302)),
    "future": lambda: (BODY, signed(BODY, age=-302)),
    "another secret": lambda: (BODY, signed(BODY, secret="0" * 32)),
    "another body": lambda: (BODY + b" ", signed(BODY)),
    "signature twice": lambda: (BODY, [*signed(BODY), (SIGNATURE, dict(signed(BODY))[SIGNATURE])]),
    "time twice": lambda: (BODY, [*signed(BODY), (STAMP, dict(signed(BODY))[STAMP])]),
    "empty body, unsigned": lambda: (b"", [("Content-Type", JSON_TYPE)]),
    "empty body, of another signature": lambda: (b"", signed(BODY)),
    "2 MB unsigned": lambda: (b"a" * 2_000_000, [("Content-Type", JSON_TYPE)]),
    "2 MB of another signature": lambda: (b"a" * 2_000_000, signed(BODY)),
    "2 MB signed": lambda: (b"a" * 2_000_000, signed(b"a" * 2_000_000)),
    "deep JSON": lambda: (b"[" * 200_000, signed(BODY)),
    "broken JSON": lambda: (b'{"a-secret-word', signed(BODY)),
    "encoded": lambda: (BODY, [*signed(BODY), ("Content-Encoding", "gzip")]),
    "ssl_check": lambda: (b"ssl_check=1&token=x", [("Content-Type", FORM_TYPE)]),
    "url_verification": lambda: (
        b'{"type":"url_verification","challenge":"x"}', [("Content-Type", JSON_TYPE)]
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "path"), [(name, path) for name in STRANGERS for path in PATHS])
@pytest.mark.usefixtures("live")
async def test_what_is_not_proven_is_401_without_effect_in_one_short_line(url, desk, caplog, name, path):
    caplog.set_level(logging.DEBUG)
    body, headers = STRANGERS[name]()
    status, answer = await post(url + path, body, headers)
    assert (status, answer) == (401, "")
    assert desk.got == []
    (line,) = [one for one in caplog.records if one.name == "silta.slack"]
    assert (line.levelno, line.exc_info) == (logging.WARNING, None)
    assert len(line.getMessage()) < 120
    assert "a-secret-word" not in caplog.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON_TYPE),
        (b"{}", JSON_TYPE),
        (b"[]", JSON_TYPE),
        (b"[1]", JSON_TYPE),
        (b"null", JSON_TYPE),
        (b'"a-secret-word"', JSON_TYPE),
        (b'{"a-secret-word', JSON_TYPE),
        (b"[" * 200_000, JSON_TYPE),
        (b'{"a":' * 100_000, JSON_TYPE),
        (b"\xff\xfe", JSON_TYPE),
        (b"payload=a-secret-word", FORM_TYPE),
        (b"payload=", FORM_TYPE),
        (b"payload=[]", FORM_TYPE),
        (b"payload=%7B", FORM_TYPE),
        (b'{"authorizations":5}', JSON_TYPE),
        (b'{"authorizations":{"a":1}}', JSON_TYPE),
    ],
)
@pytest.mark.usefixtures("live")
async def test_what_is_proven_and_no_payload_is_400_without_effect(url, desk, caplog, body, kind):
    caplog.set_level(logging.DEBUG)
    status, _ = await post(url + PATHS[0], body, signed(body, kind=kind))
    assert status == 400
    assert desk.got == []
    (line,) = [one for one in caplog.records if one.name == "silta.slack"]
    assert (len(line.getMessage()) < 120, line.exc_info) == (True, None)
    assert "a-secret-word" not in caplog.text


@pytest.mark.parametrize("secret", [SECRET, OTHER])
@pytest.mark.parametrize("age", [0, 290, -290])
async def test_both_secrets_are_good_within_five_minutes(url, live, desk, secret, age):
    body = event()
    assert (await post(url + PATHS[0], body, signed(body, secret=secret, age=age)))[0] == 200
    assert len(desk.all("heard")) == 1


async def test_an_event_may_be_larger_than_a_visitors_request(url, live, desk):
    body = event("x" * 300_000)
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 200
    assert len(desk.all("heard")) == 1


async def test_the_address_is_verified_on_both_paths_even_while_slack_does_not_answer_us(slack, url, bridge):
    await slack.token(revoked=True)
    assert await slack.verify_url()
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    assert await post(url + PATHS[1], body, signed(body)) == (200, '{"challenge": "abc"}')


async def test_other_methods_and_paths_are_nothing(url, live):
    assert (await post(f"{url}/slack/other", b"", signed(b"")))[0] == 404
    assert (await post(f"{url}/slack/events/", b"", signed(b"")))[0] == 404


# acknowledged when durable


async def test_the_status_of_a_failure_is_503(url, live, desk):
    desk.failures = [RuntimeError("ours")]
    body = event()
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 503


async def test_what_takes_longer_than_slack_waits_ends_all_the_same(slack, desk, thread):
    """Slack hangs up, and sends the copy while the first is still in work."""
    desk.gate = asyncio.Event()
    await slack.say(ANNA, SUPPORT, "hello", thread.root)
    await until(lambda: last(slack).attempts == 2)
    assert desk.done == []
    desk.gate.set()
    await until(lambda: last(slack).acked)
    await until(lambda: len(desk.done) == len(desk.got))
    assert len({heard.ref for heard in desk.all("heard")}) == 1


async def test_too_much_at_once_is_asked_to_come_again(url, live, desk, monkeypatch):
    monkeypatch.setattr(http, "MOST_AT_ONCE", 1)
    desk.gate = asyncio.Event()
    body = event()
    first = asyncio.create_task(post(url + PATHS[0], body, signed(body)))
    await until(lambda: desk.got)
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 503
    desk.gate.set()
    assert (await first)[0] == 200


async def test_before_we_know_who_we_are_events_wait_at_slack(slack, url, bridge, desk, caplog):
    await slack.token(revoked=True)
    await slack.settled()
    caplog.set_level(logging.INFO, "silta.slack")
    await bridge.start()
    await until(lambda: len(slack.calls("auth.test")) > 3)
    body = event()
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 503
    assert bridge.health()["http"] == {"is_open": False, "last_event": None, "last_error": "token_revoked"}
    assert len([one for one in caplog.records if one.levelno == logging.ERROR]) == 1
    await slack.token(revoked=False)
    await until(lambda: bridge.health()["http"]["is_open"])
    assert desk.gaps == ["acme"]
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 200


async def test_after_the_stop_events_wait_at_slack(url, live, desk):
    await live.stop()
    body = event()
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 503
    assert desk.got == []


async def test_what_is_in_work_at_the_stop_is_acknowledged(url, live, desk):
    desk.gate = asyncio.Event()
    body = event()
    asked = asyncio.create_task(post(url + PATHS[0], body, signed(body)))
    await until(lambda: desk.got)
    ending = asyncio.create_task(live.stop())
    await asyncio.sleep(0.05)
    desk.gate.set()
    assert (await asked)[0] == 200
    await ending


async def test_dropped_deliveries_are_one_warning_and_the_threads_are_read_again(url, live, desk, caplog):
    gaps = len(desk.gaps)
    body = json.dumps(payload("deliveries_are_limited")).encode()
    assert (await post(url + PATHS[0], body, signed(body)))[0] == 200
    (line,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert "drops events" in line.getMessage()
    assert len(desk.gaps) == gaps + 1


async def test_both_doors_may_be_open(slack, settings, desk):
    both = await open_slack(replace(settings, app_token="xapp-playground"), tempo=TEMPO)
    both.listen(desk)
    assert [route.path for route in both.routes()] == list(PATHS)
    await both.start()
    await until(lambda: both.health()["connections"] == 2 and both.health()["http"]["is_open"])
    await both.stop()
    await both.close()


async def test_without_a_secret_there_is_no_door(slack, settings, desk):
    closed = await open_slack(replace(settings, app_token="xapp-playground", signing_secrets=()), tempo=TEMPO)
    closed.listen(desk)
    assert closed.routes() == []
    await closed.close()
