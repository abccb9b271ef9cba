"""What agents read: the card, the visitor's lines, notices and private hints, as values that an adapter lays out."""

from __future__ import annotations

import hashlib

from bridge import markup
from bridge.conversation import FIRST_WORDS
from bridge.ground import HISTORY
from bridge.markup import BOLD, QUOTE, Markup, Span
from bridge.model import Kind, Message, Speaker, Status, ThreadState, Visitor, VisitorId
from bridge.policies import escalation
from bridge.policies.moments import clock_time
from bridge.policies.text import one_line
from bridge.ports import Button, Card, Post
from bridge.transaction import ThreadErrand
from bridge.wording import say, section

HISTORY_LIMIT = 8000  # characters of a moved thread's repeated history
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SEND_OFFERS = {
    "not_shown_mention": ("send_anyway",),
    "not_shown_edited": ("send_anyway",),
    "not_shown_closed": ("reopen_and_send",),
    "not_shown_strict": ("send",),
    "not_shown_not_claimant": ("send", "join"),
}


def visitor_name(visitor: Visitor, language: str) -> str:
    """What the team calls a visitor: their name, or `Visitor K7Q2`, always the same for the same one."""
    if visitor.name:
        return one_line(visitor.name, 60)
    return say(language, "card.visitor", code=visitor_code(visitor.id))


def visitor_code(visitor: VisitorId) -> str:
    """The four characters by which the team knows a visitor without a name."""
    digest = hashlib.sha256(visitor.encode()).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest[:4])


def card(errand: ThreadErrand, call_sign: str = "", *, may_be_second: bool = False) -> Card:
    """The root of a conversation's thread, as things stand now. `call_sign`: the app hears only what begins with it.

    `may_be_second`: it is posted again, and nobody knows whether the first one stands.
    """
    language = errand.site.agents_language
    who = visitor_name(errand.visitor, language)
    words = _excerpt(errand.messages[0].body) if errand.messages else ()
    about = {"visitor": who, "site": errand.site.name, "agent": _claimant(errand)}
    return Card(
        heading=say(language, "card.heading", **about),
        summary=say(language, "card.summary", **about, words=one_line(markup.plain(words), 200)),
        fields=_fields(errand, language, may_be_second=may_be_second),
        quote=words,
        status=say(language, f"card.status_{_standing(errand)}", **about),
        hint=" ".join(filter(None, (say(language, f"card.hint_{_hint(errand)}", **about), _called(errand, call_sign)))),
        buttons=_buttons(errand, language),
    )


def caveat(errand: ThreadErrand) -> str:
    """What stands in front of a line that may be there twice."""
    return say(errand.site.agents_language, "thread.may_be_second")


def _called(errand: ThreadErrand, call_sign: str) -> str:
    is_over = _standing(errand) in (Status.CLOSED, ThreadState.MOVED)
    return say(errand.site.agents_language, "card.call_sign", name=call_sign) if call_sign and not is_over else ""


def _claimant(errand: ThreadErrand) -> str:
    return errand.claimant.name if errand.claimant else ""


def _standing(errand: ThreadErrand) -> str:
    """How the conversation stands as seen from this thread."""
    is_left = errand.thread.state is ThreadState.MOVED
    return ThreadState.MOVED if is_left else errand.conversation.status


def _hint(errand: ThreadErrand) -> str:
    standing = _standing(errand)
    return standing if standing in (Status.CLOSED, ThreadState.MOVED) else f"{errand.site.rule}_{standing}"


def _fields(errand: ThreadErrand, language: str, *, may_be_second: bool) -> tuple[tuple[str, str], ...]:
    page = errand.conversation.page
    names = section(language, "languages")
    rows = (
        ("waiting", _waiting(errand, language)),
        ("page", " – ".join(filter(None, (page.title, page.url)))),
        ("language", names.get(errand.conversation.language, errand.conversation.language)),
        ("email", errand.visitor.email),
        ("earlier", str(errand.earlier) if errand.earlier else ""),
        ("moved", _moved(errand, language)),
        ("again", say(language, "card.again_words") if may_be_second else ""),
    )
    return tuple((say(language, f"card.{label}"), value) for label, value in rows if value)


def _moved(errand: ThreadErrand, language: str) -> str:
    """Why it is here, if it might be expected elsewhere."""
    if errand.away_from:
        return say(language, "card.away_words", channel=errand.away_from)
    return say(language, "card.moved_words") if errand.is_moved else ""


