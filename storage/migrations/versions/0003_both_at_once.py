"""channels that cannot be reached, and where their conversations go on"""

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
