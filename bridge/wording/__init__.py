"""Every sentence the product itself says: one TOML file per language, the same keys in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "fi", "sv", "de")
DEFAULT: Final = "en"


def best(wanted: str) -> str:
    """The language of ours for a language tag such as `sv-FI`; English for one we do not speak."""
    code = wanted.strip().lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else DEFAULT


@cache
def section(language: str, name: str) -> Mapping[str, str]:
    """A section's sentences in one of LANGUAGES."""
    text = (Path(__file__).parent / f"{best(language)}.toml").read_text(encoding="utf-8")
    sentences: dict[str, str] = tomllib.loads(text)[name]
    return sentences


def say(language: str, key: str, **about: str) -> str:
    """The sentence `section.key` with its {places} filled; what fills them is never read as a format."""
    return say_own({}, language, key, **about)


def say_own(own: Mapping[str, str], language: str, key: str, **about: str) -> str:
    """The same, unless a site has a sentence of its own under this key."""
    name, _, word = key.partition(".")
    sentence = own.get(key) or section(language, name)[word]
    for place, value in about.items():
        sentence = sentence.replace("{" + place + "}", value.replace("{", "{\u2060"))
    return sentence.replace("{\u2060", "{")
