"""What can go wrong here.

ApiError      a Web API method answers {"ok": false}
  MissingScope
Refused       the control API cannot do what a pretend person asked
"""

from __future__ import annotations


class ApiError(Exception):
    """A Web API error code, with the messages that point into the arguments."""

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages


class MissingScope(ApiError):
    """The token may not: what it would need, and what it has."""

    def __init__(self, needed: str, provided: str) -> None:
        super().__init__("missing_scope")
        self.needed, self.provided = needed, provided


class Refused(Exception):
    """The control API's answer when a request makes no sense; the text is the error word."""
