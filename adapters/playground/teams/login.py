"""The token endpoint, and the documents that tell with which keys the service signs."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.playground.teams.connector import Made
from adapters.playground.teams.errors import LoginError
from adapters.playground.teams.keys import ALGORITHM, ISSUER
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.workspace import APP_ID, APP_PASSWORD, TENANT
from adapters.playground.values import JSON

SCOPE = "https://api.botframework.com/.default"
TENANTS = (TENANT, "botframework.com")


def _check(stage: Stage, tenant: str, form: JSON) -> None:
    if tenant not in TENANTS:
        raise LoginError(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    for name in ("grant_type", "client_id", "scope"):
        if not form.get(name):
            raise LoginError(400, "invalid_request", 900144, f"The request must contain the parameter '{name}'.")
    if form["grant_type"] != "client_credentials":
        raise LoginError(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
    if form["client_id"] != APP_ID:
        raise LoginError(400, "unauthorized_client", 700016, "The application was not found in the directory.")
    if not form.get("client_secret"):
        raise LoginError(401, "invalid_client", 7000218, "The request must contain 'client_secret'.")
    if stage.tokens.is_revoked or form["client_secret"] != APP_PASSWORD:
        raise LoginError(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if form["scope"] != SCOPE:
        raise LoginError(400, "invalid_scope", 70011, "The provided value for 'scope' is not valid.")


def token(stage: Stage, tenant: str, form: JSON) -> Made:
    try:
        _check(stage, tenant, form)
    except LoginError as error:
        moment = datetime.fromtimestamp(stage.rules.clock(), UTC)
        return error.status, error.body(f"{moment:%Y-%m-%d %H:%M:%SZ}")
    lifetime = stage.tokens.lifetime
    made: JSON = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
    return 200, made | {"access_token": stage.tokens.give()}


def openid(stage: Stage) -> Made:
    return 200, {
        "issuer": ISSUER,
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": f"{stage.url}/teams/openid/keys",
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }


def keys(stage: Stage) -> Made:
    return 200, stage.keys.published()