def _waiting(errand: ThreadErrand, language: str) -> str:
    """Since when it waits, with a word on how that stands by the plan of its channel."""
    conversation, schedule = errand.conversation, errand.schedule
    if conversation.status is not Status.WAITING or schedule is None or _standing(errand) == ThreadState.MOVED:
        return ""
    since = say(language, "card.waiting_since", time=clock_time(schedule.hours.zone, conversation.waiting_since))
    if not schedule.plan.levels:
        return since
    word = escalation.word(schedule.plan, conversation.level)
    return f"{since} · {say(language, f'card.word_{word}')}"


def _excerpt(body: Markup) -> Markup:
    if len(markup.plain(body)) <= FIRST_WORDS:
        return body
    return (one_line(markup.plain(body), FIRST_WORDS),)


def _buttons(errand: ThreadErrand, language: str) -> tuple[Button, ...]:
    status = errand.conversation.status
    if _standing(errand) in (Status.CLOSED, ThreadState.MOVED):
        return ()
    first = Button("claim", say(language, "card.claim"), style="primary")
    if status is Status.CLAIMED:
        first = Button("release", say(language, "card.release"))
    return first, Button("close", say(language, "card.close"), style="danger")


def post(errand: ThreadErrand) -> Post:
    """What a delivery says in the thread."""
    if errand.delivery.kind is Kind.POST:
        return _visitor_lines(errand)
    if errand.delivery.words == HISTORY:
        return _history(errand)
    language = errand.site.agents_language
    key = f"thread.{errand.delivery.words}"
    words = say(language, key, visitor=visitor_name(errand.visitor, language), **errand.delivery.about)
    calls = errand.delivery.escalates > 0
    return Post(
        body=markup.literal(words),
        summary=words,
        buttons=_notice_buttons(errand.delivery.words, language),
        mentions=(errand.delivery.to,) if calls and errand.delivery.to else (),
        is_broadcast=calls and not errand.delivery.to,
    )


def _notice_buttons(words: str, language: str) -> tuple[Button, ...]:
    """What can be done about a notice."""
    if words == "escalated":
        return (Button("claim", say(language, "card.claim"), style="primary"),)
    if words == "idle_asked":
        return (Button("extend", say(language, "thread.extend_button")),)
    return ()


def _history(errand: ThreadErrand) -> Post:
    """What was said so far, the newest as far as it fits. Words stay in their quotes: none can pass for a speaker."""
    language = errand.site.agents_language
    why = errand.delivery.about.get("because", "")
    head = say(language, f"thread.history_{why}" if why else "thread.history")
    names = {Speaker.VISITOR: visitor_name(errand.visitor, language), Speaker.AGENT: say(language, "thread.team")}
    room, said = HISTORY_LIMIT - len(head), list[Markup]()
    for message in reversed(errand.messages):
        lines: Markup = (Span(BOLD, (names[message.speaker],)), Span(QUOTE, message.body))
        room -= len(markup.plain(lines)) + 1
        if room < 0:
            break
        said.insert(0, lines)
    body = markup.joined([head, "\n", *(node for lines in said for node in lines)])
    return Post(body=body, summary=head)


def _visitor_lines(errand: ThreadErrand) -> Post:
    body = _lines(errand.messages)
    who = visitor_name(errand.visitor, errand.site.agents_language)
    return Post(body=body, summary=markup.plain(body), author=who)


def _lines(messages: tuple[Message, ...]) -> Markup:
    nodes = [node for message in messages for node in (*message.body, "\n")]
    return markup.joined(nodes[:-1])


def hint(errand: ThreadErrand) -> Post:
    """What only one agent is told, with what they can do about it."""
    language = errand.site.agents_language
    words = errand.delivery.words
    about = {"agent": _claimant(errand)} | errand.delivery.about
    sentence = say(language, f"hint.{words}", **about)
    return Post(body=markup.literal(sentence), summary=sentence, buttons=_offers(errand, language))


def _offers(errand: ThreadErrand, language: str) -> tuple[Button, ...]:
    if errand.delivery.words == "claimed_by_other":
        return (Button("takeover", say(language, "hint.takeover_button")),)
    offers = SEND_OFFERS.get(errand.delivery.words, ())
    value = errand.delivery.message or ""
    return tuple(
        Button(
            "join" if offer == "join" else "send",
            say(language, f"hint.{offer}_button"),
            value=value,
        )
        for offer in offers
    )
