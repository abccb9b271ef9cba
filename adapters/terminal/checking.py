"""What `check` looks at outside: the workplace, its channels, the mail server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from adapters.terminal.findings import Finding
from bridge.errors import WorkplaceError
from bridge.ports import Workplace


class MailLine(Protocol):
    """What can be asked of a way to send mail."""

    async def fault(self) -> str:
        """Why no mail can be sent now; empty when all is well."""


async def workplace(
    faults: Callable[[], Awaitable[tuple[str, ...]]], place: Workplace, channels: Mapping[str, str]
) -> list[Finding]:
    """The workplace, and the channels by their names; they are only worth a look when it can be reached."""
    if found := await faults():
        return [Finding("workplace", is_well=False, advice=fault) for fault in found]
    return [Finding("workplace", is_well=True), *[await _channel(place, *one) for one in channels.items()]]


async def _channel(place: Workplace, name: str, ref: str) -> Finding:
    try:
        fault = await place.channel_fault(ref)
    except WorkplaceError as error:
        fault = f"it could not be looked at: {error}"
    return Finding(f"channel {name}" + ("" if name == ref else f" ({ref})"), is_well=not fault, advice=fault)


async def mail(line: MailLine | None) -> list[Finding]:
    """The mail server, if there is one."""
    if line is None:
        return []
    fault = await line.fault()
    return [Finding("mail", is_well=not fault, advice=fault)]
