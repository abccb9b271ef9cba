"""The site chooses one colour; what is written on it is computed so that it can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]

DEFAULT: Final = "#1F4E8C"
WHITE: Final[Colour] = (255, 255, 255)
NIGHT: Final[Colour] = (18, 18, 18)  # what dark mail readers put beneath, more or less
_NEAR_BLACK: Final[Colour] = (14, 20, 30)
_INKS: Final = (WHITE, _NEAR_BLACK, (0, 0, 0))
READABLE: Final = 4.5
_STANDS_OUT: Final = 1.5
_EDGE: Final = "#6e7781"  # seen on white and on black
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent, what is written on it, and its rim: another colour where the accent would melt into the page."""

    accent: str
    ink: str
    rim: str


def palette(accent: str) -> Palette:
    """The colours for an accent like #1F4E8C; anything else is the default."""
    colour = parsed(accent if _HEX.fullmatch(accent) else DEFAULT)
    ink = next(ink for ink in _INKS if contrast(ink, colour) >= READABLE)
    stands_out = all(contrast(colour, ground) >= _STANDS_OUT for ground in (WHITE, NIGHT))
    return Palette(_written(colour), _written(ink), _written(colour) if stands_out else _EDGE)


def parsed(text: str) -> Colour:
    """The parts of a colour like #1F4E8C."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21, as https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio reckons it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    shares = (part / 255 for part in colour)
    red, green, blue = (((share + 0.055) / 1.055) ** 2.4 if share > 0.04045 else share / 12.92 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _written(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
