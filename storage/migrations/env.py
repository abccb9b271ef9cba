"""Alembic's entry: runs on the connection that storage.migrate hands over, all migrations in one transaction."""

from __future__ import annotations

from alembic import context

from storage import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    if connection.dialect.name == "sqlite":
        # The driver is in autocommit mode: storage.migrate ends what this begins.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.run_migrations()
