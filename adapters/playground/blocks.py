"""The Block Kit rules as far as a chat bridge meets them: `check_blocks` names every breach.

Unknown block and element types are breaches too: what it cannot judge, it must not
wave through.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from adapters.playground import limits
from adapters.playground.elements import (
    ACTION_ELEMENTS,
    INPUTS,
    choice,
    each,
    image,
    items,
    long,
    text,
)
from adapters.playground.values import JSON

RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
RICH_LEAVES = (
    "text",
    "link",
    "user",
    "usergroup",
    "channel",
    "emoji",
    "broadcast",
    "date",
    "color",
    "team",
)
LEAF_NEEDS = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "emoji": "name",
    "broadcast": "range",
}


def _section(block: JSON, at: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text or fields [json-pointer:{at}]"
    if "text" in block:
        yield from text(block["text"], limits.SECTION_TEXT, f"{at}/text")
    if "fields" in block:
        yield from items(block["fields"], limits.FIELDS, f"{at}/fields")
    for number, field in each(block.get("fields")):
        yield from text(field, limits.FIELD_TEXT, f"{at}/fields/{number}")
    if "accessory" in block:
        accessory = block["accessory"]
        yield from choice(accessory if isinstance(accessory, dict) else {}, f"{at}/accessory")


def _header(block: JSON, at: str) -> Iterator[str]:
    yield from text(block.get("text"), limits.HEADER_TEXT, f"{at}/text", ("plain_text",))


def _context(block: JSON, at: str) -> Iterator[str]:
    yield from items(block.get("elements"), limits.CONTEXT_ELEMENTS, f"{at}/elements")
    for number, element in each(block.get("elements")):
        here = f"{at}/elements/{number}"
        if element.get("type") == "image":
            yield from image(element, here)
        else:
            yield from text(element, limits.SECTION_TEXT, here)


def _actions(block: JSON, at: str) -> Iterator[str]:
    yield from items(block.get("elements"), limits.ACTIONS_ELEMENTS, f"{at}/elements")
    for number, element in each(block.get("elements")):
        yield from choice(element, f"{at}/elements/{number}")


def _leaf(leaf: JSON, at: str) -> Iterator[str]:
    kind = leaf.get("type")
    if kind not in RICH_LEAVES:
        yield f"unsupported element type: {kind} [json-pointer:{at}/type]"
    elif kind in LEAF_NEEDS and not leaf.get(LEAF_NEEDS[kind]):
        yield f"missing required field: {LEAF_NEEDS[kind]} [json-pointer:{at}]"


def _rich(block: JSON, at: str) -> Iterator[str]:
    if not isinstance(block.get("elements"), list):
        yield f"missing required field: elements [json-pointer:{at}]"
    for number, part in each(block.get("elements")):
        here = f"{at}/elements/{number}"
        if part.get("type") not in RICH_PARTS:
            yield f"unsupported element type: {part.get('type')} [json-pointer:{here}/type]"
        elif part["type"] == "rich_text_list":
            yield from _rich(part, here)
        elif not isinstance(part.get("elements"), list):
            yield f"missing required field: elements [json-pointer:{here}]"
        else:
            for place, leaf in each(part["elements"]):
                yield from _leaf(leaf, f"{here}/elements/{place}")


def _image_block(block: JSON, at: str) -> Iterator[str]:
    yield from image(block, at)
    if "title" in block:
        yield from text(block["title"], limits.IMAGE_ALT, f"{at}/title", ("plain_text",))


def _input(block: JSON, at: str) -> Iterator[str]:
    yield from text(block.get("label"), limits.LABEL, f"{at}/label", ("plain_text",))
    element = block.get("element")
    kind = element.get("type") if isinstance(element, dict) else None
    if kind in ACTION_ELEMENTS and kind not in ("button", "overflow"):
        yield from choice(element or {}, f"{at}/element")
    elif kind not in INPUTS:
        yield f"unsupported element type: {kind} [json-pointer:{at}/element/type]"


def _markdown(block: JSON, at: str) -> Iterator[str]:
    yield from long(block.get("text"), limits.MARKDOWN_BLOCKS, f"{at}/text")


def _nothing(_block: JSON, _at: str) -> Iterator[str]:
    return iter(())


CHECKS = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich,
    "image": _image_block,
    "input": _input,
    "markdown": _markdown,
    "divider": _nothing,
}


def elements_of(block: JSON) -> Iterator[JSON]:
    """What can be clicked in a block."""
    if block.get("type") == "actions":
        yield from (element for _, element in each(block.get("elements")))
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield block[name]


def _ids(blocks: list[JSON]) -> Iterator[str]:
    """block_id is unique in the message, action_id in its block."""
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        own = block.get("block_id")
        if own is not None:
            yield from long(own, limits.ID, f"/blocks/{number}/block_id")
        if own and str(own) in seen:
            yield f"block_id already exists [json-pointer:/blocks/{number}/block_id]"
        seen.add(str(own or ""))
        names = [element["action_id"] for element in elements_of(block) if element.get("action_id")]
        if len(names) != len(set(map(str, names))):
            yield f"action_id already exists [json-pointer:/blocks/{number}]"


def check_blocks(blocks: Any, *, most: int = limits.BLOCKS) -> list[str]:
    """Every breach, each with its JSON pointer; empty when Slack would take the blocks."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["must be a list of objects [json-pointer:/blocks]"]
    found = [f"no more than {most} items allowed [json-pointer:/blocks]"] if len(blocks) > most else []
    for number, block in enumerate(blocks):
        check = CHECKS.get(str(block.get("type")))
        if check is None:
            found.append(f"unsupported type: {block.get('type')} [json-pointer:/blocks/{number}/type]")
        else:
            found.extend(check(block, f"/blocks/{number}"))
    return found + list(_ids(blocks))


def words(value: Any) -> int:
    """The characters of text in blocks, for the budget of a whole message."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(words(one) for one in value.values())
    return sum(map(words, value)) if isinstance(value, list) else 0


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))
