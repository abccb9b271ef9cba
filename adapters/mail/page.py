"""A letter as a page for mail readers: no pictures, nothing fetched, nothing that acts.

Readers strip style sheets and recolour at will. So every style stands on its element, text has the reader's own colour
on a page or a grey that lets it through, and only the accent brings its ink: light and dark both can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Final

from adapters.mail import links
from adapters.mail.colour import Palette, palette
from adapters.mail.words import NAME
from bridge import markup
from bridge.letters import Letter, Line, Side
from bridge.markup import Node, Span, bounded, is_number, literal, plain
from bridge.policies import inert

_FONT: Final = "-apple-system,system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_MONO: Final = "ui-monospace,Menlo,Consolas,'Liberation Mono',monospace"
_FAINT: Final = "rgba(127,127,127,.15)"
_EDGE: Final = "rgba(127,127,127,.45)"
_WRAP: Final = "overflow-wrap:anywhere;word-break:break-word"
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_REL: Final = "noopener noreferrer nofollow"

_HEAD: Final = (
    '<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    '<title>{subject}</title></head>\n<body style="margin:0;padding:0;color-scheme:light dark">\n'
)
_SHEET: Final = f"max-width:600px;margin:0 auto;padding:16px 12px 32px;font:16px/1.5 {_FONT};{_WRAP}"
_BAND: Final = (
    "margin:0 0 24px;padding:20px 24px 22px;border-radius:16px;border:1px solid {rim};background:{accent};color:{ink}"
)
_TITLE: Final = "margin:0;font-size:24px;line-height:1.25;font-weight:700;color:{ink}"
_BUBBLE: Final = "display:inline-block;max-width:80%;padding:10px 15px;text-align:start;"
_OWN: Final = "border-radius:16px 16px 4px 16px;background:{accent};color:{ink}"
_RIM: Final = ";border:1px solid {rim}"
_THEIRS: Final = f"border-radius:16px 16px 16px 4px;background:{_FAINT}"
_GONE: Final = f"border-radius:16px;border:1px dashed {_EDGE};font-style:italic"
_CODE: Final = f"font-family:{_MONO};font-size:.875em;border:1px solid {_EDGE};border-radius:4px;padding:1px 4px"
_PRE: Final = (
    f"margin:6px 0;padding:8px 10px;border:1px solid {_EDGE};border-radius:8px;font:13px/1.5 {_MONO};"
    "white-space:pre-wrap;text-align:start"
)


def html(letter: Letter) -> str:
    """The whole page."""
    colours = palette(letter.accent)
    head = _HEAD.format(language=language(letter.language), subject=escape(inert.label(letter.subject, 200) or "…"))
    parts = [_band(letter, colours), *(_paragraph(words) for words in letter.intro)]
    parts += [_conversation(letter.lines, colours), *_foot(letter)]
    body = "\n".join(part for part in parts if part)
    return f'{head}<div role="main" style="{_SHEET}">\n{body}\n</div>\n</body></html>\n'


def language(tag: str) -> str:
    """The tag if it is one, else English."""
    return tag if _TAG.fullmatch(tag) else "en"


def _band(letter: Letter, colours: Palette) -> str:
    sender, heading = inert.label(letter.sender, NAME), inert.one_line(letter.heading, 200)
    above = f'<p style="margin:0 0 2px;font-size:14px"><bdi>{escape(sender)}</bdi></p>' if sender else ""
    style = {"accent": colours.accent, "ink": colours.ink, "rim": colours.rim}
    title = f'<h1 dir="auto" style="{_TITLE.format(**style)}">{escape(heading)}</h1>' if heading else ""
    return f'<div style="{_BAND.format(**style)}">{above}{title}</div>' if above or title else ""


def _paragraph(words: str, style: str = "margin:0 0 16px;padding:0 4px") -> str:
    shown = _nodes(literal(inert.neutral(words).strip()))
    return f'<p dir="auto" style="{style}">{shown}</p>' if shown else ""


def _foot(letter: Letter) -> Iterator[str]:
    if not letter.outro:
        return
    yield f'<div style="margin:28px 0 0;padding:18px 0 0;border-top:1px solid {_EDGE};font-size:14px">'
    yield from (_paragraph(words, "margin:0 0 10px;padding:0 4px;opacity:.8") for words in letter.outro)
    yield "</div>"


def _conversation(lines: tuple[Line, ...], colours: Palette) -> str:
    """Spaces stay as they were written: so no line end may stand between the parts."""
    drawn = "".join(_drawn(lines, colours))
    return f'<div style="white-space:pre-wrap">{drawn}</div>' if drawn else ""


def _drawn(lines: tuple[Line, ...], colours: Palette) -> Iterator[str]:
    before: Line | None = None
    for line in lines:
        if day := inert.label(line.day, NAME):
            yield f'<h2 dir="auto" style="{_DAY}">{escape(day)}</h2>'
        if line.side is Side.NOTICE:
            yield _notice(line)
        else:
            yield _said(line, colours, has_label=not _goes_on(line, before))
        before = line


_DAY: Final = "margin:28px 0 12px;font-size:13px;line-height:18px;font-weight:600;text-align:center;opacity:.75"
_SMALL: Final = "margin:0 0 4px;padding:0 4px;font-size:13px;line-height:18px"


def _goes_on(line: Line, before: Line | None) -> bool:
    """Whether the line above says already who speaks and when."""
    return (
        before is not None and not line.day and (line.side, line.who, line.at) == (before.side, before.who, before.at)
    )


def _notice(line: Line) -> str:
    words = [f"<bdi>{_nodes(bounded(line.body))}</bdi>" if line.body else ""]
    words += [f"<bdi>{escape(inert.label(word, NAME))}</bdi>" for word in (line.who, line.at, line.remark) if word]
    shown = " · ".join(word for word in words if word)
    return f'<div style="margin:16px 24px;font-size:13px;line-height:18px;text-align:center;opacity:.75">{shown}</div>'


def _said(line: Line, colours: Palette, *, has_label: bool) -> str:
    side = "right" if line.side is Side.VISITOR else "left"
    space = 14 if has_label else 4
    label = _label(line) if has_label else ""
    return f'<div style="margin:{space}px 0 0;text-align:{side}">{label}{_bubble(line, colours)}</div>'


def _label(line: Line) -> str:
    who, at = (escape(inert.label(word, NAME)) for word in (line.who, line.at))
    shown = f'<strong style="font-weight:600"><bdi>{who or "?"}</bdi></strong>'
    return f'<p style="{_SMALL}">{shown} <span style="opacity:.75">&nbsp;{at}</span></p>'


def _bubble(line: Line, colours: Palette) -> str:
    words, remark = _nodes(bounded(line.body)), escape(inert.label(line.remark, NAME))
    if not words:
        return f'<div dir="auto" style="{_BUBBLE}{_GONE}">{remark or "…"}</div>'
    shown = _own(colours) if line.side is Side.VISITOR else _THEIRS
    after = f'<p style="margin:2px 0 0;padding:0 4px;font-size:13px;line-height:18px;opacity:.75">{remark}</p>'
    return f'<div dir="auto" style="{_BUBBLE}{shown}">{words}</div>{after if remark else ""}'


def _own(colours: Palette) -> str:
    rim = _RIM.format(rim=colours.rim) if colours.rim != colours.accent else ""
    return _OWN.format(accent=colours.accent, ink=colours.ink) + rim


def _nodes(nodes: Iterable[Node]) -> str:
    return "".join(_text(node) if isinstance(node, str) else _span(node) for node in nodes)


def _text(words: str) -> str:
    return escape(inert.neutral(words)).replace("\n", "<br>")


def _span(span: Span) -> str:
    return _DRAWN.get(span.kind, _inside)(span)


def _inside(span: Span) -> str:
    return _nodes(span.inside)


def _styled(tag: str, style: str = "") -> Callable[[Span], str]:
    opening = f'<{tag} style="{style}">' if style else f"<{tag}>"
    return lambda span: f"{opening}{_nodes(span.inside)}</{tag}>"


def _pre(span: Span) -> str:
    return f'<pre style="{_PRE}">{escape(inert.neutral(plain(span.inside)))}</pre>'


def _list(span: Span) -> str:
    tag, start = ("ol", f' start="{int(span.value)}"') if is_number(span.value) else ("ul", "")
    items = "".join(f"<li>{_item(node)}</li>" for node in span.inside)
    return f'<{tag}{start} style="margin:4px 0;padding:0 0 0 24px">{items}</{tag}>'


def _item(node: Node) -> str:
    return _nodes(node.inside) if isinstance(node, Span) and node.kind == markup.ITEM else _nodes((node,))


def _link(span: Span) -> str:
    """A link says where it leads, in its words or beside them."""
    link = links.read(span)
    if link is None:
        return _text(plain((span,)))
    place = f" <bdi>({escape(link.place)})</bdi>" if link.place else ""
    style = "color:inherit;text-decoration:underline;text-underline-offset:2px"
    return f'<a href="{escape(link.address)}" rel="{_REL}" style="{style}"><bdi>{escape(link.words)}</bdi></a>{place}'


_DRAWN: Final[dict[str, Callable[[Span], str]]] = {
    markup.BOLD: _styled("strong"),
    markup.ITALIC: _styled("em"),
    markup.STRIKE: _styled("s"),
    markup.CODE: _styled("code", _CODE),
    markup.MENTION: _styled("strong", "font-weight:600"),
    markup.PRE: _pre,
    markup.QUOTE: _styled("blockquote", "margin:6px 0;padding:0 0 0 10px;border-left:3px solid"),
    markup.LIST: _list,
    markup.LINK: _link,
}
