"""The memory: tables, turns, the outbox, signals, migrations. SQL lives here alone."""
