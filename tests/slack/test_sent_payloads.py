"""All that the product can say in a thread, in each language and with the longest words: taken by Slack as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.playground.values import Call
from adapters.playground.workspace import ANNA, SUPPORT
from bridge import cards
from bridge.conversation import FIRST_WORDS
from bridge.ground import HISTORY
from bridge.markup import literal
from bridge.model import (
    Agent,
    AgentId,
    Channel,
    ChannelId,
    Conversation,
    ConversationId,
    Delivery,
    Kind,
    Message,
    MessageId,
    Page,
    Rule,
    Site,
    SiteId,
    Speaker,
    Standing,
    Status,
    Thread,
    ThreadId,
    Visitor,
    VisitorId,
)
from bridge.ports import ThreadRef
from bridge.transaction import ThreadErrand
from bridge.wording import section
from tests.slack.sound import unsound

LANGUAGES = ("en", "fi", "sv", "de")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 40
ABOUT = {
    "address": "kim." * 60 + "@shop.example",
    "agent": LONG,
    "name": "x" * 300,
    "nearest": "takeover",
}


def message(number: int, text: str, speaker: Speaker = Speaker.VISITOR) -> Message:
    return Message(MessageId(f"m{number}"), ConversationId("c1"), speaker, literal(text), NOW)


def errand(language: str, kind: Kind = Kind.OPEN, words: str = "") -> ThreadErrand:
    """A delivery with everything as long as it can be."""
    agent = Agent(AgentId("a1"), "slack", ANNA, LONG, Standing.MEMBER)
    page = Page(f"https://shop.example/{'p' * 3000}", LONG)
    return ThreadErrand(
        delivery=Delivery(kind, "lane", ThreadId("t1"), "key", NOW, MessageId("m0"), words, ABOUT),
        attempt=1,
        started_at=NOW,
        thread=Thread(ThreadId("t1"), ConversationId("c1"), ChannelId("ch1"), 1),
        channel=Channel(ChannelId("ch1"), "slack", SUPPORT),
        conversation=Conversation(
            ConversationId("c1"), SiteId("s1"), VisitorId("v1"), ChannelId("ch1"), 7, language, NOW, NOW, page=page
        ),
        site=Site(SiteId("s1"), "main", LONG[:60], (), ChannelId("ch1"), language, language),
        visitor=Visitor(VisitorId("v1"), SiteId("s1"), language, LONG, ABOUT["address"]),
        claimant=agent,
        messages=(message(0, "word " * 2000),),
        earlier=10**9,
        is_moved=True,
    )


def standings(language: str) -> Iterator[ThreadErrand]:
    """Every card."""
    for rule in Rule:
        for status in Status:
            made = errand(language)
            yield replace(
                made, site=replace(made.site, rule=rule), conversation=replace(made.conversation, status=status)
            )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_card_is_taken(slack, workplace, language):
    for number, one in enumerate(standings(language)):
        card = cards.card(one)
        placed = await workplace.open_thread(SUPPORT, card, f"k{number}")
        await workplace.edit_card(ThreadRef(SUPPORT, placed.ref), card, f"k{number}")
    assert len(slack.calls("chat.postMessage")) == len(slack.calls("chat.update")) == len(Rule) * len(Status)
    assert unsound(slack.calls()) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_notice_and_line_is_taken(slack, workplace, language):
    thread = await opened(workplace, language)
    notices = [name for name in section(language, "thread") if name not in ("history", "team")]
    assert {"reopened", "email_left"} <= set(notices)
    posts = [cards.post(errand(language, Kind.NOTICE, name)) for name in notices]
    lines = errand(language, Kind.POST)
    posts.append(cards.post(replace(lines, messages=(message(1, "x" * 10_000),))))
    talk = tuple(message(number, "word " * 300, Speaker.AGENT) for number in range(20))
    posts.append(cards.post(replace(errand(language, Kind.NOTICE, HISTORY), messages=talk)))
    for number, post in enumerate(posts):
        await workplace.post(thread, post, f"n{number}")
    assert unsound(slack.calls()) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_hint_and_its_buttons_are_taken(slack, workplace, language):
    thread = await opened(workplace, language)
    hints = [name for name in section(language, "hint") if not name.endswith("_button")]
    assert set(cards.SEND_OFFERS) <= set(hints)
    for name in hints:
        await workplace.tell(thread, ANNA, cards.hint(errand(language, Kind.TELL, name)))
    told = slack.ephemerals(SUPPORT, ANNA)
    assert len(told) == len(hints)
    assert sum(block["type"] == "actions" for said in told for block in said["blocks"]) == len(cards.SEND_OFFERS) + 1
    assert unsound(slack.calls()) == []


async def opened(workplace, language) -> ThreadRef:
    placed = await workplace.open_thread(SUPPORT, cards.card(errand(language)), "root")
    return ThreadRef(SUPPORT, placed.ref)


def sent(method: str, arguments: Mapping[str, object], *undocumented: str) -> Call:
    return Call(at=0.0, method=method, arguments=dict(arguments), status=200, undocumented=undocumented)


def test_what_slack_would_refuse_is_found():
    plain = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}
    wrong = {"text": " ", "blocks": [plain], "username": "x" * 81}
    call = sent("chat.postMessage", wrong, "client_msg_id", "icon")
    assert [breach.split(":")[1][:14] for breach in unsound([call])] == [
        " undocumented ", " text of 1 cha", " must be less ", " a username th",
    ]  # fmt: skip
    picture = {"type": "image", "image_url": "https://shop.example/a.png"}
    bare = sent("chat.update", {"text": "x", "blocks": [picture]})
    assert any("alt_text" in breach for breach in unsound([bare]))
    assert len("word " * 2000) > FIRST_WORDS
