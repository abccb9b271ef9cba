"""Writing a configuration as the file that would give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import tomli_w

from adapters.configuration.channels import WORKPLACE
from bridge import readable
from bridge.configuration import ChannelEntry, Configuration, SiteEntry
from bridge.differences import level_to, names_of
from bridge.model import ChannelId, Site, SiteId
from bridge.schedules import Fallback, Hours, Idle, Level, Plan, SitePolicy, Transcripts

_HEAD: Final = "# The configuration of Silta. What is not written here is as usual: docs/configuration.md."
_Lines = Iterator[str]
_Names = Mapping[ChannelId, str]
_USUAL: Final = Site(SiteId(""), "", "", (), ChannelId(""))
_OPTIONAL: Final = ("language", "agents_language", "rule", "accent", "privacy_url", "daily_limit")


def dumps(configuration: Configuration) -> str:
    """The file, in the configuration's order. What `load` makes of it is equal; usual values are left out."""
    names = names_of(configuration)
    lines = [_HEAD]
    for entry in configuration.channels:
        lines += _channel(entry, names)
    for site in configuration.sites:
        lines += _site(site, names)
    for person in configuration.people:
        above = readable.path("people", person.name)
        lines += ["", "# Somebody who is in several workplaces.", f"[{above}]"]
        lines += [_line(workplace, ref) for workplace, ref in person.refs]
    return "\n".join(lines) + "\n"


def _channel(entry: ChannelEntry, names: _Names) -> _Lines:
    above = readable.path("channels", entry.name)
    plan = entry.schedule.plan
    yield from ("", "# A channel where chats go.", f"[{above}]")
    yield from _unless("workplace", entry.channel.workplace, WORKPLACE)
    yield _line("id", entry.channel.ref)
    yield from _unless("digest_above", plan.digest_above, Plan().digest_above)
    if entry.fallback.channel:
        yield _line("fallback", names[ChannelId(entry.fallback.channel)])
        yield from _unless("fallback_after", *map(readable.duration, (entry.fallback.after, Fallback().after)))
    yield from _hours(above, entry.schedule.hours)
    for level in plan.levels:
        yield from _level(above, level, names)


def _hours(above: str, hours: Hours) -> _Lines:
    if hours == Hours():
        return
    yield from ("", "# Days that are not named are closed; escalation pauses then.", f"[{above}.hours]")
    yield _line("zone", hours.zone)
    for name, day in zip(readable.WEEKDAYS, hours.week, strict=True):
        if day:
            yield _line(name, [readable.interval(span) for span in day])


def _level(above: str, level: Level, names: _Names) -> _Lines:
    yield from ("", f"[[{above}.escalation]]", _line("after", readable.duration(level.after)))
    yield _line(level.action.value, level_to(level, names) or True)


def _site(entry: SiteEntry, names: _Names) -> _Lines:
    site, above = entry.site, readable.path("sites", entry.site.key)
    yield from ("", "# A website with the widget, under the key in its snippet.", f"[{above}]")
    yield _line("name", site.name)
    yield _line("origins", list(site.origins))
    yield _line("channel", names[site.channel])
    for key in _OPTIONAL:
        yield from _unless(key, getattr(site, key), getattr(_USUAL, key))
    yield from _unless("retention_days", entry.policy.retention_days, SitePolicy().retention_days)
    yield from _policy(above, entry.policy)


def _policy(above: str, policy: SitePolicy) -> _Lines:
    usual = Transcripts()
    if policy.transcripts != usual:
        yield from ("", f"[{above}.transcripts]")
        yield from _unless("to_visitor", policy.transcripts.to_visitor, usual.to_visitor)
        yield from _unless("to_team", policy.transcripts.to_team, usual.to_team)
    if policy.idle.warn_after is not None:
        yield from ("", f"[{above}.idle]", _line("warn_after", readable.duration(policy.idle.warn_after)))
        yield from _unless(
            "close_after", readable.duration(policy.idle.close_after), readable.duration(Idle().close_after)
        )
    for language, texts in policy.texts.items():
        yield from ("", f"[{above}.{readable.path('texts', language)}]")
        yield from (_line(key, text) for key, text in texts.items())


def _unless(key: str, value: object, usual: object) -> _Lines:
    if value != usual:
        yield _line(key, value)


def _line(key: str, value: object) -> str:
    """A key and its value; a list on one line, as people write short ones."""
    if isinstance(value, list):
        return f"{readable.path(key)} = [{', '.join(_literal(item) for item in value)}]"
    return f"{readable.path(key)} = {_literal(value)}"


def _literal(value: Any) -> str:
    plain = str(value) if isinstance(value, str) else value
    return tomli_w.dumps({"a": plain}).removeprefix("a = ").removesuffix("\n")
