"""The one way out: every call leaves here, once, for the one allowed host, within a total time."""

from __future__ import annotations

import logging
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.errors import FAILURES, in_doubt, outcome
from adapters.slack.setup import API, SlackSettings
from bridge.errors import Unreachable
from bridge.policies.addresses import is_loopback

# Of its own and above DEBUG: there the library writes message text.
QUIET: Final = logging.getLogger("silta.slack.library")
QUIET.setLevel(logging.WARNING)


class Astray(aiohttp.ClientError):
    """A call was about to leave for a host that is not Slack's."""


def open_session(settings: SlackSettings) -> aiohttp.ClientSession:
    """The one session of a workplace.

    It must be opened inside of the running loop, and closed by who opened it.

    The library's own timeout has no effect on a shared session, so the session has it.
    """
    home = URL(settings.api_url).origin()

    async def at_home(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Also asked for every redirect."""
        is_picture = request.method == "GET" and "Authorization" not in request.headers
        if request.url.origin() != home and not is_picture:
            raise Astray("redirected away")
        return await handler(request)

    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=settings.timeout, sock_connect=settings.timeout / 2),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(at_home,),
        trust_env=False,
    )


def web_client(settings: SlackSettings, session: aiohttp.ClientSession, *, token: str | None) -> AsyncWebClient:
    """The library's client without its own retries: a post that it repeats stands there twice."""
    client = AsyncWebClient(
        token=token,
        base_url=settings.api_url,
        session=session,
        retry_handlers=[],
        logger=QUIET,
    )
    if settings.api_url != API and is_loopback(settings.api_url):
        client.proxy = None  # the library takes a proxy from the environment, for this machine too
    return client


async def called(
    client: AsyncWebClient, method: str, *, wrote: bool, json: dict[str, Any] | None = None,
    query: dict[str, Any] | None = None, token: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The readable answer of one call; else `Unreachable`, `Rejected` or, of writes, `Unknown`."""
    if client.session is None or client.session.closed:
        raise Unreachable("stopped")
    verb = "GET" if query is not None else "POST"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = await client.api_call(method, http_verb=verb, json=json, params=query, headers=headers)
    except FAILURES as error:
        raise outcome(error, wrote=wrote) from error
    if not isinstance(answer.data, dict):
        raise in_doubt("unreadable", wrote=wrote)
    return answer.data
