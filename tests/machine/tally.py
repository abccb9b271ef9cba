"""What a run has reached: the database itself counts each kind of outcome, so that the machine cannot become blind."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

_DELIVERY = "UPDATE OF state ON delivery WHEN OLD.state = '{}' AND NEW.state = '{}'"
_STATUS = "UPDATE OF status ON conversation WHEN OLD.status = '{}' AND NEW.status = '{}'"
_EARLIER = """SELECT 1 FROM message m WHERE m.conversation_id = NEW.conversation_id AND m.speaker = 'agent'
              AND m.visibility = 'public' AND m.id <> NEW.id AND m.ordering > NEW.ordering"""

# What is counted after which change of which row. All of it must be reached by the short run.
OUTCOMES: Final[Mapping[str, str]] = {
    "a line joined another's post": _DELIVERY.format("due", "joined") + " AND NEW.cause = ''",
    "a call's outcome unknown": _DELIVERY.format("sending", "unknown") + " AND OLD.epoch = NEW.epoch",
    "a call of a killed process taken over": _DELIVERY.format("sending", "unknown") + " AND OLD.epoch <> NEW.epoch",
    "an unknown found": _DELIVERY.format("unknown", "done"),
    "an unknown not found": _DELIVERY.format("unknown", "due"),
    "an unknown not found and sent again": _DELIVERY.format("due", "sending") + " AND OLD.cause = 'not found'",
    "a call that did not happen put off": _DELIVERY.format("sending", "due"),
    "a delivery given up": "UPDATE OF state ON delivery WHEN OLD.state <> 'failed' AND NEW.state = 'failed'",
    "an undelivered message sent again": "UPDATE OF receipt ON message WHEN OLD.receipt = 'undelivered'",
    "a thread moved": "UPDATE OF state ON thread WHEN OLD.state <> 'moved' AND NEW.state = 'moved'",
    "an answer shown": "INSERT ON message WHEN NEW.speaker = 'agent' AND NEW.visibility = 'public'",
    "a late answer placed before another": "INSERT ON message WHEN NEW.speaker = 'agent' AND"
    f" NEW.visibility = 'public' AND EXISTS ({_EARLIER})",
    "a message held": "INSERT ON message WHEN NEW.held <> ''",
    "a held message sent": "UPDATE OF visibility ON message WHEN OLD.held <> '' AND NEW.visibility = 'public'",
    "an answer edited": "UPDATE OF edited ON message WHEN NEW.visibility = 'public' AND NEW.edited > OLD.edited",
    "an answer taken back": "UPDATE OF removed ON message WHEN NEW.removed AND OLD.visibility = 'public'",
    "a removal before its message": "INSERT ON message WHEN NEW.removed",
    "a conversation claimed": _STATUS.format("waiting", "claimed"),
    "a conversation released": _STATUS.format("claimed", "waiting"),
    "a conversation closed": "UPDATE OF status ON conversation WHEN OLD.status <> 'closed' AND NEW.status = 'closed'",
    "a conversation opened again": "UPDATE OF status ON conversation WHEN OLD.status = 'closed' AND"
    " NEW.status <> 'closed'",
    "a conversation taken over": "UPDATE OF claimant ON conversation WHEN OLD.status = 'claimed' AND"
    " NEW.status = 'claimed' AND NEW.claimant <> OLD.claimant",
    "a thread read again up to something": "UPDATE OF repaired_upto ON thread WHEN"
    " NEW.repaired_upto > OLD.repaired_upto",
}
DOUBLE: Final = "a double taken back"


def install(driver: sqlite3.Connection, outcomes: Mapping[str, str] = OUTCOMES) -> None:
    """Count from now on, in this connection alone; what is rolled back is not counted. May be called again for more."""
    driver.execute("CREATE TEMP TABLE IF NOT EXISTS tally (what TEXT)")
    for what, when in outcomes.items():
        number = driver.execute("SELECT count(*) FROM temp.sqlite_master").fetchone()[0]
        event, _, condition = when.partition(" WHEN ")
        after = event.replace(" ON ", " ON main.")
        said = what.replace("'", "''")
        count = f"INSERT INTO tally VALUES ('{said}')"  # noqa: S608 - the words are this file's own
        driver.execute(f"CREATE TEMP TRIGGER tally_{number} AFTER {after} WHEN {condition} BEGIN {count}; END")


def counted(driver: sqlite3.Connection) -> Counter[str]:
    """How often each happened."""
    return Counter(dict(driver.execute("SELECT what, count(*) FROM tally GROUP BY what").fetchall()))


def told(reached: Mapping[str, int], wanted: Iterable[str]) -> str:
    """The figures, the rarest first."""
    figures = {what: reached.get(what, 0) for what in wanted} | dict(reached)
    return "\n".join(f"{count:6} {what}" for what, count in sorted(figures.items(), key=lambda pair: pair[1]))


def reaches(reached: Mapping[str, int], wanted: Iterable[str], *, may_miss: float = 0.0) -> None:
    """Tell the figures; fail if something that matters has never happened.

    A short run may miss this share of what is rare; a long one misses nothing.
    """
    names = tuple(wanted)
    sys.stdout.write(f"\n{told(reached, names)}\n")
    lost = missing(reached, names)
    assert len(lost) <= len(names) * may_miss, lost


def missing(reached: Mapping[str, int], wanted: Iterable[str]) -> list[str]:
    """What has never happened."""
    return [what for what in wanted if not reached.get(what)]
