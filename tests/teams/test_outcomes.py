"""How a call that failed is named: only what surely did not happen may be repeated blindly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from hypothesis import given
from hypothesis import strategies as st

from adapters.playground.teams.errors import CODES, ConnectorError
from adapters.teams.errors import ADVICE, CONFLICT_WAIT, LIMITED_WAIT, LONGEST_WAIT, STANDING_WAIT, answered, outcome
from bridge.errors import ROOT_GONE, Rejected, Unknown, Unreachable, WorkplaceError

PLACE = ConnectionKey("smba.trafficmanager.net", 443, True, True, None, None, None)
CONNECTOR = aiohttp.ClientConnectorError(PLACE, OSError("refused"))
DOUBTS = [
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientOSError(104, "reset"),
    aiohttp.ClientPayloadError("truncated"),
    aiohttp.SocketTimeoutError("silent"),
    TimeoutError(),
    ConnectionResetError(),
    ValueError("bad json"),
    RecursionError(),
]


def of(status, body=None, *, wrote=True, in_thread=True, **headers):
    return answered(status, headers, body, wrote=wrote, in_thread=in_thread)


def refused(code, **more):
    error = ConnectorError(code)
    return of(error.status, error.body, **more)


@pytest.mark.parametrize("wrote", [True, False])
@pytest.mark.parametrize("error", [CONNECTOR, aiohttp.ConnectionTimeoutError("no connection")])
def test_a_connection_that_never_stood_did_nothing(error, wrote):
    assert isinstance(outcome(error, wrote=wrote), Unreachable)


@pytest.mark.parametrize("error", DOUBTS, ids=lambda error: type(error).__name__)
def test_an_end_that_proves_nothing_leaves_a_write_in_doubt(error):
    assert type(outcome(error, wrote=True)) is Unknown
    reading = outcome(error, wrote=False)
    assert isinstance(reading, Unreachable)
    assert not reading.standing


@pytest.mark.parametrize("status", [300, 302, 304, 307, 500, 502, 503, 504, 599])
def test_a_servers_fault_leaves_a_write_in_doubt(status):
    assert type(of(status)) is Unknown
    assert isinstance(of(status, wrote=False), Unreachable)


STANDING = ("BotNotInConversationRoster", "BotDisabledByAdmin", "BotNotRegistered", "ConversationBlockedByUser",
            "MessageWritesBlocked")  # fmt: skip


@pytest.mark.parametrize("code", STANDING)
def test_what_a_person_must_mend_is_waited_for_and_says_how(code):
    found = refused(code)
    assert isinstance(found, Unreachable)
    assert (found.cause, found.standing, found.wait) == (code, True, STANDING_WAIT)
    assert ADVICE[code] in str(found)


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (401, {"message": "Authorization has been denied for this request."}, "unauthorized"),
        (401, None, "unauthorized"),
        (401, [], "unauthorized"),
        (403, None, "forbidden"),
        (403, {"error": "x"}, "forbidden"),
        (403, {"error": {"code": 5}}, "forbidden"),
        (403, {"errorCode": 209, "message": "{\\r\\n \"subCode\": \"MessageWritesBlocked\"}"}, "MessageWritesBlocked"),
        (403, {"error": {"code": "SomethingNew"}}, "SomethingNew"),
    ],
)  # fmt: skip
def test_every_refusal_of_our_rights_stands(status, body, cause):
    found = of(status, body)
    assert isinstance(found, Unreachable)
    assert (found.cause, found.standing) == (cause, True)


@pytest.mark.parametrize("code", ["ConversationNotFound", "ActivityNotFoundInConversation"])
def test_what_is_missing_is_the_root_in_a_thread_and_the_channel_elsewhere(code):
    gone = refused(code)
    assert isinstance(gone, Rejected)
    assert gone.cause == ROOT_GONE
    channel = refused(code, in_thread=False)
    assert isinstance(channel, Unreachable)
    assert channel.standing


@pytest.mark.parametrize(
    ("code", "cause"), [("BadSyntax", "BadSyntax"), ("BadArgument", "BadArgument"), ("MessageSizeTooBig", "too_long")]
)
def test_what_never_succeeds_is_rejected(code, cause):
    found = refused(code)
    assert isinstance(found, Rejected)
    assert found.cause == cause


def test_a_conflict_is_tried_again_soon():
    found = refused("PreconditionFailed")
    assert isinstance(found, Unreachable)
    assert not found.limited
    assert CONFLICT_WAIT <= (found.wait or 0) <= 2 * CONFLICT_WAIT


def date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 1),
        ("999999", LONGEST_WAIT),
        ("9" * 400, LONGEST_WAIT),
        ("Mon, 21 Sep 2026 14:13:21", LIMITED_WAIT),
        ("soon", LIMITED_WAIT),
        ("-5", LIMITED_WAIT),
        ("1.5", LIMITED_WAIT),
        ("١٢", LIMITED_WAIT),
        ("", LIMITED_WAIT),
        ("nan", LIMITED_WAIT),
        ("inf", LIMITED_WAIT),
    ],
)
def test_too_many_calls_wait_as_long_as_teams_asks(value, wait):
    found = of(429, None, **{"Retry-After": value})
    assert isinstance(found, Unreachable)
    assert (found.cause, found.limited) == ("limited", True)
    assert wait - 1.5 <= (found.wait or 0) <= wait * 1.1 + 0.1


@pytest.mark.parametrize(("seconds", "least", "most"), [(20, 15, 22.1), (-20, 1, 1.1), (9_999, 3_600, 3_960)])
def test_a_date_is_so_many_seconds_from_now(seconds, least, most):
    found = of(429, None, **{"Retry-After": date(seconds)})
    assert isinstance(found, Unreachable)
    assert least <= (found.wait or 0) <= most


@given(st.text(max_size=60))
def test_no_word_in_the_header_is_an_error(value):
    found = of(429, None, **{"Retry-After": value})
    assert isinstance(found, Unreachable)
    assert 1 <= (found.wait or 0) <= LONGEST_WAIT * 1.1


json = st.recursive(
    st.none() | st.integers() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["error", "code", "message", "errorCode"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.integers(300, 599), json, st.booleans(), st.booleans())
def test_every_answer_has_its_name(status, body, wrote, in_thread):
    found = of(status, body, wrote=wrote, in_thread=in_thread)
    assert isinstance(found, WorkplaceError)
    assert 0 < len(found.cause) <= 60
    assert "\n" not in found.cause


def test_every_answer_of_the_pretend_teams_is_named():
    for code, (status, _) in CODES.items():
        found = refused(code)
        assert isinstance(found, Unknown if status == 500 else Unreachable | Rejected), code
