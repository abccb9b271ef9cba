"""Reads the arguments of a Web API call from query, form and JSON, each only where the method takes
it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from adapters.playground.contract import Contract
from adapters.playground.errors import ApiError
from adapters.playground.values import JSON

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
STAMP = re.compile(r"\d{1,12}(\.\d{1,6})?\Z")


@dataclass(frozen=True, slots=True)
class Arguments:
    """`warnings` are what Slack would say about the way the arguments were sent."""

    given: JSON = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        return json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        return self.text(name, str(default)).lower() in ("true", "1")

    def has(self, name: str) -> bool:
        return self.given.get(name) not in (None, "")

    def number(self, name: str, default: int, *, error: str = "invalid_arguments") -> int:
        if not self.has(name):
            return default
        word = self.text(name)
        if not re.fullmatch(r"-?\d{1,9}", word):
            raise ApiError(error)
        return int(word)

    def stamp(self, name: str, error: str) -> float | None:
        if not self.has(name):
            return None
        if not STAMP.match(self.text(name)):
            raise ApiError(error)
        return float(self.text(name))

    def parsed(self, name: str, error: str) -> Any:
        """An argument that is JSON: an object in a JSON body, else a string that holds one."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as broken:
            raise ApiError(error) from broken


def _object(raw: bytes) -> JSON:
    try:
        parsed = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as broken:
        raise ApiError("invalid_json") from broken
    if not isinstance(parsed, dict):
        raise ApiError("json_not_object")
    return parsed


async def read(request: web.Request, contract: Contract) -> Arguments:
    """A JSON body that the method does not take is ignored, so that its required arguments are
    missing.
    """
    given: JSON = dict(request.query)
    if request.content_type in FORMS:
        form = await request.post()
        return Arguments(given | {name: value for name, value in form.items() if isinstance(value, str)})
    if request.content_type == "application/json" and contract.json:
        warnings = () if request.charset else ("missing_charset",)
        return Arguments(given | _object(await request.read()), warnings)
    return Arguments(given)


def require(arguments: Arguments, contract: Contract) -> None:
    missing = [name for name in contract.required if not arguments.has(name)]
    if missing:
        raise ApiError("invalid_arguments", *(f"[ERROR] missing required field: {name}" for name in missing))
