"""Activities and tokens as nobody honest sends them, for tests of what the bot refuses."""

from __future__ import annotations

from typing import Any, Literal

from adapters.playground.teams.stage import Stage
from adapters.playground.teams.values import Answered
from adapters.playground.values import JSON

Signer = Literal["current", "retired", "foreign"]


class Forgery:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def claims(self, **changes: Any) -> JSON:
        """Those of an honest token, changed; None takes one away."""
        made = self.stage.keys.claims(self.stage.service_url) | changes
        return {name: value for name, value in made.items() if value is not None}

    def token_for(self, *, signer: Signer = "current", **changes: Any) -> str:
        """Signed with the published key, the one before it, or one that was never published."""
        keys = self.stage.keys
        key = {"current": keys.current, "retired": keys.retired, "foreign": keys.foreign}[signer]
        if key is None:
            raise LookupError("no key was retired yet")
        return keys.sign(self.claims(**changes), key)

    async def send_raw(self, activity: Any, token: str | None = None) -> Answered:
        """One request to the bot's endpoint, once. None is an honest token, an empty one is no header;
        bytes are sent as they are.
        """
        given = self.token_for() if token is None else token
        return await self.stage.deliveries.post(activity, given, self.stage.rules.teams.ack_timeout)
