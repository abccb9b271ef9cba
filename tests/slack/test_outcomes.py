"""How a call that failed is named: only what surely did not happen may be repeated blindly."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError

from adapters.slack.errors import outcome
from bridge.errors import Rejected, Unknown, Unreachable


@dataclass
class Answer:
    status_code: int = 200
    data: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def answered(code, status=200, **headers):
    return SlackApiError("x", Answer(status, {"ok": False, "error": code}, headers))


PLACE = ConnectionKey("slack.com", 443, True, True, None, None, None)
CONNECTOR = aiohttp.ClientConnectorError(PLACE, OSError("refused"))


@pytest.mark.parametrize("wrote", [True, False])
@pytest.mark.parametrize("error", [CONNECTOR, aiohttp.ConnectionTimeoutError("no connection")])
def test_a_connection_that_never_stood_did_nothing(error, wrote):
    assert isinstance(outcome(error, wrote=wrote), Unreachable)


DOUBTS = [
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientOSError(104, "reset"),
    aiohttp.ClientPayloadError("truncated"),
    aiohttp.SocketTimeoutError("silent"),
    TimeoutError(),
    ConnectionResetError(),
    ValueError("bad json"),
    AttributeError("a list has no get"),
    SlackApiError("html", Answer(200, {})),
    SlackApiError("down", Answer(503, {})),
    SlackApiError("null", Answer(200, None)),
    SlackApiError("odd", Answer(200, {"ok": False, "error": 5})),
    SlackApiError("no answer", {}),
    answered("internal_error"),
    answered("fatal_error"),
    answered("service_unavailable"),
    answered("channel_not_found", status=500),
    answered("duplicate_message_not_found"),
]


@pytest.mark.parametrize("error", DOUBTS)
def test_an_end_that_proves_nothing_leaves_a_write_in_doubt(error):
    assert type(outcome(error, wrote=True)) is Unknown


@pytest.mark.parametrize("error", DOUBTS)
def test_the_same_end_of_a_read_is_only_a_failure(error):
    found = outcome(error, wrote=False)
    assert isinstance(found, Unreachable)
    assert not found.standing


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (SlackApiError("slow", Answer(429, {}, {"Retry-After": "7"})), 7),
        (SlackApiError("slow", Answer(429, {}, {"Retry-After": "soon"})), 30),
        (SlackApiError("slow", Answer(429, None, {})), 30),
        (SlackApiError("slow", Answer(429, {}, {"Retry-After": "999999"})), 3600),
        (answered("ratelimited"), 30),
        (answered("rate_limited", **{"Retry-After": "2"}), 2),
    ],
)
def test_too_many_calls_wait_as_long_as_slack_asks(error, wait):
    found = outcome(error, wrote=True)
    assert isinstance(found, Unreachable)
    assert (found.cause, found.limited, found.wait) == ("limited", True, wait)


@pytest.mark.parametrize(
    "code",
    [
        "token_revoked",
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "team_access_not_granted",
        "missing_scope",
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_thread_locked",
        "ekm_access_denied",
    ],
)
def test_what_a_person_must_mend_is_waited_for(code):
    found = outcome(answered(code), wrote=True)
    assert isinstance(found, Unreachable)
    assert (found.cause, found.standing, found.wait) == (code, True, 30)


def test_a_missing_scope_is_named():
    error = SlackApiError("x", Answer(200, {"error": "missing_scope", "needed": "users:read"}))
    assert "users:read" in str(outcome(error, wrote=False))


@pytest.mark.parametrize("code", ["msg_too_long", "invalid_blocks", "cant_update_message"])
def test_what_never_succeeds_is_rejected(code):
    found = outcome(answered(code), wrote=True)
    assert isinstance(found, Rejected)
    assert found.cause == code
