"""The standard emoji that occur in this workplace; any other shortcode is taken for one of the workspace's own.

The page holds the same table; a test compares them.
"""

from __future__ import annotations

import re
from typing import Any, Final

from adapters.playground.values import JSON

FACES: Final = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "white_check_mark": "✅",
    "heavy_check_mark": "✔️", "eyes": "👀", "heart": "❤️", "tada": "🎉", "lock": "🔒", "unlock": "🔓",
    "warning": "⚠️", "wave": "👋", "smile": "😄", "slightly_smiling_face": "🙂", "grinning": "😀", "joy": "😂",
    "blush": "😊", "wink": "😉", "thinking_face": "🤔", "neutral_face": "😐", "disappointed": "😞", "cry": "😢",
    "rage": "😡", "pray": "🙏", "clap": "👏", "raised_hands": "🙌", "muscle": "💪", "fire": "🔥", "rocket": "🚀",
    "star": "⭐", "sparkles": "✨", "bulb": "💡", "question": "❓", "exclamation": "❗", "x": "❌", "no_entry": "⛔",
    "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "clock1": "🕐", "bell": "🔔", "no_bell": "🔕", "email": "✉️",
    "envelope": "✉️", "telephone_receiver": "📞", "phone": "☎️", "speech_balloon": "💬", "memo": "📝",
    "pencil": "📝", "paperclip": "📎", "link": "🔗", "mag": "🔍", "globe_with_meridians": "🌐", "house": "🏠",
    "package": "📦", "truck": "🚚", "tent": "⛺", "bust_in_silhouette": "👤", "busts_in_silhouette": "👥",
    "robot_face": "🤖", "information_source": "\u2139\ufe0f", "large_green_circle": "🟢", "large_yellow_circle": "🟡",
    "large_orange_circle": "🟠", "red_circle": "🔴", "large_blue_circle": "🔵", "white_circle": "⚪",
    "black_circle": "⚫", "arrow_right": "➡️", "arrow_left": "⬅️", "arrows_counterclockwise": "🔄",
    "repeat": "🔁", "mute": "🔇", "zzz": "💤", "slightly_frowning_face": "🙁", "smiley": "😃", "ok_hand": "👌",
    "point_up": "☝️", "mega": "📣", "loudspeaker": "📢", "outbox_tray": "📤", "inbox_tray": "📥",
    "wastebasket": "🗑️", "leftwards_arrow_with_hook": "↩️",
}  # fmt: skip
_TONED = re.compile(r"(?P<name>[\w+\-]+)::skin-tone-(?P<tone>[2-6])")
_FIRST_TONE: Final = 0x1F3FB
_AS_PICTURE: Final = "\ufe0f"


def element(name: str) -> JSON:
    """An emoji of rich text; a standard one is also given in hyphened code points."""
    shown = _shown(name)
    known: JSON = {"unicode": "-".join(f"{ord(mark):x}" for mark in shown)} if shown else {}
    return {"type": "emoji", "name": name} | known


def completed(value: dict[str, Any]) -> dict[str, Any]:
    """What a post gave, with the code points that Slack adds."""
    return value | element(str(value.get("name"))) if value.get("type") == "emoji" else value


def _shown(name: str) -> str:
    toned = _TONED.fullmatch(name)
    if toned is None:
        return FACES.get(name, "")
    face = FACES.get(toned["name"], "").removesuffix(_AS_PICTURE)
    return face and face + chr(_FIRST_TONE + int(toned["tone"]) - 2)
