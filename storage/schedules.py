"""The configuration's values of time, mail and memory as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from bridge.schedules import Action, Fallback, Hours, Idle, Interval, Level, Plan, SitePolicy, Transcripts


def dump_hours(value: Hours) -> str:
    """Opening hours."""
    return _dumps({"zone": value.zone, "week": [[[span.start, span.end] for span in day] for day in value.week]})


def load_hours(text: str) -> Hours:
    """Opening hours; always open if none were written."""
    if not text:
        return Hours()
    read = json.loads(text)
    return Hours(read["zone"], tuple(tuple(Interval(*span) for span in day) for day in read["week"]))


def dump_plan(value: Plan) -> str:
    """An escalation plan."""
    levels = [[_seconds(level.after), level.action.value, level.to] for level in value.levels]
    return _dumps({"levels": levels, "digest_above": value.digest_above})


def load_plan(text: str) -> Plan:
    """An escalation plan; without levels if none was written."""
    if not text:
        return Plan()
    read = json.loads(text)
    levels = tuple(Level(timedelta(seconds=after), Action(action), to) for after, action, to in read["levels"])
    return Plan(levels, read["digest_above"])


def dump_fallback(value: Fallback) -> str:
    """Where a channel's conversations go on."""
    return _dumps([value.channel, _seconds(value.after)]) if value.channel else ""


def load_fallback(text: str) -> Fallback:
    """Where a channel's conversations go on; nowhere if nothing was written."""
    if not text:
        return Fallback()
    channel, after = json.loads(text)
    return Fallback(channel, timedelta(seconds=after))


def dump_policy(value: SitePolicy) -> str:
    """A site's policy."""
    warn = value.idle.warn_after
    return _dumps(
        {
            "transcripts": [value.transcripts.to_visitor, value.transcripts.to_team],
            "idle": [None if warn is None else _seconds(warn), _seconds(value.idle.close_after)],
            "retention_days": value.retention_days,
            "texts": {language: dict(texts) for language, texts in value.texts.items()},
        }
    )


def load_policy(text: str) -> SitePolicy:
    """A site's policy; the usual one if none was written."""
    if not text:
        return SitePolicy()
    read = json.loads(text)
    warn, close = read["idle"]
    return SitePolicy(
        Transcripts(*read["transcripts"]),
        Idle(None if warn is None else timedelta(seconds=warn), timedelta(seconds=close)),
        read["retention_days"],
        read["texts"],
    )


def _seconds(value: timedelta) -> float:
    return value.total_seconds()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
