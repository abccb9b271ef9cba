"""Activities and tokens as nobody honest sends them, for tests of what the bot refuses."""

from __future__ import annotations

from typing import Any, Literal

from adapters.playground.teams import events, markup
from adapters.playground.teams.people import channel_of, person_of
from adapters.playground.teams.stage import Stage
from adapters.playground.teams.values import Answered
from adapters.playground.teams.workspace import Post
from adapters.playground.values import JSON

Signer = Literal["current", "retired", "foreign"]
Algorithm = Literal["RS256", "RS512", "HS256", "none"]


class Forgery:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def claims(self, **changes: Any) -> JSON:
        """Those of an honest token, changed; None takes one away."""
        made = self.stage.keys.claims(self.stage.service_url) | changes
        return {name: value for name, value in made.items() if value is not None}

    def token_for(
        self, *, signer: Signer = "current", algorithm: Algorithm = "RS256", kid: str | None = None, **changes: Any
    ) -> str:
        """Signed with the published key, the one before it, or one that was never published. `kid` names
        another key than the one that signed; an empty one names none.
        """
        keys = self.stage.keys
        key = {"current": keys.current, "retired": keys.retired, "foreign": keys.foreign}[signer]
        if key is None:
            raise LookupError("no key was retired yet")
        return keys.forge(self.claims(**changes), key, algorithm, key.kid if kid is None else kid)

    def endorse(self, *channels: str) -> None:
        """What the published key is said to sign for; `msteams` before."""
        self.stage.keys.endorsements = channels

    def activity_for(self, user: str, channel: str, text: str, thread: str = "") -> JSON:
        """An honest message that nobody posted, to be changed and sent by `send_raw`."""
        channel_of(self.stage, channel)
        id = self.stage.new_id()
        content = markup.typed(text, self.stage.workspace)
        post = Post(id, channel, thread or id, user, self.stage.rules.clock(), content)
        return events.message(self.stage, post, person_of(self.stage, user))

    async def send_raw(self, activity: Any, token: str | None = None) -> Answered:
        """One request to the bot's endpoint, once. None is an honest token, an empty one is no header;
        bytes are sent as they are.
        """
        given = self.token_for() if token is None else token
        return await self.stage.deliveries.post(activity, given, self.stage.rules.teams.ack_timeout)
