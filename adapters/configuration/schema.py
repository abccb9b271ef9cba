"""Every key of the file in one table: it finds misspelt keys, and the reference page is held against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bridge.readable import WEEKDAYS


@dataclass(frozen=True, slots=True)
class Key:
    """A key. In its path, names in capitals are of your choice and `[]` marks a list of tables.

    `default` is what holds when it is absent, `needed` if that is a fault.
    """

    path: str
    kind: str
    default: str
    help: str


NEEDED: Final = "needed"
_CHANNEL: Final = "channels.NAME"
_HOURS: Final = f"{_CHANNEL}.hours"
_LEVEL: Final = f"{_CHANNEL}.escalation[]"
_SITE: Final = "sites.KEY"
_PERSON: Final = "people.NAME"

KEYS: Final = (
    Key(f"{_CHANNEL}.workplace", "text", '"slack"', "The workplace that the channel is in."),
    Key(f"{_CHANNEL}.id", "text", NEEDED, "The channel's ID, from the bottom of its details (C…)."),
    Key(f"{_CHANNEL}.digest_above", "number, 1–1000", "10", "When more chats wait, they share one notice."),
    Key(
        f"{_CHANNEL}.fallback", "text", "none", "Another channel here, where chats go while this one cannot be reached."
    ),
    Key(
        f"{_CHANNEL}.fallback_after",
        "duration, 30s to 24h",
        '"2m"',
        "How long the words of a waiting chat may not arrive until it goes there.",
    ),
    Key(f"{_HOURS}.zone", "text", NEEDED, "The time zone of the hours, like Europe/Helsinki."),
    *(Key(f"{_HOURS}.{day}", "list of intervals", "closed", f"When somebody is there on {day}s.") for day in WEEKDAYS),
    Key(f"{_LEVEL}.after", "duration, at most 30d", NEEDED, "Open time without a claim until the level fires."),
    Key(f"{_LEVEL}.notify", "true", "no", "A notice in the chat's thread."),
    Key(f"{_LEVEL}.mention", "text", "no", "The person (U…) or the group (S…) called by name in the thread."),
    Key(f"{_LEVEL}.channel", "text", "no", "The name of another channel here, where the chat goes on."),
    Key(f"{_LEVEL}.mail", "text", "no", "The address that is written to."),
    Key(
        f"{_SITE}.name", "text, at most 60 characters", "host of the first origin", "As visitors and the team read it."
    ),
    Key(f"{_SITE}.origins", "list of texts", NEEDED, "Exact origins of the pages that carry the widget."),
    Key(f"{_SITE}.channel", "text", NEEDED, "The name of the channel where the chats go."),
    Key(f"{_SITE}.language", "en, fi, sv or de", '"en"', "For a page that does not name a language."),
    Key(f"{_SITE}.agents_language", "en, fi, sv or de", '"en"', "For cards and notices in the thread."),
    Key(f"{_SITE}.rule", "claimant, strict or open", '"claimant"', "Who is heard by the visitor."),
    Key(f"{_SITE}.accent", "text", '"#1F4E8C"', "The widget's colour, six hexadecimal digits."),
    Key(f"{_SITE}.privacy_url", "text", "no link", "The page linked from the widget's privacy line."),
    Key(f"{_SITE}.daily_limit", "number, 1–1000000", "2000", "New chats in a day; more are refused."),
    Key(f"{_SITE}.retention_days", "number, 0–3650", "0", "Closed chats are erased so many days later; 0 keeps them."),
    Key(f"{_SITE}.transcripts.to_visitor", "true or false", "true", "To the visitor, if they left an address."),
    Key(f"{_SITE}.transcripts.to_team", "text", "nobody", "The team's address for each closed chat."),
    Key(f"{_SITE}.idle.warn_after", "duration, at most 30d", "never", "The visitor's silence until they are asked."),
    Key(f"{_SITE}.idle.close_after", "duration, at most 30d", '"10m"', "From the question until the chat is closed."),
    Key(f"{_SITE}.texts.LANGUAGE.TEXT", "text, at most 500 characters", "ours", "A sentence of your own."),
    Key(f"{_PERSON}.slack", "text", "not there", "The person's member ID in Slack (U…)."),
    Key(f"{_PERSON}.teams", "text", "not there", "The person's object ID in Microsoft Entra."),
)


def children(shape: str) -> tuple[str, ...]:
    """The names that may stand in a table, in order; a list of tables by its bare name."""
    above = f"{shape}." if shape else ""
    paths = [key.path for key in KEYS]
    below = [path.removeprefix(above).partition(".")[0].removesuffix("[]") for path in paths if path.startswith(above)]
    return tuple(dict.fromkeys(below))


def homes(name: str) -> tuple[str, ...]:
    """The tables in which a key of this name may stand."""
    split = [key.path.rpartition(".") for key in KEYS]
    return tuple(home for home, _, last in split if last == name)
