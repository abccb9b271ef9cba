"""channels that cannot be reached, and people who are in several workplaces"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString as Words
from sqlmodel.sql.sqltypes import UTCDateTime as Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _channel()
    _outage()
    _agent()
    _person_ref()


def _channel() -> None:
    op.add_column("channel", sa.Column("fallback", Words(), nullable=False, server_default=""))


def _outage() -> None:
    op.create_table(
        "outage",
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("look_at", Instant(), nullable=False),
        sa.Column("cause", Words(), nullable=False),
        sa.Column("detail", Words(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_outage_channel_id_channel")),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_outage")),
    )


def _agent() -> None:
    op.add_column("agent", sa.Column("same_as", Words(), nullable=False, server_default=""))
    op.add_column("agent", sa.Column("email", Words(), nullable=False, server_default=""))
    op.execute("UPDATE agent SET same_as = id")
    op.create_index(op.f("ix_agent_same_as"), "agent", ["same_as"], unique=False)
    op.create_index(op.f("ix_agent_email"), "agent", ["email"], unique=False)
    op.create_index(
        "ix_message_agent",
        "message",
        ["agent_id"],
        unique=False,
        sqlite_where=sa.text("agent_id IS NOT NULL"),
        postgresql_where=sa.text("agent_id IS NOT NULL"),
    )


def _person_ref() -> None:
    op.create_table(
        "person_ref",
        sa.Column("workplace", Words(), nullable=False),
        sa.Column("ref", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.PrimaryKeyConstraint("workplace", "ref", name=op.f("pk_person_ref")),
    )
    op.create_index(op.f("ix_person_ref_name"), "person_ref", ["name"], unique=False)
