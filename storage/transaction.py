"""One turn on a connection: what units get instead of the connection itself."""

from __future__ import annotations

from storage.managing import Managing


class Transaction(Managing):
    """See bridge.transaction.Transaction."""
