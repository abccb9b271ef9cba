"""When somebody is there and what happens while nobody is: values of the configuration, all of them frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

DAY: Final = 24 * 60  # minutes


class Action(StrEnum):
    """What a level of an escalation plan does."""

    NOTIFY = "notify"
    MENTION = "mention"
    CHANNEL = "channel"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Interval:
    """Open from `start` up to `end`, in minutes of the local day; `end` is 1440 for midnight."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: the intervals of each weekday, Monday first, sorted and apart, in a zone of the tz database."""

    zone: str = "UTC"
    week: tuple[tuple[Interval, ...], ...] = ((Interval(0, DAY),),) * 7


@dataclass(frozen=True, slots=True)
class Level:
    """A step of an escalation plan, after so much open time of waiting.

    `to`: whom a mention calls (a person's or a group's ref), where a channel's thread is opened (a channel's id), whom
    a mail is sent to (an address); empty for a notice.
    """

    after: timedelta
    action: Action
    to: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Levels by rising delay. When more than `digest_above` conversations wait in a channel, they share one notice."""

    levels: tuple[Level, ...] = ()
    digest_above: int = 10


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a channel does about time."""

    hours: Hours = Hours()
    plan: Plan = Plan()


@dataclass(frozen=True, slots=True)
class Fallback:
    """Where waiting conversations go on while their channel cannot be reached, and after how long. Empty: nowhere."""

    channel: str = ""
    after: timedelta = timedelta(minutes=2)


NOWHERE: Final = Fallback()


@dataclass(frozen=True, slots=True)
class Idle:
    """A conversation in which the visitor is silent after the team's answer is asked, then closed. None: never."""

    warn_after: timedelta | None = None
    close_after: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Who gets a conversation by mail when it is closed: the visitor if they left an address, a team's address."""

    to_visitor: bool = True
    to_team: str = ""


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """What a site does about time, mail and memory.

    `retention_days`: closed conversations are erased so long after their end; 0 keeps them. `texts`: the site's own
    sentences, by language and key (`widget.greeting`).
    """

    transcripts: Transcripts = Transcripts()
    idle: Idle = Idle()
    retention_days: int = 0
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
