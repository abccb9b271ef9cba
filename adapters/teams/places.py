"""What activities told us of places: where calls for a team go, and whether we hear everything in it.

Kept in memory, and through the desk over restarts: as one fact for a team and one for each of its channels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from adapters.teams.identity import is_channel, somebody, unpacked
from adapters.teams.setup import TeamsSettings, may_be_service
from bridge.policies.foreign import mapping, text

TEAM: Final = "team:"
CHANNEL: Final = "channel:"
MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class Team:
    """`hears_all`: a message without our mention reached us, so the consent to read all messages was given."""

    service: str
    hears_all: bool = False
    name: str = ""


class Places:
    """Teams and the channels in them, as far as they were told."""

    def __init__(self, settings: TeamsSettings) -> None:
        self._settings = settings
        self._teams: dict[str, Team] = {}
        self._team_of: dict[str, str] = {}
        self._strays: dict[str, None] = {}  # channels that we have called, and of whose team nothing was told

    def recall(self, facts: Mapping[str, str]) -> None:
        """What was kept of earlier runs; what cannot be read is left out."""
        for name, value in facts.items():
            if name.startswith(CHANNEL):
                self._team_of[name.removeprefix(CHANNEL)] = value
            elif name.startswith(TEAM) and (team := _team(value)):
                self._teams[name.removeprefix(TEAM)] = team

    def learn(self, told: Mapping[str, Any], *, hears_all: bool | None = None) -> dict[str, str]:
        """Take in where an activity came from; what is new and should be kept, as facts.

        `hears_all` None: the activity says nothing about that.
        """
        data = mapping(told.get("channelData"))
        team = somebody(mapping(data.get("team")).get("id")) or somebody(data.get("teamsTeamId"))
        channel = _channel(told, data)
        news: dict[str, str] = {}
        if not team or len(self._team_of) > MOST:
            return news
        if channel and self._team_of.get(channel) != team:
            self._team_of[channel] = news[CHANNEL + channel] = team
        known = self._teams.get(team, Team(""))
        changed = replace(
            known,
            service=text(told.get("serviceUrl")) or known.service,
            hears_all=known.hears_all if hears_all is None else hears_all,
            name=text(mapping(data.get("team")).get("name"))[:200] or known.name,
        )
        if changed != known:
            self._teams[team] = changed
            news[TEAM + team] = json.dumps(asdict(changed), ensure_ascii=False)
        return news

    def service(self, channel: str) -> str:
        """Where calls for a channel go; the general address while none was told. Empty: nowhere yet."""
        if channel not in self._team_of and len(self._strays) < MOST:
            self._strays[channel] = None
        known = self._teams.get(self._team_of.get(channel, ""), Team("")).service
        return known if may_be_service(self._settings, known) else self._settings.first_service

    def team(self, channel: str) -> str:
        """The team of a channel, empty if it is not known."""
        return self._team_of.get(channel, "")

    def channels_of(self, team: str) -> tuple[str, ...]:
        """The channels of a team that we know of, and those that may be of it for all that we know."""
        strays = (channel for channel in self._strays if channel not in self._team_of)
        return (*(channel for channel, known in self._team_of.items() if known == team), *strays)

    def hears_all(self, channel: str) -> bool:
        """Whether everything that is written in a channel reaches us, as far as was seen."""
        return self._teams.get(self._team_of.get(channel, ""), Team("")).hears_all

    def channels(self) -> tuple[str, ...]:
        """All channels that we know of, the latest first."""
        return tuple(reversed(self._team_of))


def _channel(told: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    named = mapping(data.get("channel")).get("id") or data.get("teamsChannelId")
    if isinstance(named, str) and is_channel(named):
        return named
    return unpacked(text(mapping(told.get("conversation")).get("id")))[0]


def _team(value: str) -> Team | None:
    try:
        found = mapping(json.loads(value))
    except (ValueError, RecursionError):
        return None
    return Team(text(found.get("service")), found.get("hears_all") is True, text(found.get("name")))
