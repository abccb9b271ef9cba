"""views.*: a minimal store of dialogs and home tabs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from adapters.playground import blocks, limits
from adapters.playground.arguments import Arguments
from adapters.playground.elements import each, long, text
from adapters.playground.errors import ApiError
from adapters.playground.stage import Stage
from adapters.playground.values import JSON, trim

KEPT = 1000
STRINGS = {"private_metadata": limits.PRIVATE_METADATA, "callback_id": limits.ID, "external_id": limits.ID}
FIELDS = ("title", "submit", "close", "blocks", "private_metadata", "callback_id", "external_id")


def _breaches(view: JSON) -> Iterator[str]:
    for breach in blocks.check_blocks(view.get("blocks"), most=limits.VIEW_BLOCKS):
        yield breach.replace("[json-pointer:/blocks", "[json-pointer:/view/blocks")
    needed = {"title"} if view["type"] == "modal" else set()
    for name in ("title", "submit", "close"):
        if name in needed or view.get(name) is not None:
            yield from text(view.get(name), limits.VIEW_TITLE, f"/view/{name}", ("plain_text",))
    for name, most in STRINGS.items():
        if view.get(name) is not None:
            yield from long(view[name], most, f"/view/{name}", 0)
    if view["type"] == "modal" and view.get("submit") is None and _asks(view):
        yield "missing required field: submit [json-pointer:/view]"


def _asks(view: JSON) -> bool:
    """A dialog with something to fill in needs a button that sends it."""
    return any(block.get("type") == "input" for _, block in each(view.get("blocks")))


def _view(arguments: Arguments, kind: str) -> JSON:
    view: Any = arguments.parsed("view", "invalid_arguments")
    if not isinstance(view, dict) or view.get("type") != kind:
        raise ApiError("invalid_arguments", "[ERROR] missing required field: type [json-pointer:/view]")
    if len(json.dumps(view).encode()) > limits.VIEW_BYTES:
        raise ApiError("view_too_large")
    if found := list(_breaches(view)):
        raise ApiError("invalid_arguments", *(f"[ERROR] {one}" for one in found))
    return view


def _kept(stage: Stage, view: JSON, view_id: str, user: str) -> JSON:
    given = {name: view.get(name) for name in FIELDS}
    made: JSON = given | {
        "id": view_id,
        "team_id": stage.workspace.team.id,
        "type": view["type"],
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "external_id": view.get("external_id", ""),
        "state": {"values": {}},
        "hash": f"{stage.stamp()}.{secrets.token_hex(4)}",
        "clear_on_close": bool(view.get("clear_on_close")),
        "notify_on_close": bool(view.get("notify_on_close")),
        "root_view_id": view_id,
        "previous_view_id": None,
        "app_id": stage.workspace.bot.app_id,
        "bot_id": stage.workspace.bot.bot_id,
        "app_installed_team_id": stage.workspace.team.id,
    }
    stage.views[view_id] = made
    stage.viewers[view_id] = user
    trim(stage.views, KEPT)
    trim(stage.viewers, KEPT)
    return {"view": made}


def open_view(stage: Stage, arguments: Arguments) -> JSON:
    view = _view(arguments, "modal")
    origin = stage.doors.use_trigger(arguments.text("trigger_id"))
    return _kept(stage, view, f"V{secrets.token_hex(5).upper()}", origin.user)


def _fresh(known: JSON, arguments: Arguments) -> None:
    if arguments.has("hash") and arguments.text("hash") != known["hash"]:
        raise ApiError("hash_conflict")


def update(stage: Stage, arguments: Arguments) -> JSON:
    wanted, outside = arguments.text("view_id"), arguments.text("external_id")
    known = stage.views.get(wanted) or next(
        (one for one in stage.views.values() if outside and one["external_id"] == outside), None
    )
    if known is None:
        raise ApiError("not_found")
    _fresh(known, arguments)
    return _kept(stage, _view(arguments, "modal"), known["id"], stage.viewers[known["id"]])


def publish(stage: Stage, arguments: Arguments) -> JSON:
    user = arguments.text("user_id")
    if user not in stage.workspace.people:
        raise ApiError("missing_profile_id")
    view_id = f"V{user[1:]}"
    if view_id in stage.views:
        _fresh(stage.views[view_id], arguments)
    return _kept(stage, _view(arguments, "home"), view_id, user)


METHODS = {"views.open": open_view, "views.update": update, "views.publish": publish}
