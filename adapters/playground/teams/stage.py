"""Everything that one running pretend Teams shares; the connector, the people and the control API
act on it.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field

from adapters.playground.live import Live
from adapters.playground.rules import Rules
from adapters.playground.teams.deliveries import Deliveries
from adapters.playground.teams.faults import Faults
from adapters.playground.teams.keys import Keys, Tokens
from adapters.playground.teams.pace import Pace
from adapters.playground.teams.values import Call
from adapters.playground.teams.workspace import TENANT, Content, Post, Workspace
from adapters.playground.values import trim

MOST_PASTED = 100


@dataclass(slots=True)
class Stage:
    rules: Rules
    workspace: Workspace
    keys: Keys
    tokens: Tokens
    deliveries: Deliveries
    pace: Pace
    live: Live = field(default_factory=Live)
    faults: Faults = field(default_factory=Faults)
    calls: deque[Call] = field(default_factory=deque)
    pasted: dict[str, bytes] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    url: str = ""
    is_installed: bool = True
    is_consented: bool = True
    last_id: int = 0

    @classmethod
    def set_up(cls, rules: Rules) -> Stage:
        keys = Keys(rules.clock)
        tokens = Tokens(rules.clock, rules.teams.token_lifetime)
        made = cls(rules, Workspace.pretend(), keys, tokens, Deliveries(keys, rules.teams), Pace(rules))
        made.calls = deque(maxlen=rules.kept_calls)
        return made

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams/connector/{TENANT}/"

    def paste(self, raw: bytes) -> str:
        """Keeps a picture; the id of its attachment."""
        id = f"0-weu-d1-{secrets.token_hex(16)}"
        self.pasted[id] = raw
        trim(self.pasted, MOST_PASTED)
        return id

    def pasted_url(self, id: str) -> str:
        return f"{self.service_url}v3/attachments/{id}/views/original"

    def new_id(self) -> str:
        """Thirteen digits, unique and greater than every earlier one."""
        self.last_id = max(self.last_id + 1, int(self.rules.clock() * 1000))
        return str(self.last_id)

    def keep(self, channel: str, root: str, author: str, content: Content) -> Post:
        """A new post; without a root it is one."""
        id = self.new_id()
        post = Post(id, channel, root or id, author, self.rules.clock(), content)
        self.workspace.keep(post, at_most=self.rules.kept_messages)
        self.changed(post)
        return post

    def changed(self, post: Post) -> None:
        root = post.root if post.is_reply else None
        self.live.push({"type": "changed", "channel": post.channel, "thread": root})

    def changed_team(self) -> None:
        self.live.push({"type": "team"})
