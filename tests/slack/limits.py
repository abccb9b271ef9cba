"""Slack's published limits and shapes of what we send, checked on a payload."""

from typing import Any

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS = 50
TEXT = 4_000
BUDGET = 13_000
ALLOWED = {"header", "section", "rich_text", "context", "actions"}
INLINE = {"text", "link"}


def faults(blocks: list[dict[str, Any]], text: str) -> list[str]:
    """All that Slack would refuse or cut, and all that is not plain words or a link."""
    found = [f"text of {len(text)}"] if not 1 <= len(text) <= TEXT else []
    found += [f"{len(blocks)} blocks"] if not 1 <= len(blocks) <= BLOCKS else []
    for block in blocks:
        found += _CHECKS.get(block["type"], _unknown)(block)
    return found


def _unknown(block):
    return [f"block {block['type']}"]


def _header(block):
    return _plain(block["text"], 150)


def _section(block):
    fields = block["fields"]
    found = [f"{len(fields)} fields"] if not 1 <= len(fields) <= 10 else []
    return found + [fault for field in fields for fault in _plain(field, 2_000)]


def _context(block):
    elements = block["elements"]
    found = [f"{len(elements)} notes"] if not 1 <= len(elements) <= 10 else []
    return found + [fault for element in elements for fault in _plain(element, 3_000)]


def _actions(block):
    buttons = block["elements"]
    found = [f"{len(buttons)} buttons"] if not 1 <= len(buttons) <= 25 else []
    ids = [button["action_id"] for button in buttons]
    found += ["two buttons of one id"] if len(set(ids)) < len(ids) else []
    return found + [fault for button in buttons for fault in _button(button)]


def _button(button):
    found = _plain(button["text"], 75)
    found += ["action_id"] if not 1 <= len(button["action_id"]) <= 255 else []
    found += ["value"] if len(button.get("value", "")) > 2_000 else []
    return found + (["style"] if button.get("style", "primary") not in ("primary", "danger") else [])


def _plain(text, most):
    if text.get("type") != "plain_text" or set(text) - {"type", "text", "emoji"}:
        return [f"not plain: {text}"]
    return [] if 1 <= len(text["text"]) <= most else [f"plain text of {len(text['text'])}"]


def _rich(block):
    found = [f"{len(block['elements'])} parts"] if not block["elements"] else []
    for part in block["elements"]:
        if part["type"] not in ("rich_text_section", "rich_text_quote") or not part["elements"]:
            found.append(f"part {part['type']}")
        found += [fault for element in part["elements"] for fault in _inline(element)]
    return found


def _inline(element):
    if element["type"] not in INLINE or "style" in element:
        return [f"element {element}"]
    return [] if element["text"] else ["an empty element"]


_CHECKS = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich,
}


def strings(node: Any) -> list[str]:
    """Every string in a payload."""
    if isinstance(node, str):
        return [node]
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for value in inside for text in strings(value)]
