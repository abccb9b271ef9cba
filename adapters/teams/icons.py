"""The product's mark, an arched bridge, as the two pictures of a Teams app. Drawn here, so that no file can go astray.

https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from math import cos, hypot, sin, tau
from typing import Final

COLOR_SIZE: Final = 192
OUTLINE_SIZE: Final = 32
ACCENT: Final = "#1F4E8C"
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
RGB, RGBA = 2, 6
_GROUND = (0x1F, 0x4E, 0x8C)
_WHITE = (0xFF, 0xFF, 0xFF)
# The mark is drawn on a field of 32 x 32; straight edges lie on whole numbers, so that they are sharp at both sizes.
_FIELD = 32
_SCALE = 4  # of the field in the colour picture, whose middle 120 pixels are never cut off
_ARCH = (16.0, 19.0, 12.5)  # middle and radius of the line that the arch follows
_HALF = 1.5  # half of that line's width
_DECK = (1.0, 31.0, 17.0, 20.0)  # left, right, top, bottom
_HANGERS = ((9.0, 11.0), (15.0, 17.0), (21.0, 23.0))
_WATER = (3.0, 29.0, 25.0, 1.5, 1.25)  # left, right, middle, height and half width of the wave

Shade = Callable[[float], bytes]


@cache
def color() -> bytes:
    """The mark in white on the product's blue, 192 x 192."""
    return png(COLOR_SIZE, RGB, _drawn(COLOR_SIZE, _SCALE, _on_ground))


@cache
def outline() -> bytes:
    """The mark in white on nothing, 32 x 32."""
    return png(OUTLINE_SIZE, RGBA, _drawn(OUTLINE_SIZE, 1, _on_nothing))


def png(size: int, kind: int, rows: Iterator[bytes]) -> bytes:
    """A square PNG of 8 bits a channel; `kind` is RGB or RGBA."""
    header = struct.pack(">IIBBBBB", size, size, 8, kind, 0, 0, 0)
    pixels = b"".join(b"\0" + row for row in rows)  # each row begins with its filter: none
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(pixels, 9)) + _chunk(b"IEND", b"")
    return SIGNATURE + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _drawn(size: int, scale: int, shade: Shade) -> Iterator[bytes]:
    """Rows of pixels, each as much of the mark as the mark covers of it."""
    margin = (size - _FIELD * scale) / 2
    places = [(pixel + 0.5 - margin) / scale for pixel in range(size)]
    for y in places:
        yield b"".join(shade(min(1.0, max(0.0, 0.5 - _distance(x, y) * scale))) for x in places)


def _on_ground(share: float) -> bytes:
    return bytes(round(under + (over - under) * share) for under, over in zip(_GROUND, _WHITE, strict=True))


def _on_nothing(share: float) -> bytes:
    return bytes((*_WHITE, round(share * 255)))


def _distance(x: float, y: float) -> float:
    """How far a place is from the mark's edge; below zero within it."""
    middle, foot, radius = _ARCH
    within = hypot(x - middle, y - foot) - radius
    arch = max(abs(within) - _HALF, y - foot)
    hangers = (max(_box(x, y, (left, right, 0.0, foot)), within) for left, right in _HANGERS)
    return min(_box(x, y, _DECK), arch, _water(x, y), *hangers)


def _water(x: float, y: float) -> float:
    """The wave below, with round ends: as near as a steep line allows."""
    left, right, middle, height, half = _WATER
    nearest = min(max(x, left), right)
    turn = 2 * tau / (right - left)
    angle = (nearest - left) * turn
    rise = (y - middle + height * cos(angle)) / hypot(1.0, height * turn * sin(angle))
    return hypot(x - nearest, rise) - half


def _box(x: float, y: float, edges: tuple[float, float, float, float]) -> float:
    left, right, top, bottom = edges
    across, down = max(left - x, x - right), max(top - y, y - bottom)
    return hypot(max(across, 0.0), max(down, 0.0)) + min(max(across, down), 0.0)
