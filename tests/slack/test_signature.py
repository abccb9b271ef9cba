"""Whose a request is, by its raw bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from adapters.slack.signature import Claim, Unproven, claim, prove, sign
from tests.slack.door import OTHER, SECRET

# https://docs.slack.dev/authentication/verifying-requests-from-slack: the example of the page
PUBLISHED = (
    "8f742231b10e8888abcd99yyyzzz85a5",
    "1531420618",
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
)
REASONS = ("a malformed signature", "a malformed timestamp", "too old", "from the future", "a wrong signature")
NOW = 1_790_000_000.0
BODY = b'{"type":"event_callback"}'


def headers(stamp="1790000000", signature=None):
    made = sign(SECRET, stamp, BODY) if signature is None else signature
    return CIMultiDict({"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": made})


def test_the_published_example_is_proven():
    secret, stamp, body, expected = PUBLISHED
    assert sign(secret, stamp, body) == expected
    found = claim(CIMultiDict({"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": expected}), float(stamp))
    prove(found, body, (secret,))


@pytest.mark.parametrize("secrets", [(SECRET,), (SECRET, OTHER), (OTHER, SECRET)])
@pytest.mark.parametrize("now", [NOW, NOW - 300, NOW + 300])
def test_each_valid_secret_proves_within_five_minutes(secrets, now):
    prove(claim(headers(), now), BODY, secrets)


@pytest.mark.parametrize("secrets", [(), (OTHER,), ("",)])
def test_no_other_secret_proves(secrets):
    with pytest.raises(Unproven, match="wrong signature"):
        prove(claim(headers(), NOW), BODY, secrets)


def test_another_body_is_not_proven():
    with pytest.raises(Unproven):
        prove(claim(headers(), NOW), BODY + b" ", (SECRET,))


def test_another_time_is_not_proven():
    moved = Claim("1790000001", claim(headers(), NOW).digits)
    with pytest.raises(Unproven):
        prove(moved, BODY, (SECRET,))


@pytest.mark.parametrize(("now", "reason"), [(NOW + 301, "too old"), (NOW - 301, "from the future")])
def test_a_claim_out_of_time_is_refused(now, reason):
    with pytest.raises(Unproven, match=reason):
        claim(headers(), now)


@pytest.mark.parametrize("stamp", ["", "abc", "1e9", "-1790000000", "1790000000.0", "١٧٩", "1" * 13, " 1790000000"])
def test_a_malformed_time_is_refused(stamp):
    with pytest.raises(Unproven, match="timestamp"):
        claim(headers(stamp, "v0=" + "a" * 64), NOW)


@pytest.mark.parametrize("change", ["", "v1=%s", "%s", "v0=%sa", "v0=", "v0=é%s", "V0=%s", "v0=%s\n"])
def test_a_malformed_signature_is_refused(change):
    digits = sign(SECRET, "1790000000", BODY)[3:]
    with pytest.raises(Unproven, match="signature"):
        claim(headers(signature=change.replace("%s", digits)), NOW)


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
def test_a_header_must_be_there_once(name):
    lacking, doubled = headers(), headers()
    del lacking[name]
    doubled.add(name.lower(), doubled[name])
    for wrong, reason in ((lacking, f"no {name}"), (doubled, f"more than one {name}")):
        with pytest.raises(Unproven, match=reason):
            claim(wrong, NOW)


@given(st.text(), st.text(), st.binary())
def test_nothing_that_a_stranger_sends_is_another_error_or_is_quoted(stamp, signature, body):
    with pytest.raises(Unproven) as refused:
        prove(claim(headers(stamp, signature), NOW), body, (SECRET,))
    assert str(refused.value) in REASONS
