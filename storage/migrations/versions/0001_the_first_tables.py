"""the first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString as Words
from sqlmodel.sql.sqltypes import UTCDateTime as Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def ordered() -> sa.types.TypeEngine[str]:
    """Compared byte by byte, whatever the database's language."""
    return Words().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Forward."""
    _agent()
    _channel()
    _lease()
    _seen()
    _seen_indexes()
    _site()
    _visitor()
    _conversation()
    _conversation_indexes()
    _thread()
    _thread_indexes()
    _message()
    _message_indexes()
    _post()
    _post_indexes()
    _delivery()
    _delivery_indexes()
    _post_message()
    _post_message_indexes()


def _agent() -> None:
    op.create_table(
        "agent",
        sa.Column("id", Words(), nullable=False),
        sa.Column("workplace", Words(), nullable=False),
        sa.Column("ref", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("standing", Words(), nullable=False),
        sa.Column("photo", sa.LargeBinary(), nullable=False),
        sa.Column("photo_type", Words(), nullable=False),
        sa.Column("photo_version", Words(), nullable=False),
        sa.Column("fresh_at", Instant(), nullable=False),
        sa.CheckConstraint("standing IN ('member', 'guest', 'outsider', 'bot')", name=op.f("ck_agent_standing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("workplace", "ref", name=op.f("uq_agent_workplace_ref")),
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("id", Words(), nullable=False),
        sa.Column("workplace", Words(), nullable=False),
        sa.Column("ref", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("hours", Words(), nullable=False),
        sa.Column("plan", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("workplace", "ref", name=op.f("uq_channel_workplace_ref")),
    )


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", Words(), nullable=False),
        sa.Column("owner", Words(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("key", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seen")),
    )


def _seen_indexes() -> None:
    with op.batch_alter_table("seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_at"), ["at"], unique=False)


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("id", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("origins", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("agents_language", Words(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("accent", Words(), nullable=False),
        sa.Column("privacy_url", Words(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("policy", Words(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("rule IN ('claimant', 'strict', 'open')", name=op.f("ck_site_rule")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_site_channel_id_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("key", name=op.f("uq_site_key")),
    )


def _visitor() -> None:
    op.create_table(
        "visitor",
        sa.Column("id", Words(), nullable=False),
        sa.Column("site_id", Words(), nullable=False),
        sa.Column("token_hash", Words(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_visitor_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_visitor_token_hash")),
    )


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", Words(), nullable=False),
        sa.Column("site_id", Words(), nullable=False),
        sa.Column("visitor_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("claimant", Words(), nullable=True),
        sa.Column("joined", Words(), nullable=False),
        sa.Column("spell", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("seen_change", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("waiting_since", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("page_url", Words(), nullable=False),
        sa.Column("page_title", Words(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'claimed', 'closed')", name=op.f("ck_conversation_status")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_conversation_channel_id_channel")),
        sa.ForeignKeyConstraint(["claimant"], ["agent.id"], name=op.f("fk_conversation_claimant_agent")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_conversation_site_id_site")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_conversation_visitor_id_visitor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("visitor_id", "number", name=op.f("uq_conversation_visitor_id_number")),
    )


def _conversation_indexes() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_claimed",
            ["claimant"],
            unique=False,
            sqlite_where=sa.text("status = 'claimed'"),
            postgresql_where=sa.text("status = 'claimed'"),
        )
        batch_op.create_index(batch_op.f("ix_conversation_site_id_opened_at"), ["site_id", "opened_at"], unique=False)
        batch_op.create_index(
            "uq_conversation_open",
            ["visitor_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        )


def _thread() -> None:
    op.create_table(
        "thread",
        sa.Column("id", Words(), nullable=False),
        sa.Column("conversation_id", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("spell", sa.Integer(), nullable=False),
        sa.Column("ref", ordered(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("repaired_upto", ordered(), nullable=False),
        sa.CheckConstraint("state IN ('standby', 'active', 'moved', 'closed')", name=op.f("ck_thread_state")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_thread_channel_id_channel")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_thread_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )


def _thread_indexes() -> None:
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thread_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_thread_channel_id_state"), ["channel_id", "state"], unique=False)
        batch_op.create_index(
            "uq_thread_spell",
            ["conversation_id", "channel_id", "spell"],
            unique=True,
            sqlite_where=sa.text("state <> 'moved'"),
            postgresql_where=sa.text("state <> 'moved'"),
        )
        batch_op.create_index(
            "uq_thread_active",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            "uq_thread_root",
            ["channel_id", "ref"],
            unique=True,
            sqlite_where=sa.text("ref <> ''"),
            postgresql_where=sa.text("ref <> ''"),
        )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", Words(), nullable=False),
        sa.Column("conversation_id", Words(), nullable=False),
        sa.Column("speaker", Words(), nullable=False),
        sa.Column("visibility", Words(), nullable=False),
        sa.Column("body", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("ordering", ordered(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", Words(), nullable=True),
        sa.Column("visitor_id", Words(), nullable=True),
        sa.Column("key", Words(), nullable=True),
        sa.Column("thread_id", Words(), nullable=True),
        sa.Column("ref", Words(), nullable=True),
        sa.Column("receipt", Words(), nullable=False),
        sa.Column("edited", Words(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("notice", Words(), nullable=False),
        sa.Column("held", Words(), nullable=False),
        sa.CheckConstraint("receipt IN ('sent', 'posted', 'undelivered')", name=op.f("ck_message_receipt")),
        sa.CheckConstraint("speaker IN ('visitor', 'agent', 'notice')", name=op.f("ck_message_speaker")),
        sa.CheckConstraint("visibility IN ('internal', 'public')", name=op.f("ck_message_visibility")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_message_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_conversation_id_conversation"),
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_message_thread_id_thread")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_message_visitor_id_visitor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("thread_id", "ref", name=op.f("uq_message_thread_id_ref")),
        sa.UniqueConstraint("visitor_id", "key", name=op.f("uq_message_visitor_id_key")),
    )


def _message_indexes() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_message_conversation_id_change"),
            ["conversation_id", "change"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_message_conversation_id_place"),
            ["conversation_id", "place"],
            unique=False,
        )


def _post() -> None:
    op.create_table(
        "post",
        sa.Column("id", Words(), nullable=False),
        sa.Column("thread_id", Words(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("ref", Words(), nullable=False),
        sa.Column("ordering", ordered(), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id_thread")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )


def _post_indexes() -> None:
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_thread_id_ref"), ["thread_id", "ref"], unique=False)


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("lane", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("channel_id", Words(), nullable=False),
        sa.Column("conversation_id", Words(), nullable=True),
        sa.Column("thread_id", Words(), nullable=True),
        sa.Column("message_id", Words(), nullable=True),
        sa.Column("words", Words(), nullable=False),
        sa.Column("about", Words(), nullable=False),
        sa.Column("to_ref", Words(), nullable=False),
        sa.Column("escalates", sa.Integer(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("cause", Words(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('open', 'post', 'notice', 'card', 'tell', 'mark', 'digest', 'erase', 'mail')",
            name=op.f("ck_delivery_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('due', 'sending', 'unknown', 'done', 'failed', 'joined', 'cancelled')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_delivery_channel_id_channel")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_delivery_conversation_id_conversation"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_message_id_message")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_delivery_thread_id_thread")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
        sqlite_autoincrement=True,
    )


def _delivery_indexes() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_pending_due",
            ["channel_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('due', 'sending', 'unknown')"),
            postgresql_where=sa.text("state IN ('due', 'sending', 'unknown')"),
        )
        batch_op.create_index(
            "ix_delivery_pending_lane",
            ["lane", "number"],
            unique=False,
            sqlite_where=sa.text("state IN ('due', 'sending', 'unknown')"),
            postgresql_where=sa.text("state IN ('due', 'sending', 'unknown')"),
        )
        batch_op.create_index(
            "ix_delivery_pending_message",
            ["message_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('due', 'sending', 'unknown')"),
            postgresql_where=sa.text("state IN ('due', 'sending', 'unknown')"),
        )


def _post_message() -> None:
    op.create_table(
        "post_message",
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("message_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_post_message_message_id_message")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_message_post_id_post")),
        sa.PrimaryKeyConstraint("post_id", "message_id", name=op.f("pk_post_message")),
    )


def _post_message_indexes() -> None:
    with op.batch_alter_table("post_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_message_message_id"), ["message_id"], unique=False)
