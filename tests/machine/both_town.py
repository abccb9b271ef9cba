"""The town between two workplaces: one that can be read back and one that cannot, each the other's fallback."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bridge.alerts import Alerts
from bridge.chores import Chores
from bridge.configuration import PersonEntry
from bridge.lookout import Lookout
from bridge.managers import ManagerDesk
from bridge.schedules import Fallback
from tests.machine.outside import Outside
from tests.machine.people import ANNA
from tests.machine.time_town import TimeTown
from tests.machine.unreadable import Unreadable
from tests.machine.virtual import InlineStore

AFTER: Final = timedelta(minutes=2)
_TAKEN: Final = """UPDATE OF state ON thread WHEN OLD.state = 'standby' AND NEW.state = 'active' AND EXISTS (
                   SELECT 1 FROM delivery d WHERE d.thread_id = NEW.id AND d.kind = 'open' AND d.words = '{}')"""
_IN_LEFT: Final = "(SELECT 1 FROM thread t WHERE t.id = NEW.thread_id AND t.state = 'moved')"
ACROSS: Final[Mapping[str, str]] = {
    "a conversation called into the other workplace": _TAKEN.format("escalated"),
    "a conversation fell back into the other workplace": _TAKEN.format("fallback"),
    "a conversation began in the other workplace": "INSERT ON delivery WHEN NEW.kind = 'open' AND"
    " NEW.words = 'fallback' AND NEW.escalates = 0",
    "a fallback given up before it was taken": "UPDATE OF state ON thread WHEN OLD.state = 'standby' AND"
    " NEW.state = 'moved' AND EXISTS (SELECT 1 FROM delivery d WHERE d.thread_id = NEW.id AND d.words = 'fallback')",
    "a channel out of reach": "INSERT ON outage WHEN NEW.cause <> ''",
    "a channel within reach again": "DELETE ON outage WHEN OLD.cause <> ''",
    "an answer from a thread that was left": "INSERT ON message WHEN NEW.speaker = 'agent' AND"
    f" NEW.visibility = 'public' AND EXISTS {_IN_LEFT}",
}


@dataclass(eq=False)
class BothTown(TimeTown):
    """See Town. Channels and people of both workplaces have the same refs; Anna is one person in both."""

    sorts: Mapping[str, type[Outside]] = field(
        default_factory=lambda: {"pretend": Outside, "other": Unreadable}, kw_only=True
    )
    places: tuple[tuple[str, str], ...] = field(default=(("pretend", "C1"), ("other", "C1")), kw_only=True)

    async def _settle_in(self) -> None:
        assert isinstance(self.store, InlineStore)
        self.store.count(ACROSS, ())
        await super()._settle_in()

    def _fallback(self, number: int) -> Fallback:
        return Fallback(self.channels()[1 - number].id, AFTER)

    def _people(self) -> tuple[PersonEntry, ...]:
        return (PersonEntry("Anna", (("other", ANNA), ("pretend", ANNA))),)

    def _other_work(self, memory: Any) -> list[Coroutine[Any, Any, None]]:
        alerts = Alerts(memory, self.clock)
        lookout = Lookout(memory, self.signals, self.clock, alerts, self.outsides)
        chores = Chores(memory, self.clock, (*self.outsides, "mail"), ManagerDesk(memory, self.clock))
        return [*super()._other_work(memory), chores.keep_lookout(lookout)]

    def who_goes_on_in(self, name: str) -> list[int]:
        """The visitors whose latest conversation goes on in this workplace."""
        query = """SELECT h.workplace FROM conversation c JOIN thread t ON t.conversation_id = c.id
                   JOIN channel h ON h.id = t.channel_id
                   WHERE c.visitor_id = ? AND t.state = 'active' AND t.ref <> '' ORDER BY c.number DESC LIMIT 1"""
        return [number for number, who in enumerate(self.visitors) if self.store.rows(query, who) == [(name,)]]

    def roots_of(self, number: int, name: str) -> list[str]:
        """A visitor's cards that stand in a workplace, oldest first."""
        mine = self._roots_of(self.visitors[number])
        return [root for root in self.roots() if root in mine and root in self.outsides[name].posts]

    def stands(self, number: int) -> bool:
        """Whether the last that a visitor said stands in a thread."""
        query = """SELECT receipt FROM message WHERE visitor_id = ? AND speaker = 'visitor' ORDER BY at DESC LIMIT 1"""
        return bool(self.store.rows(query, self.visitors[number]) == [("posted",)])
