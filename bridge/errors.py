"""Everything that can go wrong, as one tree.

BridgeError
├── NotFound            nothing has this name; unknown and foreign look alike
├── Refused             a rule says no, in words a person can read
└── WorkplaceError      the other side of the wire
    ├── Unreachable     nothing happened there; worth trying again after `wait`
    ├── Rejected        nothing happened there, and the same call will never succeed
    └── Unknown         it may or may not have happened: look before repeating
"""

from __future__ import annotations

from typing import Final

ROOT_GONE: Final = "root_gone"  # the cause of a Rejected post into a thread that is no more


class BridgeError(Exception):
    """The base of all errors that we raise ourselves."""


class NotFound(BridgeError):
    """Nothing has this name, or it belongs to somebody else."""


class Refused(BridgeError):
    """A rule says no.

    `code` is a stable word for programs, `wait` the seconds after which it may succeed (0: never by waiting).
    """

    def __init__(self, code: str, detail: str = "", *, wait: float = 0) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.wait = wait


class WorkplaceError(BridgeError):
    """A call to the other side failed. `cause` is a stable word; equal causes are one alert."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(detail or cause)
        self.cause = cause


class Unreachable(WorkplaceError):
    """Nothing happened there. `wait`: seconds until the next try is worth it (None: the caller's back-off).

    `limited` is true when the other side asked us to slow down; no call of that method is made before `wait` is over.
    `standing` is true for a fault that waits for a person (a revoked token, a missing channel): tried again for ever.
    """

    def __init__(
        self,
        cause: str,
        detail: str = "",
        *,
        wait: float | None = None,
        limited: bool = False,
        standing: bool = False,
    ) -> None:
        super().__init__(cause, detail)
        self.wait = wait
        self.limited = limited
        self.standing = standing


class Rejected(WorkplaceError):
    """Nothing happened there, and repeating the same call would not help."""


class Unknown(WorkplaceError):
    """The call may have taken effect, or may still do so within seconds."""
