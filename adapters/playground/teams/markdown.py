"""The markdown of messages and cards, turned into HTML. In a message HTML stays HTML; in a card it
is only letters.
"""

from __future__ import annotations

import re
from html import escape

# Bounded, so that no text takes long.
INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|`(?P<code>[^`]+)`"
    r"|<(?P<auto>https?://[^>\s]+)>"
    r"|!?\[(?P<label>[^\[\]\n]+)\]\((?P<url>[^)\s]+)(?:\s+\"[^\"]*\")?\)"
    r"|(?P<two>\*\*|(?<!\w)__)(?=\S)(?P<bold>.{1,2000}?)(?<=\S)(?P=two)"
    r"|~~(?P<struck>.{1,2000}?)~~"
    r"|\*(?=[^\s*])(?P<italic>.{1,2000}?)(?<=\S)\*"
    r"|(?<!\w)_(?=[^\s_])(?P<slanted>.{1,2000}?)(?<=\S)_(?!\w)",
    re.DOTALL,
)
CARD_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<url>[^)\s]+)\)"
    r"|(?P<two>\*\*|(?<!\w)__)(?=\S)(?P<bold>.{1,2000}?)(?<=\S)(?P=two)"
    r"|\*(?=[^\s*])(?P<italic>.{1,2000}?)(?<=\S)\*"
    r"|(?<!\w)_(?=[^\s_])(?P<slanted>.{1,2000}?)(?<=\S)_(?!\w)",
    re.DOTALL,
)
HEADING = re.compile(r"(#{1,6})\s+(.*)")
BULLET = re.compile(r"\s*[-*+]\s+(.*)")
NUMBER = re.compile(r"\s*\d+[.)]\s+(.*)")
HARD_BREAK = re.compile(r"(?:  |\\)\n")
TAGS = {"bold": "strong", "struck": "s", "italic": "em", "slanted": "em"}


def inline(text: str, pattern: re.Pattern[str] = INLINE) -> str:
    """Spans only; what the pattern does not know stays as it is."""

    def turned(match: re.Match[str]) -> str:
        found = match.groupdict()
        if found["escaped"]:
            return escape(found["escaped"])
        if found.get("code"):
            return f"<code>{escape(found['code'])}</code>"
        if found.get("auto"):
            return f'<a href="{escape(found["auto"])}">{escape(found["auto"])}</a>'
        if found["label"]:
            return f'<a href="{escape(found["url"])}">{inline(found["label"], pattern)}</a>'
        name = next(name for name in TAGS if found.get(name))
        return f"<{TAGS[name]}>{inline(found[name], pattern)}</{TAGS[name]}>"

    return pattern.sub(turned, text)


def _listed(lines: list[str], item: re.Pattern[str], tag: str, pattern: re.Pattern[str]) -> str:
    items = (item.fullmatch(line) for line in lines)
    return f"<{tag}>" + "".join(f"<li>{inline(one[1], pattern)}</li>" for one in items if one) + f"</{tag}>"


def _block(block: str, pattern: re.Pattern[str]) -> str:
    lines = block.split("\n")
    if heading := HEADING.fullmatch(block):
        return f"<h{min(3, len(heading[1]))}>{inline(heading[2], pattern)}</h{min(3, len(heading[1]))}>"
    if all(BULLET.fullmatch(line) for line in lines):
        return _listed(lines, BULLET, "ul", pattern)
    if all(NUMBER.fullmatch(line) for line in lines):
        return _listed(lines, NUMBER, "ol", pattern)
    if all(line.startswith(">") for line in lines):
        inner = "\n".join(line[1:].lstrip() for line in lines)
        return f"<blockquote>{html(inner)}</blockquote>"
    if block.startswith("```") and block.endswith("```") and len(lines) > 1:
        inner = "\n".join(lines[1:-1])
        return f"<pre>{escape(inner)}</pre>"
    return f"<p>{inline(HARD_BREAK.sub('<br>', block), pattern)}</p>"


def html(text: str) -> str:
    """A message: blocks are parted by empty lines, a single line break is a blank."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n"))
    return "".join(_block(block, INLINE) for block in blocks if block.strip())


def card_html(text: str) -> str:
    """A card's text: bold, italic, lists and links; every line break is one."""
    lines = escape(text, quote=False).replace("\r\n", "\n").strip("\n").split("\n")
    made, run = "", list[str]()
    for line in [*lines, ""]:
        if BULLET.fullmatch(line):
            run.append(line)
            continue
        made += _listed(run, BULLET, "ul", CARD_INLINE) if run else ""
        made += f"<p>{inline(line, CARD_INLINE)}</p>" if line.strip() else ""
        run = []
    return made
