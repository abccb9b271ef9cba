"""What a person sees of a post: words and HTML, with the mentions that count."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

from adapters.playground.teams import html, markdown
from adapters.playground.teams.workspace import BOT, BOT_NAME, Content, Workspace
from adapters.playground.values import JSON

TAGGED = re.compile(r"<at>(.+?)</at>", re.DOTALL)
FORMATS = ("plain", "markdown", "xml")
# Letters of the private area stand for mentions while a text is turned into HTML.
OPEN, CLOSE = "\ue000", "\ue001"
MARKED = re.compile(f"{OPEN}(\\d+){CLOSE}")
PRIVATE = {ord(OPEN): None, ord(CLOSE): None}
NUMBERED = re.compile(r"<span[^>]*itemid=\"(\d+)\"[^>]*>([^<]*)</span>")
SPAN = '<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="{0}">{1}</span>'


@dataclass(frozen=True, slots=True)
class Shown:
    text: str
    html: str
    mentions: tuple[str, ...] = ()


def mentioned_id(entity: JSON, workspace: Workspace) -> str:
    """The Teams id of the person or bot that a mention entity names; empty for a stranger."""
    named = entity.get("mentioned")
    word = str(named.get("id", "")) if isinstance(named, dict) else ""
    if word in (BOT, BOT.removeprefix("28:")):
        return BOT
    person = workspace.person(word)
    return person.id if person else ""


def counted(entities: Iterable[JSON], text: str, workspace: Workspace) -> list[tuple[str, str]]:
    """The tag and the id of each mention whose text is a tag that is in the text, letter for letter."""
    found = []
    for entity in entities:
        tag, id = str(entity.get("text", "")), mentioned_id(entity, workspace)
        if entity.get("type") == "mention" and id and TAGGED.fullmatch(tag) and tag in text:
            found.append((tag, id))
    return found


def _rendered(text: str, form: str) -> tuple[str, str]:
    if form == "plain":
        return "<p>" + escape(text, quote=False).replace("\n", "<br>") + "</p>", text
    return html.read(text if form == "xml" else markdown.html(text))


def marked(text: str, mentions: list[tuple[str, str]]) -> str:
    clean = text.translate(PRIVATE)
    for number, (tag, _id) in enumerate(mentions):
        clean = clean.replace(tag, f"{OPEN}{number}{CLOSE}")
    return clean


def unmarked(words: str, shown: str, mentions: list[tuple[str, str]]) -> Shown:
    """Puts the names back: in the words as `@Name`, in the HTML as a span that says whose it is."""
    names = [unescape(tag[4:-5]) for tag, _id in mentions]

    def plain(match: re.Match[str]) -> str:
        return f"@{names[int(match[1])]}"

    def span(match: re.Match[str]) -> str:
        number = int(match[1])
        id, name = escape(mentions[number][1]), escape(names[number])
        return f'<span class="mention" data-id="{id}">{name}</span>'

    ids = tuple(dict.fromkeys(id for _tag, id in mentions))
    return Shown(MARKED.sub(plain, words), MARKED.sub(span, shown), ids)


def _named(content: Content, workspace: Workspace) -> str:
    """A person's rich body, whose numbered mentions say whose they are."""
    known = [(mentioned_id(one, workspace), str(one["mentioned"]["name"])) for one in content.entities]

    def span(match: re.Match[str]) -> str:
        number = int(match[1])
        if number >= len(known):
            return match[2]
        id, name = known[number]
        return f'<span class="mention" data-id="{escape(id)}">{escape(name)}</span>'

    return NUMBERED.sub(span, content.html)


def shown(content: Content, workspace: Workspace) -> Shown:
    """The text of a post, without its card."""
    mentions = counted(content.entities, content.text, workspace)
    if content.html:
        rich, _words = html.read(_named(content, workspace))
        said = unmarked(marked(content.text, mentions), "", mentions)
        return Shown(said.text, rich, said.mentions)
    rich, words = _rendered(marked(content.text, mentions), content.text_format)
    return unmarked(words, rich, mentions)


# what persons type


def _names(workspace: Workspace) -> dict[str, str]:
    """Full names before first names, so that the longest is taken."""
    people = workspace.people.values()
    known = {BOT_NAME: BOT} | {one.name: one.id for one in people} | {one.given_name: one.id for one in people}
    return dict(sorted(known.items(), key=lambda pair: -len(pair[0])))


def _entity(id: str, name: str) -> JSON:
    return {"mentioned": {"id": id, "name": name}, "text": f"<at>{name}</at>", "type": "mention"}


def typed(text: str, workspace: Workspace) -> Content:
    """`@Name` of somebody becomes a mention; everything else is letters."""
    known = _names(workspace)
    at = re.compile(r"(?<!\w)@(" + "|".join(map(re.escape, known)) + r")(?!\w)")
    found = [(workspace.name_of(known[match[1]]), known[match[1]]) for match in at.finditer(text)]
    parts = at.split(text)[::2]
    words, rich = parts[0], escape(parts[0], quote=False)
    for number, ((name, _id), part) in enumerate(zip(found, parts[1:], strict=True)):
        words += f"<at>{name}</at>{part}"
        rest = escape(part, quote=False)
        rich += SPAN.format(number, escape(name)) + (f"&nbsp;{rest[1:]}" if rest.startswith(" ") else rest)
    body = "".join(f"<p>{line or '&nbsp;'}</p>" for line in rich.split("\n"))
    return Content(text=words, html=body, entities=tuple(_entity(id, name) for name, id in found))


def rich(source: str, workspace: Workspace) -> Content:
    """HTML as given, in which `<at>Name</at>` of somebody becomes a mention."""
    known, found = _names(workspace), list[tuple[str, str]]()

    def marked_up(match: re.Match[str]) -> str:
        name = unescape(match[1])
        if name not in known:
            return match[0]
        found.append((f"<at>{name}</at>", known[name]))
        return SPAN.format(len(found) - 1, match[1])

    body = TAGGED.sub(marked_up, source)
    numbered = NUMBERED.sub(rf"{OPEN}\1{CLOSE}", body)
    _html, words = html.read(numbered)
    text = MARKED.sub(lambda match: found[int(match[1])][0] if int(match[1]) < len(found) else "", words)
    entities = tuple(_entity(id, unescape(tag[4:-5])) for tag, id in found)
    return Content(text=text, html=body, entities=entities)
