"""Refuses an Adaptive Card that the clients would not show, with the place and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.playground.teams import card_schema
from adapters.playground.teams.errors import ConnectorError
from adapters.playground.values import JSON

LINKS = ("https://", "http://", "mailto:", "tel:", "msteams:")
PICTURES = ("https://", "http://", "data:image/")


def wrong(place: str, reason: str) -> ConnectorError:
    return ConnectorError("BadArgument", f"Adaptive Card, {place}: {reason}")


def _object(value: Any, place: str) -> JSON:
    if not isinstance(value, dict):
        raise wrong(place, "must be an object")
    return value


def _list(value: Any, place: str, *, may_be_empty: bool = False) -> list[Any]:
    if not isinstance(value, list) or not (value or may_be_empty):
        raise wrong(place, "must be a list with something in it")
    return value


def _words(holder: JSON, name: str, place: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"{place}.{name}", "must be words")
    return value


def _known(holder: JSON, known: set[str], place: str) -> None:
    unknown = sorted(set(holder) - known)
    if unknown:
        raise wrong(place, f"has no property {unknown[0]}")
    for name, allowed in card_schema.ENUMS.items():
        _one_of(holder, name, allowed, place)


def _one_of(holder: JSON, name: str, allowed: tuple[str, ...], place: str) -> None:
    value = holder.get(name, allowed[0])
    if not isinstance(value, str) or value.lower() not in allowed:
        raise wrong(f"{place}.{name}", f"is not one of {', '.join(allowed)}")


def _fallback(holder: JSON, place: str, check: Callable[[Any, str], None]) -> None:
    if holder.get("fallback", "drop") != "drop":
        check(holder["fallback"], f"{place}.fallback")


# actions


def _link(holder: JSON, name: str, place: str, schemes: tuple[str, ...]) -> None:
    if not _words(holder, name, place).lower().startswith(schemes):
        raise wrong(f"{place}.{name}", "is not a link")


def _acting(action: JSON, place: str) -> None:
    kind = action["type"]
    if kind == "Action.OpenUrl":
        _link(action, "url", place, LINKS)
    elif kind == "Action.Execute":
        _words(action, "verb", place)
    elif kind == "Action.ShowCard":
        inner = _object(action.get("card"), f"{place}.card")
        card({"version": card_schema.VERSIONS[-1]} | inner, f"{place}.card")
    elif kind == "Action.ToggleVisibility":
        _list(action.get("targetElements"), f"{place}.targetElements")
    if "data" in action and not isinstance(action["data"], (dict, str)):
        raise wrong(f"{place}.data", "must be an object")


def _action(value: Any, place: str, *, is_titled: bool = True) -> None:
    action = _object(value, place)
    known = card_schema.ACTIONS.get(str(action.get("type")))
    if known is None:
        raise wrong(place, f"there is no action {action.get('type')}")
    _known(action, known, place)
    _one_of(action, "style", card_schema.ACTION_STYLES, place)
    if is_titled:
        _words(action, "title", place)
    _acting(action, place)
    _fallback(action, place, _action)


def _actions(holder: JSON, place: str) -> None:
    for number, one in enumerate(_list(holder.get("actions"), f"{place}.actions", may_be_empty=True)):
        _action(one, f"{place}.actions[{number}]")


def _select(holder: JSON, place: str) -> None:
    if "selectAction" in holder:
        if _object(holder["selectAction"], place).get("type") == "Action.ShowCard":
            raise wrong(f"{place}.selectAction", "may not be Action.ShowCard")
        _action(holder["selectAction"], f"{place}.selectAction", is_titled=False)


# elements


def _text(holder: JSON, place: str) -> None:
    _words(holder, "text", place)
    _one_of(holder, "size", card_schema.TEXT_SIZES, place)


def _runs(holder: JSON, place: str) -> None:
    for number, one in enumerate(_list(holder.get("inlines"), f"{place}.inlines")):
        if isinstance(one, str) and one:
            continue
        run, here = _object(one, f"{place}.inlines[{number}]"), f"{place}.inlines[{number}]"
        if run.get("type") != "TextRun":
            raise wrong(here, f"there is no inline {run.get('type')}")
        _known(run, card_schema.RUN, here)
        _text(run, here)
        _select(run, here)


def _image(holder: JSON, place: str) -> None:
    _link(holder, "url", place, PICTURES)


def _images(holder: JSON, place: str) -> None:
    for number, one in enumerate(_list(holder.get("images"), f"{place}.images")):
        _element(one, f"{place}.images[{number}]")


def _box(holder: JSON, place: str, name: str = "items") -> None:
    _one_of(holder, "style", card_schema.BOX_STYLES, place)
    for number, one in enumerate(_list(holder.get(name), f"{place}.{name}", may_be_empty=True)):
        _element(one, f"{place}.{name}[{number}]")


def _columns(holder: JSON, place: str) -> None:
    for number, one in enumerate(_list(holder.get("columns"), f"{place}.columns")):
        here = f"{place}.columns[{number}]"
        column = _object(one, here)
        if column.get("type", "Column") != "Column":
            raise wrong(here, "is not a Column")
        _known(column, card_schema.COLUMN, here)
        _box({"items": []} | column, here)
        _select(column, here)


def _pairs(holder: JSON, place: str, name: str) -> None:
    words = ("title", "value")
    for number, one in enumerate(_list(holder.get(name), f"{place}.{name}")):
        here = f"{place}.{name}[{number}]"
        pair = _object(one, here)
        _known(pair, set(words), here)
        for word in words:
            _words(pair, word, here)


def _facts(holder: JSON, place: str) -> None:
    _pairs(holder, place, "facts")


def _table(holder: JSON, place: str) -> None:
    for number, one in enumerate(_list(holder.get("rows", []), f"{place}.rows", may_be_empty=True)):
        here = f"{place}.rows[{number}]"
        row = _object(one, here)
        _known(row, card_schema.ROW, here)
        for place_in_row, inner in enumerate(_list(row.get("cells"), f"{here}.cells")):
            cell = _object(inner, f"{here}.cells[{place_in_row}]")
            _known(cell, card_schema.CELL, f"{here}.cells[{place_in_row}]")
            _box(cell, f"{here}.cells[{place_in_row}]")


def _media(holder: JSON, place: str) -> None:
    for number, one in enumerate(_list(holder.get("sources"), f"{place}.sources")):
        _link(_object(one, place), "url", f"{place}.sources[{number}]", PICTURES)


def _choices(holder: JSON, place: str) -> None:
    _pairs(holder, place, "choices")
    _one_of(holder, "style", card_schema.CHOICE_STYLES, place)


def _toggle(holder: JSON, place: str) -> None:
    _words(holder, "title", place)


def _nothing(_holder: JSON, _place: str) -> None:
    """Its properties are all there is to check."""


CHECKS: dict[str, Callable[[JSON, str], None]] = {
    "TextBlock": _text,
    "RichTextBlock": _runs,
    "Image": _image,
    "ImageSet": _images,
    "Media": _media,
    "Container": _box,
    "ColumnSet": _columns,
    "FactSet": _facts,
    "ActionSet": _actions,
    "Table": _table,
    "Input.Toggle": _toggle,
    "Input.ChoiceSet": _choices,
}


def _element(value: Any, place: str) -> None:
    element = _object(value, place)
    kind = str(element.get("type"))
    known = card_schema.ELEMENTS.get(kind)
    if known is None:
        raise wrong(place, f"there is no element {element.get('type')}")
    _known(element, known, place)
    if kind.startswith("Input."):
        _words(element, "id", place)
    if element.get("isRequired") and not element.get("errorMessage"):
        raise wrong(place, "a required input needs an errorMessage")
    CHECKS.get(kind, _nothing)(element, place)
    _select(element, place)
    _fallback(element, place, _element)


def _refresh(made: JSON, place: str) -> None:
    refresh = _object(made["refresh"], f"{place}.refresh")
    if _object(refresh.get("action"), f"{place}.refresh.action").get("type") != "Action.Execute":
        raise wrong(f"{place}.refresh.action", "must be Action.Execute")
    _action(refresh["action"], f"{place}.refresh.action", is_titled=False)
    users = _list(refresh.get("userIds", []), f"{place}.refresh.userIds", may_be_empty=True)
    if len(users) > card_schema.MOST_REFRESHED:
        raise wrong(f"{place}.refresh.userIds", f"holds more than {card_schema.MOST_REFRESHED}")


def card(value: Any, place: str = "card") -> None:
    """The whole card, down to the last string."""
    made = _object(value, place)
    if made.get("type") != "AdaptiveCard":
        raise wrong(place, "its type must be AdaptiveCard")
    if made.get("version") not in card_schema.VERSIONS:
        raise wrong(f"{place}.version", f"must be one of {', '.join(card_schema.VERSIONS)}")
    _known(made, card_schema.CARD, place)
    body = _list(made.get("body", []), f"{place}.body", may_be_empty=True)
    if not body and not made.get("actions"):
        raise wrong(place, "is empty")
    for number, one in enumerate(body):
        _element(one, f"{place}.body[{number}]")
    _actions({"actions": []} | made, place)
    _select(made, place)
    if "refresh" in made:
        _refresh(made, place)
    _unique(made, place)


def walk(value: Any) -> list[JSON]:
    """Every object of the card in reading order, without fallbacks, which are only seen instead."""
    if isinstance(value, list):
        return [one for inner in value for one in walk(inner)]
    if not isinstance(value, dict):
        return []
    unseen = ("fallback", "refresh", "msteams", "data", "metadata")
    return [value, *(one for name, inner in value.items() if name not in unseen for one in walk(inner))]


def _unique(made: JSON, place: str) -> None:
    ids = [one["id"] for one in walk(made) if "id" in one]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice is not None:
        raise wrong(place, f"two have the id {twice}")
