"""What a person sees of a card: its words, its HTML, its buttons, its inputs and its mentions."""

from __future__ import annotations

from html import escape
from typing import Any

from adapters.playground.teams import cards, html, markdown, markup, tree
from adapters.playground.teams.markup import Shown
from adapters.playground.teams.workspace import Workspace
from adapters.playground.values import JSON


def _mentions(card: JSON, workspace: Workspace) -> list[tuple[str, str]]:
    inner = card.get("msteams")
    entities = inner.get("entities") or [] if isinstance(inner, dict) else []
    words = "\n".join(str(one.get("text", "")) for one in cards.walk(card))
    return markup.counted(entities, words, workspace)


def _line(source: str, mentions: list[tuple[str, str]], *, is_markdown: bool) -> tuple[str, str]:
    marked = markup.marked(source, mentions)
    if not is_markdown:
        return f"<p>{escape(marked, quote=False)}</p>", marked
    return html.read(markdown.card_html(marked))


def _lines(element: JSON) -> list[tuple[str, bool]]:
    """The strings of one element, each with whether it is markdown."""
    kind = element.get("type")
    if kind == "TextBlock":
        return [(str(element["text"]), True)]
    if kind == "RichTextBlock":
        runs = [one if isinstance(one, str) else str(one.get("text", "")) for one in element["inlines"]]
        return [("".join(runs), False)]
    if kind == "FactSet":
        return [(f"{fact['title']} {fact['value']}", True) for fact in element["facts"]]
    if kind == "Image":
        return [(str(element["altText"]), False)] if element.get("altText") else []
    if str(kind).startswith("Input."):
        labels = (element.get("label"), element.get("title"), element.get("placeholder"), element.get("value"))
        return [(str(label), False) for label in labels if label and label not in ("true", "false")]
    return []


def shown(card: JSON, workspace: Workspace) -> Shown:
    """Hidden elements too: a button may show them."""
    mentions = _mentions(card, workspace)
    lines = [
        _line(source, mentions, is_markdown=is_markdown)
        for element in cards.walk(card)
        for source, is_markdown in _lines(element)
    ]
    words = "\n".join(text for _html, text in lines)
    return markup.unmarked(words, "".join(body for body, _text in lines), mentions)


def drawn(card: JSON, workspace: Workspace) -> JSON:
    """The card, with what is markdown in it as nodes beside its source."""
    mentions = _mentions(card, workspace)

    def nodes(source: str) -> list[tree.Node]:
        body, _words = _line(source, mentions, is_markdown=True)
        return tree.grown(markup.unmarked("", body, mentions).html)

    def copied(value: Any) -> Any:
        if isinstance(value, list):
            return [copied(one) for one in value]
        if not isinstance(value, dict):
            return value
        made = {name: copied(inner) for name, inner in value.items()}
        if value.get("type") == "TextBlock":
            made["nodes"] = nodes(str(value["text"]))
        if value.get("type") == "FactSet":
            made["nodes"] = [nodes(str(fact["value"])) for fact in value["facts"]]
        return made

    whole: JSON = copied(card)
    return whole


def actions(card: JSON) -> list[JSON]:
    """Everything that can be pressed, in reading order."""
    return [one for one in cards.walk(card) if str(one.get("type")).startswith("Action.")]


def inputs(card: JSON) -> list[JSON]:
    return [one for one in cards.walk(card) if str(one.get("type")).startswith("Input.")]


def buttons(card: JSON) -> list[JSON]:
    names = ("type", "title", "verb", "id", "data", "url", "style")
    kept = [{name: one[name] for name in names if name in one} for one in actions(card)]
    enabled = [one.get("isEnabled", True) for one in actions(card)]
    return [made | {"is_enabled": is_enabled} for made, is_enabled in zip(kept, enabled, strict=True)]
