"""The parts of blocks: text objects, buttons, selects, pictures; each check yields the breaches it
finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.playground import limits
from adapters.playground.values import JSON

SELECTS = tuple(f"{kind}_select" for kind in ("static", "external", "users", "conversations", "channels"))
PICKERS = ("datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons")
ACTION_ELEMENTS = ("button", "overflow", *SELECTS, *(f"multi_{one}" for one in SELECTS), *PICKERS)
INPUTS = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
)


def long(value: Any, most: int, at: str, least: int = 1) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{at}]"


def text(value: Any, most: int, at: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of {' or '.join(kinds)} [json-pointer:{at}]"
        return
    yield from long(value.get("text"), most, f"{at}/text")
    unknown = set(value) - {
        "type",
        "text",
        "emoji" if value["type"] == "plain_text" else "verbatim",
    }
    yield from (f"unexpected field {name} [json-pointer:{at}]" for name in sorted(unknown))


def items(value: Any, most: int, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"must be a list [json-pointer:{at}]"
    elif len(value) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"
    elif not value:
        yield f"no fewer than 1 item allowed [json-pointer:{at}]"


def each(value: Any) -> Iterator[tuple[int, JSON]]:
    for number, one in enumerate(value if isinstance(value, list) else ()):
        yield number, one if isinstance(one, dict) else {}


def _confirm(dialog: Any, at: str) -> Iterator[str]:
    if not isinstance(dialog, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    yield from text(dialog.get("title"), 100, f"{at}/title", ("plain_text",))
    yield from text(dialog.get("text"), 300, f"{at}/text")
    yield from text(dialog.get("confirm"), 30, f"{at}/confirm", ("plain_text",))
    yield from text(dialog.get("deny"), 30, f"{at}/deny", ("plain_text",))


def _button(element: JSON, at: str) -> Iterator[str]:
    yield from text(element.get("text"), limits.BUTTON_TEXT, f"{at}/text", ("plain_text",))
    if "value" in element:
        yield from long(element["value"], limits.BUTTON_VALUE, f"{at}/value", 0)
    if "url" in element:
        yield from long(element["url"], limits.BUTTON_URL, f"{at}/url")
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"invalid style [json-pointer:{at}/style]"
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")


def _options(element: JSON, most: int, at: str) -> Iterator[str]:
    groups = [group.get("options") for _, group in each(element.get("option_groups"))]
    for options in groups or [element.get("options")]:
        yield from items(options, most, f"{at}/options")
        for number, option in each(options):
            yield from text(option.get("text"), limits.OPTION_TEXT, f"{at}/options/{number}/text")
            yield from long(option.get("value"), limits.OPTION_VALUE, f"{at}/options/{number}/value")


def image(element: JSON, at: str) -> Iterator[str]:
    if "slack_file" not in element:
        yield from long(element.get("image_url"), limits.IMAGE_URL, f"{at}/image_url")
    yield from long(element.get("alt_text"), limits.IMAGE_ALT, f"{at}/alt_text")


def choice(element: JSON, at: str) -> Iterator[str]:
    """Everything in an actions block or beside a section."""
    kind = element.get("type")
    if kind == "image":
        yield from image(element, at)
        return
    if kind not in ACTION_ELEMENTS:
        yield f"unsupported element type: {kind} [json-pointer:{at}/type]"
        return
    if "action_id" in element:
        yield from long(element["action_id"], limits.ID, f"{at}/action_id")
    if kind == "button":
        yield from _button(element, at)
    elif kind == "overflow":
        yield from _options(element, limits.OVERFLOW_OPTIONS, at)
    elif kind in ("static_select", "multi_static_select", "checkboxes", "radio_buttons"):
        yield from _options(element, limits.OPTIONS, at)
    if "placeholder" in element:
        yield from text(element["placeholder"], limits.PLACEHOLDER, f"{at}/placeholder", ("plain_text",))
