"""The keys that the activities to the bot are signed with, and the tokens that the bot calls with."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from adapters.playground.teams.workspace import APP_ID, TENANT
from adapters.playground.values import JSON, trim

ISSUER = "https://api.botframework.com"
AUDIENCE = "https://api.botframework.com"
ALGORITHM = "RS256"
MOST_TOKENS = 1000


def _new() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _first() -> rsa.RSAPrivateKey:
    """Made once for a process: a key takes longer than most tests."""
    return _new()


@cache
def _foreign() -> rsa.RSAPrivateKey:
    return _new()


@dataclass(frozen=True, slots=True)
class Key:
    private: rsa.RSAPrivateKey
    kid: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def public(self, endorsements: tuple[str, ...]) -> JSON:
        """As the key set lists it, with the channels that it signs for."""
        made: JSON = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        named = {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid, "n": made["n"], "e": made["e"]}
        return named | {"endorsements": list(endorsements)}


def _named(kid: str) -> dict[str, Any]:
    return {"kid": kid, "x5t": kid} if kid else {}


@dataclass(slots=True)
class Keys:
    """`retired` is the key before the last rotation; `foreign` was never published."""

    clock: Callable[[], float]
    current: Key = field(default_factory=lambda: Key(_first()))
    retired: Key | None = None
    endorsements: tuple[str, ...] = ("msteams",)

    @property
    def foreign(self) -> Key:
        return Key(_foreign(), "foreign")

    def rotate(self) -> None:
        self.retired, self.current = self.current, Key(_new())

    def published(self) -> JSON:
        return {"keys": [self.current.public(self.endorsements)]}

    def claims(self, service_url: str) -> JSON:
        now = int(self.clock())
        made: JSON = {"serviceurl": service_url, "nbf": now - 5, "iat": now, "exp": now + 3600}
        return made | {"iss": ISSUER, "aud": APP_ID}

    def sign(self, claims: JSON, key: Key | None = None) -> str:
        key = key or self.current
        return jwt.encode(claims, key.private, ALGORITHM, headers=_named(key.kid))

    def forge(self, claims: JSON, key: Key, algorithm: str, kid: str) -> str:
        """With another algorithm: `none` is unsigned, HS256 takes what is public of the key as its secret."""
        secrets_of: dict[str, Any] = {"none": None, "HS256": key.public(self.endorsements)["n"]}
        return jwt.encode(claims, secrets_of.get(algorithm, key.private), algorithm, headers=_named(kid))


@dataclass(slots=True)
class Tokens:
    """What the token endpoint gave out, with the moment at which each ends."""

    clock: Callable[[], float]
    lifetime: int
    given: dict[str, float] = field(default_factory=dict)
    is_revoked: bool = False
    secret: str = field(default_factory=lambda: secrets.token_hex(32))

    def give(self) -> str:
        now = int(self.clock())
        claims: dict[str, Any] = {"aud": AUDIENCE, "iss": f"https://sts.windows.net/{TENANT}/", "tid": TENANT}
        claims |= {"appid": APP_ID, "iat": now, "nbf": now, "exp": now + self.lifetime, "uti": secrets.token_hex(8)}
        made = jwt.encode(claims, self.secret)
        self.given[made] = self.clock() + self.lifetime
        trim(self.given, MOST_TOKENS)
        return made

    def is_good(self, token: str) -> bool:
        return not self.is_revoked and self.given.get(token, 0.0) > self.clock()
