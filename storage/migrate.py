"""Bringing a database to the tables of this version."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bridge.errors import Refused

HERE: Final = Path(__file__).parent / "migrations"


def configured(connection: Connection) -> Config:
    """Alembic's settings for a connection that is already open."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing. Raises Refused for a database that a newer version has written."""
    config = configured(connection)
    script = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    if present == script.get_current_head():
        return
    if present is not None and present not in {revision.revision for revision in script.walk_revisions()}:
        raise Refused(
            "database",
            f"the database is of a newer version ({present}); start that version or restore a backup",
        )
    command.upgrade(config, "head")
    _end(connection)


def expect_current(connection: Connection) -> None:
    """Raises Refused unless the tables are of this version."""
    head = ScriptDirectory.from_config(configured(connection)).get_current_head()
    present = MigrationContext.configure(connection).get_current_revision()
    if present != head:
        raise Refused("database", f"the database is of version {present}, this program of {head}; use one version")


def _end(connection: Connection) -> None:
    """SQLite's driver runs in autocommit mode, where nobody else ends the transaction that env.py began."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.commit()
