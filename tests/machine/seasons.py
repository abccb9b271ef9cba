"""The plans, hours and dates of the town in which time passes, and a clock-watcher who counts open time by himself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from bridge.model import ChannelId
from bridge.schedules import Action, Hours, Idle, Interval, Level, Plan, SitePolicy, Transcripts

ONCALL, TEAM = "oncall@shop.example", "team@shop.example"
SARA: Final = "USARA"
A_MINUTE: Final = timedelta(minutes=1)


def _level(seconds: float, action: Action, to: str = "") -> Level:
    return Level(timedelta(seconds=seconds), action, to)


_NOTIFY, _MENTION = _level(60, Action.NOTIFY), _level(120, Action.MENTION, SARA)
_AGAIN = _level(200, Action.CHANNEL)
_ELSEWHERE, _MAIL = _level(180, Action.CHANNEL), _level(300, Action.MAIL, ONCALL)
PLANS: Final = {
    "full": (_NOTIFY, _MENTION, _ELSEWHERE, _MAIL),
    "grown": (_level(30, Action.NOTIFY), _NOTIFY, _MENTION, _ELSEWHERE, _AGAIN, _MAIL),
    "shrunk": (_NOTIFY,),
    "steep": (_level(20, Action.CHANNEL), _level(40, Action.MAIL, ONCALL)),
    "none": (),
}  # fmt: skip
SECOND_PLAN: Final = (_NOTIFY, _level(120, Action.MAIL, ONCALL))

_OFFICE = ((Interval(9 * 60, 17 * 60),),) * 5 + ((), ())
_NIGHT = ((Interval(150, 210), Interval(235, 240)),) * 7  # half past two, and again five minutes before four
SEASONS: Final[dict[str, tuple[datetime, Hours]]] = {
    "always": (datetime(2026, 3, 2, 10, tzinfo=UTC), Hours()),
    "closing": (datetime(2026, 3, 6, 14, 57, tzinfo=UTC), Hours("Europe/Helsinki", _OFFICE)),
    "spring": (datetime(2026, 3, 29, 0, 58, tzinfo=UTC), Hours("Europe/Helsinki", _NIGHT)),
    "autumn": (datetime(2026, 10, 25, 0, 57, tzinfo=UTC), Hours("Europe/Helsinki", _NIGHT)),
}


@dataclass(frozen=True, slots=True)
class Ways:
    """What managers have configured."""

    plan: str = "full"
    digest_above: int = 10
    warn_after: timedelta | None = timedelta(minutes=15)
    to_team: bool = True
    to_visitor: bool = True
    retention_days: int = 0

    def plans(self, elsewhere: ChannelId) -> tuple[Plan, Plan]:
        """Of the two channels, of which the second is `elsewhere`."""
        levels = (
            replace(level, to=elsewhere) if level.action is Action.CHANNEL else level for level in PLANS[self.plan]
        )
        second = SECOND_PLAN if self.plan != "none" else ()
        return Plan(tuple(levels), self.digest_above), Plan(second)

    def policy(self) -> SitePolicy:
        """Of each site."""
        transcripts = Transcripts(to_visitor=self.to_visitor, to_team=TEAM if self.to_team else "")
        return SitePolicy(transcripts, Idle(self.warn_after, timedelta(minutes=5)), self.retention_days)


CALM: Final = Ways("none", warn_after=None)


@lru_cache(maxsize=100_000)
def is_open(season: str, minute: int) -> bool:
    """Whether somebody is there in this minute since 1970: none of our hours begins within one."""
    hours = SEASONS[season][1]
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(hours.zone))
    now = local.hour * 60 + local.minute
    return any(interval.start <= now < interval.end for interval in hours.week[local.weekday()])


def is_open_at(season: str, at: datetime) -> bool:
    """Whether somebody is there at this moment."""
    return is_open(season, int(at.timestamp() // 60))


def level_by(season: str, levels: tuple[Level, ...], since: datetime, now: datetime) -> int:
    """The highest level whose open time has passed, counted minute by minute."""
    if not levels or now < since:
        return 0
    is_always = SEASONS[season][1] == Hours()
    passed = now - since if is_always else _open_time(season, since, now, enough=levels[-1].after)
    return sum(level.after <= passed for level in levels)


def _open_time(season: str, since: datetime, now: datetime, enough: timedelta) -> timedelta:
    passed, at = timedelta(0), since
    while at < now and passed < enough:
        minute = int(at.timestamp() // 60)
        until = min(now, datetime.fromtimestamp((minute + 1) * 60, UTC))
        if is_open(season, minute):
            passed += until - at
        at = until
    return passed
