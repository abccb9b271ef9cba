"""One turn on a connection: what units get instead of the connection itself."""

from __future__ import annotations

from storage.outbox import Outbox


class Transaction(Outbox):
    """See bridge.transaction.Transaction."""
