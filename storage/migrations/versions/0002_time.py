"""deadlines, and what is known of the whole"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString as Words
from sqlmodel.sql.sqltypes import UTCDateTime as Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _deadline()
    _deadline_indexes()
    _configuration()
    _indexes()


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("conversation_id", Words(), nullable=False),
        sa.Column("timer", Words(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("timer IN ('escalate', 'idle', 'fallback')", name=op.f("ck_deadline_timer")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_deadline_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "timer", name=op.f("pk_deadline")),
    )


def _deadline_indexes() -> None:
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadline_due_at"), ["due_at"], unique=False)


def _configuration() -> None:
    op.create_table(
        "configuration",
        sa.Column("name", Words(), nullable=False),
        sa.Column("value", Words(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_configuration")),
    )


def _indexes() -> None:
    with op.batch_alter_table("visitor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visitor_email"), ["email"], unique=False)
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_waiting",
            ["channel_id", "waiting_since"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.create_index(
            "ix_conversation_ended",
            ["site_id", "closed_at"],
            unique=False,
            sqlite_where=sa.text("status = 'closed'"),
            postgresql_where=sa.text("status = 'closed'"),
        )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_mail",
            ["to_ref", "created_at"],
            unique=False,
            sqlite_where=sa.text("kind = 'mail'"),
            postgresql_where=sa.text("kind = 'mail'"),
        )
        batch_op.create_index(
            "ix_delivery_silenced",
            ["channel_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'joined' AND cause = 'limited'"),
            postgresql_where=sa.text("state = 'joined' AND cause = 'limited'"),
        )
        batch_op.create_index(
            "ix_delivery_erasure",
            ["created_at"],
            unique=False,
            sqlite_where=sa.text("kind = 'erase'"),
            postgresql_where=sa.text("kind = 'erase'"),
        )
