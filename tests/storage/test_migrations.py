"""All migrations together are the tables, and a database of another version is not touched."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from bridge.errors import Refused
from storage.opening import open_store
from storage.signals import LocalSignals
from storage.tables import METADATA

COLLATED = """SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = 'public' AND collation_name = 'C' ORDER BY 1"""

POSTGRES_RULES = "SELECT conname FROM pg_constraint UNION ALL SELECT indexname FROM pg_indexes"
SQLITE_RULES = "SELECT replace(sql, char(10), ' ') FROM sqlite_master WHERE sql IS NOT NULL"


def differences(connection):
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA)


async def found(witness):
    if not witness.is_postgres:
        engine = create_engine(f"sqlite:///{witness.place}")
        with engine.connect() as connection:
            return differences(connection)
    pool = create_async_engine(witness.place.replace("postgresql://", "postgresql+asyncpg://"))
    async with pool.connect() as connection:
        different = await connection.run_sync(differences)
    await pool.dispose()
    return different


async def test_the_migrations_together_are_the_tables(store, witness):
    assert await found(witness) == []


async def test_a_table_that_differs_would_be_noticed(store, witness):
    witness.change("ALTER TABLE site ADD COLUMN extra TEXT")
    assert [difference[0] for difference in await found(witness)] == ["remove_column"]
    witness.change("ALTER TABLE site DROP COLUMN extra")


async def test_every_check_and_unique_index_is_in_both(store, witness):
    """The comparison above does not look at checks."""
    wanted = {check.name for table in METADATA.tables.values() for check in _rules(table)}
    statement = POSTGRES_RULES if witness.is_postgres else SQLITE_RULES
    told = " ".join(witness.column(statement))
    assert {name for name in wanted if name not in told} == set()
    assert len(wanted) > 10


def _rules(table):
    yield from (rule for rule in table.constraints if isinstance(rule, CheckConstraint))
    yield from (index for index in table.indexes if index.unique)


async def test_a_database_of_a_newer_version_is_refused_in_words(store, witness):
    await store.close()
    witness.change("UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(Refused, match=r"newer version \(9999\); start that version or restore a backup"):
            await open_store(witness.place, LocalSignals())
    finally:
        witness.change("UPDATE alembic_version SET version_num = '0003'")
    again = await open_store(witness.place, LocalSignals())
    await again.close()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path):
    """Half of the tables would be worse than none."""
    path = tmp_path / "silta.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE delivery (in_the_way TEXT)")
    with pytest.raises(Refused, match="delivery already exists"):
        asyncio.run(open_store(path, LocalSignals()))
    with closing(sqlite3.connect(path)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {"delivery"}


@pytest.mark.postgres
async def test_processes_that_start_at_once_migrate_once(postgres):
    with postgres.database() as name:
        opening = [open_store(postgres.url(name), LocalSignals()) for _ in range(3)]
        stores = await asyncio.gather(*opening)
        for store in stores:
            await store.close()
        assert postgres.sql("SELECT version_num FROM alembic_version", name).split() == ["0003"]


@pytest.mark.postgres
def test_the_outsides_order_is_compared_byte_by_byte(postgres, tables):
    expected = ["message.ordering", "post.ordering", "thread.ref", "thread.repaired_upto"]
    assert postgres.sql(COLLATED, tables).split() == expected


async def test_every_check_allows_the_same_words(tmp_path):
    """A new state needs its migration; PostgreSQL rewrites checks, so they are compared where they stay as written."""
    store = await open_store(tmp_path / "silta.db", LocalSignals())
    await store.close()
    with closing(sqlite3.connect(tmp_path / "silta.db")) as connection:
        told = " ".join(row[0] for row in connection.execute(SQLITE_RULES))
    checks = [rule for table in METADATA.tables.values() for rule in _rules(table) if isinstance(rule, CheckConstraint)]
    assert [str(check.sqltext) for check in checks if str(check.sqltext) not in told] == []
