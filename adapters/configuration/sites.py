"""Reading the sites: who they are, and what they do about mail, silence, memory and words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from adapters.configuration.channels import channel_named
from adapters.configuration.faults import Unfit, choice, nearest, shown
from adapters.configuration.section import Section
from adapters.configuration.times import wait
from adapters.configuration.values import accent, address, email, number, one_of, origin, switch, words
from bridge.configuration import SiteEntry
from bridge.managers import site_id
from bridge.model import Channel, ChannelId, Rule, Site
from bridge.policies.text import one_line
from bridge.schedules import Idle, SitePolicy, Transcripts
from bridge.wording import DEFAULT, LANGUAGES
from bridge.wording import section as sentences

LONGEST_NAME: Final = 60
LONGEST_TEXT: Final = 500
OWN: Final = ("widget.", "mail.transcript_")  # the sentences that speak for one site, by how their keys begin
_PLACE = re.compile(r"\{([^{}]*)\}")
_SECOND: Final = timedelta(seconds=1)
_USUAL: Final = Site(site_id(""), "", "", (), ChannelId(""))


def site(key: str, section: Section, places: Mapping[str, Channel]) -> SiteEntry:
    """One site."""
    origins = _origins(section)
    name = section.read("name", words(LONGEST_NAME), _host(origins))
    return SiteEntry(
        Site(
            id=site_id(key),
            key=key,
            name=name,
            origins=origins,
            channel=_channel(section, places),
            language=section.read("language", one_of(LANGUAGES), _USUAL.language),
            agents_language=section.read("agents_language", one_of(LANGUAGES), _USUAL.agents_language),
            rule=Rule(section.read("rule", one_of(Rule), _USUAL.rule.value)),
            accent=section.read("accent", accent, _USUAL.accent),
            privacy_url=section.read("privacy_url", address, _USUAL.privacy_url),
            daily_limit=section.read("daily_limit", number(1, 1_000_000), _USUAL.daily_limit),
        ),
        _policy(section),
    )


def _origins(section: Section) -> tuple[str, ...]:
    example = '["https://shop.example"]'
    found = section.items("origins", origin, example)
    first: dict[str, str] = {}
    for path, value in found:
        if first.setdefault(value, path) != path:
            section.fault_at(path, f"{shown(value)} is written twice", "Write each origin once.")
    if not section.table.get("origins", ()) and not _is_faulty(section, "origins"):
        section.fault("origins", "no origin is named", f"Write where the widget stands: origins = {example}.")
    return tuple(value for _, value in found)


def _host(origins: tuple[str, ...]) -> str:
    return one_line(origins[0].partition("://")[2], LONGEST_NAME) if origins else ""


def _is_faulty(section: Section, key: str) -> bool:
    return any(fault.path == section.below(key) for fault in section.faults)


def _channel(section: Section, places: Mapping[str, Channel]) -> ChannelId:
    known = choice(f'channel = "{name}"' for name in places) if places else "a [channels.NAME] first"
    return section.needed("channel", lambda value: channel_named(value, places).id, ChannelId(""), f"Write {known}.")


def _policy(section: Section) -> SitePolicy:
    return SitePolicy(
        _transcripts(section.inside("transcripts")),
        _idle(section.inside("idle")),
        section.read("retention_days", number(0, 3650), 0),
        _texts(section.named("texts", "LANGUAGE")),
    )


def _transcripts(section: Section | None) -> Transcripts:
    usual = Transcripts()
    if section is None:
        return usual
    return Transcripts(section.read("to_visitor", switch, usual.to_visitor), section.read("to_team", email, ""))


def _idle(section: Section | None) -> Idle:
    usual = Idle()
    if section is None:
        return usual
    if "close_after" in section.table and "warn_after" not in section.table:
        section.fault("warn_after", "it is missing, so nothing would ever be closed", 'Write warn_after = "20m".')
    warn = section.read("warn_after", wait(_SECOND), usual.warn_after)
    return Idle(warn, section.read("close_after", wait(_SECOND), usual.close_after))


def _texts(languages: Mapping[str, Section]) -> dict[str, dict[str, str]]:
    found = {}
    for language, section in languages.items():
        if language not in LANGUAGES:
            section.fault("", f"{shown(language)} is not a language of ours", nearest(language, LANGUAGES))
            continue
        texts = {key: section.read(key, _sentence(key), "") for key in section.table if _is_ours(section, key)}
        if texts:
            found[language] = texts
    return found


def _is_ours(section: Section, key: str) -> bool:
    """Whether the key is one of a sentence that sites may say in their own words; else a fault."""
    if isinstance(section.table[key], dict):
        section.fault(key, "a dot without quotes makes a table", f'Write the key in quotes: "{key}.greeting" = "…".')
        return False
    if key in _known():
        return True
    close = get_close_matches(key, _known(), n=1)
    instead = f'Did you mean "{close[0]}"?' if close else 'Write a key of the widget, like "widget.greeting".'
    section.fault(key, "there is no such sentence", instead)
    return False


@cache
def _known() -> Mapping[str, str]:
    """The sentences that sites may say in their own words."""
    names = dict.fromkeys(start.partition(".")[0] for start in OWN)
    each = ((f"{name}.{word}", usual) for name in names for word, usual in sentences(DEFAULT, name).items())
    return {key: usual for key, usual in each if key.startswith(OWN)}


def _sentence(key: str) -> Callable[[Any], str]:
    usual = set(_PLACE.findall(_known()[key]))

    def convert(value: Any) -> str:
        written = words(LONGEST_TEXT, lines=not key.endswith("_subject"))(value)
        strange = next((place for place in _PLACE.findall(written) if place not in usual), None)
        if strange is not None:
            names = choice(f"{{{place}}}" for place in sorted(usual)) if usual else ""
            instead = f"Write {names}." if usual else "This sentence has no places to fill: write plain words."
            raise Unfit(f"nothing fills {{{strange[:40]}}}", instead)
        return written

    return convert
