"""Whose a request is: every token that is not Teams' own for us is refused, without an effect and in one short line."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization

from adapters.playground.teams.workspace import APP_ID, OTHER_TENANT, TENANT
from adapters.teams import keys as teams_keys
from adapters.teams.proof import LEEWAY, MOST, Recent
from tests.teams.door import JSON_TYPE, SECRET_WORD, activity, bearer, the_line

EMULATORS = (
    "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
    "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0",
    "https://sts.windows.net/f8cdef31-a31e-4b4a-93e4-5f571e91255a/",
    "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a/v2.0",
    f"https://sts.windows.net/{TENANT}/",
    f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "https://api.botframework.us",
    "https://api.botframework.com/",
    "",
)


def now(seconds: float) -> int:
    return int(time.time() + seconds)


def public_pem(teams) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    made: bytes = teams.stage.keys.current.private.public_key().public_bytes(serialization.Encoding.PEM, form)
    return made


def hs256(teams, secret: bytes) -> str:
    """What the well-known confusion would take: the public key as the secret of a symmetric signature."""
    head, payload = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT", "kid": teams.stage.keys.current.kid}, teams.claims())
    )
    key = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signed = base64.urlsafe_b64encode(key.sign(head + b"." + payload, secret)).rstrip(b"=")
    return b".".join((head, payload, signed)).decode()


def changed_payload(teams) -> str:
    head, payload, signature = teams.token_for().split(".")
    other = jwt.utils.base64url_encode(json.dumps(teams.claims(exp=now(9000))).encode()).decode()
    assert other != payload
    return ".".join((head, other, signature))


def headed(teams, **head) -> str:
    """A token whose header says something else."""
    _, payload, signature = teams.token_for().split(".")
    first = jwt.utils.base64url_encode(json.dumps(head).encode()).decode()
    return ".".join((first, payload, signature))


def deep() -> str:
    return base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=")


TOKENS: dict[str, Any] = {
    "another audience": lambda teams: teams.token_for(aud="11111111-2222-4333-8444-555555555555"),
    "no audience": lambda teams: teams.token_for(aud=None),
    "a list of audiences": lambda teams: teams.token_for(aud=[APP_ID, "x"]),
    "a list with our audience alone": lambda teams: teams.token_for(aud=[APP_ID]),
    "our audience in capitals": lambda teams: teams.token_for(aud=APP_ID.upper()),
    "another issuer": lambda teams: teams.token_for(iss="https://evil.example"),
    "no issuer": lambda teams: teams.token_for(iss=None),
    "another's signature": lambda teams: teams.token_for(signer="foreign", kid=teams.stage.keys.current.kid),
    "a changed payload": changed_payload,
    "no signature": lambda teams: teams.token_for().rpartition(".")[0] + ".",
    "algorithm none": lambda teams: teams.token_for(algorithm="none"),
    "algorithm NONE": lambda teams: headed(teams, alg="NONE", kid=teams.stage.keys.current.kid),
    "the public key's number as a secret": lambda teams: teams.token_for(algorithm="HS256"),
    "the public key as a secret": lambda teams: hs256(teams, public_pem(teams)),
    "another RSA algorithm": lambda teams: teams.token_for(algorithm="RS512"),
    "no algorithm": lambda teams: headed(teams, kid=teams.stage.keys.current.kid),
    "expired": lambda teams: teams.token_for(exp=now(-LEEWAY - 5)),
    "not yet valid": lambda teams: teams.token_for(nbf=now(LEEWAY + 60)),
    "no end": lambda teams: teams.token_for(exp=None),
    "an end in words": lambda teams: teams.token_for(exp="never"),
    "an endless end": lambda teams: teams.token_for(exp=float("inf")),
    "a list as its end": lambda teams: teams.token_for(exp=[1]),
    "an unknown key": lambda teams: teams.token_for(kid="no-such-key"),
    "no key": lambda teams: teams.token_for(kid=""),
    "a number as its key": lambda teams: headed(teams, alg="RS256", kid=5),
    "a key that was never published": lambda teams: teams.token_for(signer="foreign"),
    "no service address": lambda teams: teams.token_for(serviceurl=None),
    "a critical extension": lambda teams: headed(teams, alg="RS256", kid=teams.stage.keys.current.kid, crit=["x"]),
    "our own token sent back": lambda teams: teams.stage.tokens.give(),
    "our own token's claims": lambda teams: teams.token_for(
        aud="https://api.botframework.com", iss=f"https://sts.windows.net/{TENANT}/", appid=APP_ID
    ),
    "garbage": SECRET_WORD,
    "two parts": "a.b",
    "empty parts": "..",
    "parts that are no JSON": "YQ.YQ.YQ",
    "a deep header": f"{deep()}.e30.YQ",
    "a deep payload": lambda teams: f"{teams.token_for().partition('.')[0]}.{deep()}.YQ",
    "letters that are no ASCII": "ä.ö.ü",
    "a large token that is not signed": lambda teams: teams.token_for(padding="x" * 5_000, algorithm="none"),
}  # fmt: skip
HEADERS: dict[str, Any] = {
    "no header": [JSON_TYPE],
    "an empty header": [JSON_TYPE, ("Authorization", "")],
    "Basic": [JSON_TYPE, ("Authorization", "Basic YTph")],
    "a bare word": [JSON_TYPE, ("Authorization", "Bearer")],
    "a bare token": lambda teams: [JSON_TYPE, ("Authorization", teams.token_for())],
    "Basic with the token": lambda teams: [JSON_TYPE, ("Authorization", f"Basic {teams.token_for()}")],
    "two headers, the second true": lambda teams: [*bearer("x"), ("Authorization", f"Bearer {teams.token_for()}")],
    "two headers, the first true": lambda teams: [*bearer(teams.token_for()), ("Authorization", "Bearer x")],
    "the header twice": lambda teams: [*bearer(teams.token_for()), *bearer(teams.token_for())[1:]],
    "the token in another header": lambda teams: [JSON_TYPE, ("X-Authorization", f"Bearer {teams.token_for()}")],
    **{name: lambda teams, made=made: bearer(made(teams) if callable(made) else made) for name, made in TOKENS.items()},
}
MISPLACED: dict[str, dict[str, Any]] = {
    "no service address": {"serviceUrl": None},
    "an empty service address": {"serviceUrl": ""},
    "another service address": {"serviceUrl": "https://smba.trafficmanager.net/amer/"},
    "a service address that is none": {"serviceUrl": 5},
    "another channel": {"channelId": "webchat"},
    "the channel in capitals": {"channelId": "MSTeams"},
    "no channel": {"channelId": None},
    "a list as its channel": {"channelId": ["msteams"]},
    "another organisation": {
        "conversation": {"id": "19:x@thread.tacv2", "tenantId": OTHER_TENANT},
        "channelData": {"tenant": {"id": OTHER_TENANT}},
    },
    "another organisation's conversation": {"conversation": {"id": "19:x@thread.tacv2", "tenantId": OTHER_TENANT}},
    "another organisation's data alone": {
        "conversation": {"id": "19:x@thread.tacv2"},
        "channelData": {"tenant": {"id": OTHER_TENANT}},
    },
}  # fmt: skip


async def test_a_true_token_is_believed(door):
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert [verb for verb, _ in door.desk.got] == ["heard"]


@pytest.mark.parametrize(
    "claims",
    [{"exp": -LEEWAY + 30}, {"nbf": LEEWAY - 30}, {"iat": 30}],
    ids=["just expired", "just begun", "a clock that is ahead"],
)
async def test_clocks_may_differ_by_five_minutes(door, claims):
    token = door.teams.token_for(**{name: now(seconds) for name, seconds in claims.items()})
    assert (await door.teams.send_raw(activity(door.teams), token)).status == 200


@pytest.mark.parametrize("name", HEADERS)
async def test_what_is_not_proven_is_401_without_effect_in_one_short_line(door, caplog, name):
    caplog.set_level(logging.DEBUG)
    made = HEADERS[name]
    headers = made(door.teams) if callable(made) else made
    body = activity(door.teams)
    calls = door.teams.calls()
    caplog.clear()
    assert await door.post(body, headers) == (401, "")
    assert not door.has_effect
    line = the_line(caplog)
    token = dict(headers).get("Authorization", "").rpartition(" ")[2]
    assert len(token) < 3 or token not in line
    assert SECRET_WORD not in caplog.text
    assert door.teams.calls() == calls  # the keys were fetched at the start: nothing a stranger says asks again


async def test_a_huge_header_is_refused_before_anybody_looks_at_it(door):
    status, _ = await door.post(activity(door.teams), bearer(door.teams.token_for(padding="x" * 17_000)))
    assert status == 400
    assert not door.has_effect


async def test_bytes_that_are_no_letters_are_401(door):
    """The client of the tests would not send them: a header as it may lie on the wire."""
    where = urlsplit(door.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"POST {where.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nAuthorization: Bearer ".encode())
    writer.write(b"\xff\xfe.\xff.\xff\r\n\r\n{}")
    answered = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert answered.startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("name", MISPLACED)
async def test_what_belongs_to_another_is_403_without_effect_in_one_short_line(door, caplog, name):
    caplog.set_level(logging.DEBUG)
    body = {key: value for key, value in (activity(door.teams) | MISPLACED[name]).items() if value is not None}
    assert await door.post(body, bearer(door.teams.token_for())) == (403, "")
    assert not door.has_effect
    the_line(caplog)
    assert SECRET_WORD not in caplog.text


@pytest.mark.parametrize(
    "service", ["https://evil.example/", "http://127.0.0.1:1/", "https://smba.trafficmanager.net/", "x", 5]
)
async def test_an_address_that_is_not_teams_is_403_although_it_is_signed(door, service):
    body = activity(door.teams) | {"serviceUrl": service}
    assert (await door.post(body, bearer(door.teams.token_for(serviceurl=service))))[0] == 403
    assert not door.has_effect


async def test_a_key_that_may_not_sign_for_teams_is_401(teams, bridge, url, desk, caplog):
    caplog.set_level(logging.DEBUG)
    teams.endorse("webchat", "directline")
    await bridge.start()
    assert (await teams.send_raw(activity(teams))).status == 401
    assert desk.got == []
    assert "may not sign for Teams" in the_line(caplog)


@pytest.mark.parametrize("issuer", EMULATORS)
@pytest.mark.parametrize("algorithm", ["RS256", "none"])
async def test_emulators_and_skills_are_refused_and_nobody_is_asked_anything(door, issuer, algorithm):
    claims = {"iss": issuer, "appid": APP_ID, "azp": APP_ID, "ver": "2.0"}
    token = door.teams.token_for(algorithm=algorithm, kid="a-new-key", **claims)
    before = door.teams.calls()
    assert (await door.post(activity(door.teams), bearer(token)))[0] == 401
    assert door.teams.calls() == before
    assert not door.has_effect


# a proof of the last minute is not made again, and proves no more than it did


async def test_a_token_that_was_proven_does_not_prove_another_body(door):
    token = door.teams.token_for()
    assert (await door.teams.send_raw(activity(door.teams), token)).status == 200
    body = activity(door.teams) | {"serviceUrl": "https://smba.trafficmanager.net/"}
    assert (await door.teams.send_raw(body, token)).status == 403
    assert len(door.desk.got) == 1


async def test_a_token_that_was_proven_ends_with_its_time(door):
    token = door.teams.token_for(exp=now(-LEEWAY + 20))
    body = activity(door.teams)
    assert (await door.teams.send_raw(body, token)).status == 200
    with time_machine.travel(time.time() + 30, tick=True):
        assert (await door.teams.send_raw(body, token)).status == 401
    assert len(door.desk.got) == 1


async def test_a_token_that_was_proven_ends_with_its_key(door, monkeypatch):
    monkeypatch.setattr(teams_keys, "PAUSE", 0.0)
    token = door.teams.token_for()
    assert (await door.teams.send_raw(activity(door.teams), token)).status == 200
    door.teams.rotate_keys()
    assert (await door.teams.send_raw(activity(door.teams))).status == 200
    assert (await door.teams.send_raw(activity(door.teams), token)).status == 401


async def test_proofs_do_not_pile_up(live, teams, settings):
    recent = Recent(settings, live._keys)
    for number in range(MOST + 10):
        await recent.claims(f"Bearer {teams.token_for(jti=str(number))}")
    assert len(recent._proven) <= MOST
