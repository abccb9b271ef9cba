"""What `check` looks at outside: the workplaces, their channels, the mail server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from adapters.terminal.findings import Finding
from bridge.errors import WorkplaceError
from bridge.ports import Workplace


class Line(Protocol):
    """What can be asked of a connected workplace."""

    @property
    def workplace(self) -> Workplace:
        """The way out."""

    def recall(self, facts: Mapping[str, str], /) -> None:
        """What was kept for it in earlier runs."""

    def note(self, channel: str, /) -> str:
        """What is worth knowing about a channel that is well."""

    async def faults(self) -> tuple[str, ...]:
        """What keeps us from being heard or from hearing."""


class MailLine(Protocol):
    """What can be asked of a way to send mail."""

    async def fault(self) -> str:
        """Why no mail can be sent now; empty when all is well."""


async def workplaces(
    lines: Mapping[str, Line], channels: Iterable[tuple[str, str, str]], facts: Mapping[str, Mapping[str, str]]
) -> list[Finding]:
    """Each workplace with its channels, which are (workplace, name, ref), and what was kept for its adapter."""
    listed = list(channels)
    found = list[Finding]()
    for name, line in lines.items():
        line.recall(facts.get(name, {}))
        mine = [(called, ref) for workplace, called, ref in listed if workplace == name]
        found += await _workplace(name if len(lines) > 1 else "", line, mine)
    strange = sorted({workplace for workplace, _, _ in listed} - set(lines))
    advice = "channels of it are configured, and it is not set up: see docs/settings.md"
    return [*found, *(Finding(f"workplace {name}", is_well=False, advice=advice) for name in strange)]


async def _workplace(name: str, line: Line, channels: Iterable[tuple[str, str]]) -> list[Finding]:
    """Its channels are only worth a look when it can be reached."""
    what = f"workplace {name}".rstrip()
    if found := await line.faults():
        return [Finding(what, is_well=False, advice=fault) for fault in found]
    return [Finding(what, is_well=True), *[await _channel(line, *one) for one in channels]]


async def _channel(line: Line, name: str, ref: str) -> Finding:
    try:
        fault = await line.workplace.channel_fault(ref)
    except WorkplaceError as error:
        fault = f"it could not be looked at: {error}"
    return Finding(
        f"channel {name}" + ("" if name == ref else f" ({ref})"), is_well=not fault, advice=fault or line.note(ref)
    )


async def mail(line: MailLine | None) -> list[Finding]:
    """The mail server, if there is one."""
    if line is None:
        return []
    fault = await line.fault()
    return [Finding("mail", is_well=not fault, advice=fault)]
