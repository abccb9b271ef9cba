"""What the pretend Teams answers when it refuses.

ConnectorError   the connector's error bodies
LoginError       the token endpoint's
"""

from __future__ import annotations

import json
from typing import Any

from adapters.playground.values import JSON

# Code -> status and message. `error:<code>` faults take the same names.
CODES = {
    "BadSyntax": (400, "Bad format of the request."),
    "BadArgument": (400, "Bad argument."),
    "Unauthorized": (401, "Authorization has been denied for this request."),
    "BotNotRegistered": (401, "No registration found for this bot."),
    "Forbidden": (403, "The tenant id is missing or is not the team's."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot."),
    "MessageWritesBlocked": (403, "Thread is blocked from message writes."),
    "NotFound": (404, "There is nothing at this address."),
    "ConversationNotFound": (404, "Conversation not found."),
    "ActivityNotFoundInConversation": (404, "Message does not exist in the thread."),
    "MemberNotFoundInConversation": (404, "Member not found in conversation"),
    "PreconditionFailed": (412, "Precondition failed, please try again."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "Throttled": (429, "Too many requests."),
    "ServiceError": (500, "An error occurred."),
}
BLOCKED = 209


class ConnectorError(Exception):
    """One of CODES; the reason, when there is one, takes the place of its message."""

    def __init__(self, code: str, reason: str = "") -> None:
        self.status, message = CODES[code]
        self.code, self.message = code, reason or message
        super().__init__(f"{code}: {self.message}")

    @property
    def body(self) -> JSON:
        if self.code == "Unauthorized":
            return {"message": self.message}
        if self.code == "MessageWritesBlocked":
            inner = {"subCode": self.code, "details": self.message, "errorCode": None, "errorSubCode": None}
            return {"errorCode": BLOCKED, "message": json.dumps(inner, indent=2).replace("\n", "\r\n")}
        return {"error": {"code": self.code, "message": self.message}}


class LoginError(Exception):
    """An AADSTS number with the OAuth word that goes with it."""

    def __init__(self, status: int, word: str, number: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.word, self.number, self.reason = status, word, number, reason

    def body(self, stamp: str) -> JSON:
        trace = "00000000-0000-4000-8000-000000000000"
        made: dict[str, Any] = {
            "error": self.word,
            "error_description": f"AADSTS{self.number}: {self.reason} Trace ID: {trace} Timestamp: {stamp}",
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": trace,
        }
        return made
