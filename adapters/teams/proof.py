"""Who sent an activity: a signed token in the header, and a body that says the same.

Every rule of the documentation holds, those too that its libraries leave open: a token without an end, a body without
an address, tokens of emulators and skills.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import jwt

from adapters.teams.keys import Keys
from adapters.teams.setup import TeamsSettings, may_be_service
from bridge.policies.foreign import mapping, text

LONGEST: Final = 16 * 1024  # characters of a header
KEPT: Final = 60.0  # seconds
MOST: Final = 256  # proofs
LEEWAY: Final = 300  # seconds that clocks may differ
CHANNEL: Final = "msteams"
_ALGORITHM: Final = "RS256"
_REQUIRED: Final = ["exp", "iss", "aud", "serviceurl"]
_UNREADABLE: Final = (jwt.PyJWTError, ValueError, RecursionError)  # half characters and deep JSON are not PyJWT's own


class Unproven(Exception):
    """The request is refused: 401 for what is wrong with its token, 403 for what does not belong to us."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Recent:
    """Proofs of the last minute: Teams sends the same token with many activities, and checking it again is what costs.

    A token is forgotten with its end, with its key, and after a minute.
    """

    def __init__(self, settings: TeamsSettings, keys: Keys) -> None:
        self._settings = settings
        self._keys = keys
        self._proven: dict[str, tuple[Mapping[str, Any], float, int]] = {}

    async def claims(self, header: str) -> Mapping[str, Any]:
        """See `claims`."""
        now = time.time()
        known = self._proven.get(header)
        if known is not None and now < known[1] and known[2] == self._keys.edition:
            return known[0]
        found = await claims(header, self._settings, self._keys)
        if len(self._proven) >= MOST:
            self._proven.clear()
        self._proven[header] = found, min(float(found["exp"]) + LEEWAY, now + KEPT), self._keys.edition
        return found


async def claims(header: str, settings: TeamsSettings, keys: Keys) -> Mapping[str, Any]:
    """What a request's token claims, once its signature and its times hold. Raises Unproven, KeysUnreachable."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or len(header) > LONGEST:
        raise Unproven(401, "not one token")
    try:
        head = jwt.get_unverified_header(token)
    except _UNREADABLE as error:
        raise Unproven(401, "not a token") from error
    if head.get("alg") != _ALGORITHM:
        raise Unproven(401, "another algorithm")
    _refuse_strangers(token, settings)
    key = await keys.key(text(head.get("kid")))
    if key is None:
        raise Unproven(401, "an unknown key")
    if CHANNEL not in key.endorses:
        raise Unproven(401, "a key that may not sign for Teams")
    return _decoded(token, key.key, settings)


def _refuse_strangers(token: str, settings: TeamsSettings) -> None:
    """Before a key is looked for: whoever names another issuer must not make us ask anybody for anything."""
    try:
        claimed = jwt.decode(token, options={"verify_signature": False})
    except _UNREADABLE as error:
        raise Unproven(401, "not a token") from error
    if claimed.get("iss") != settings.of_cloud.issuer:
        raise Unproven(401, "another issuer")
    if claimed.get("aud") != settings.app_id:
        raise Unproven(401, "another audience")


def _decoded(token: str, key: Any, settings: TeamsSettings) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=settings.app_id,
            issuer=settings.of_cloud.issuer,
            leeway=LEEWAY,
            options={"require": _REQUIRED, "strict_aud": True},
        )
    except (jwt.PyJWTError, OverflowError, TypeError) as error:
        raise Unproven(401, type(error).__name__) from error
    return found


def agree(claimed: Mapping[str, Any], activity: Mapping[str, Any], settings: TeamsSettings) -> None:
    """Raises Unproven unless the body comes from where its token says, from Teams, and from our organisation."""
    service = text(activity.get("serviceUrl"))
    if not service or _even(service) != _even(text(claimed.get("serviceurl"))):
        raise Unproven(403, "the token is for another service address")
    if not may_be_service(settings, service):
        raise Unproven(403, "a service address that is not Teams'")
    if activity.get("channelId") != CHANNEL:
        raise Unproven(403, "another channel than Teams")
    if (tenant := place(activity)) and tenant != settings.tenant_id.lower():
        raise Unproven(403, "another organisation")


def place(activity: Mapping[str, Any]) -> str:
    """The organisation in whose team it happened; guests and members of shared channels come from others."""
    told = mapping(activity.get("conversation")).get("tenantId")
    return text(told).lower() or home(activity)


def home(activity: Mapping[str, Any]) -> str:
    """The organisation that whoever did it belongs to, as far as the activity tells; empty if it does not."""
    return text(mapping(mapping(activity.get("channelData")).get("tenant")).get("id")).lower()


def _even(address: str) -> str:
    return address.rstrip("/").lower()
