"""What can go wrong here.

ApiError  a Web API method answers {"ok": false}
Refused   the control API cannot do what a pretend person asked
"""

from __future__ import annotations


class ApiError(Exception):
    """A Web API error code, with the messages that point into the arguments."""

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages


class Refused(Exception):
    """The control API's answer when a request makes no sense; the text is the error word."""
