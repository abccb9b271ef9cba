"""Whether a request is Slack's, told by its raw bytes before anything else reads them. Pure.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from multidict import MultiMapping

WINDOW: Final = 300  # seconds, in both directions
_SIGNATURE = re.compile(r"v0=([0-9a-f]{64})")
_STAMP = re.compile(r"[0-9]{1,12}")


class Unproven(Exception):
    """Not proven to be Slack's; its text is the reason, and never a part of the request."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the headers say: when it was signed, and the signature's digits."""

    stamp: str
    digits: str


def claim(headers: MultiMapping[str], now: float) -> Claim:
    """The headers' claim, fresh and well formed. Raises Unproven."""
    if "Content-Encoding" in headers:
        raise Unproven("an encoded body")
    signature = _SIGNATURE.fullmatch(_only(headers, "X-Slack-Signature"))
    stamp = _STAMP.fullmatch(_only(headers, "X-Slack-Request-Timestamp"))
    if signature is None:
        raise Unproven("a malformed signature")
    if stamp is None:
        raise Unproven("a malformed timestamp")
    age = now - int(stamp[0])
    if abs(age) > WINDOW:
        raise Unproven("too old" if age > 0 else "from the future")
    return Claim(stamp[0], signature[1])


def prove(claimed: Claim, body: bytes, secrets: Iterable[str]) -> None:
    """Raise Unproven unless one of the secrets made the signature. Every secret is tried, in constant time."""
    signed = b"v0:%b:%b" % (claimed.stamp.encode(), body)
    fits = [hmac.compare_digest(_digits(secret, signed), claimed.digits) for secret in secrets]
    if not any(fits):
        raise Unproven("a wrong signature")


def sign(secret: str, stamp: str, body: bytes) -> str:
    """The header's value for a body, as Slack makes it."""
    return f"v0={_digits(secret, b'v0:%b:%b' % (stamp.encode(), body))}"


def _digits(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _only(headers: MultiMapping[str], name: str) -> str:
    """The one value of a header. Two of them could be read differently by a proxy and by us."""
    values = headers.getall(name, [])
    if len(values) != 1:
        raise Unproven(f"{'more than one' if values else 'no'} {name}")
    return values[0]
