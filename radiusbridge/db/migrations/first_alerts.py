"""Alerts of the first schema."""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make these tables."""
    _rule()
    _episode()
    _mute()
    _channel()
    _notice()


def _check(table: str, column: str, *values: str) -> sa.CheckConstraint:
    members = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({members})", name=op.f(f"ck_{table}_{column}"))


def _rule() -> None:
    op.create_table(
        "alert_rule",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("severity", WORD, nullable=False),
        sa.Column("above", sa.Double(), nullable=False),
        sa.Column("below", sa.Double(), nullable=False),
        sa.Column("hold", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        _check("alert_rule", "severity", "warning", "critical"),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_alert_rule")),
    )


def _episode() -> None:
    op.create_table(
        "alert_episode",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("severity", WORD, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("level", sa.Double(), nullable=True),
        *(sa.Column(name, TIME, nullable=True) for name in ("raised_at", "good_since", "resolved_at", "told_at")),
        sa.Column("acked_at", TIME, nullable=True),
        sa.Column("acked_by", TEXT, nullable=False),
        sa.Column("reference", sa.Double(), nullable=True),
        _check("alert_episode", "severity", "warning", "critical"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_episode")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alert_episode_resolved_at"), "alert_episode", ["resolved_at"], unique=False)
    is_open = sa.text("resolved_at IS NULL")
    op.create_index(
        op.f("uq_alert_episode_open"),
        "alert_episode",
        ["kind", "subject"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _mute() -> None:
    op.create_table(
        "alert_mute",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("kind", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("until", TIME, nullable=True),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_mute")),
        sqlite_autoincrement=True,
    )


def _channel() -> None:
    op.create_table(
        "alert_channel",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("way", sa.LargeBinary(), nullable=False),
        sa.Column("least", WORD, nullable=False),
        *(sa.Column(name, TEXT, nullable=True) for name in ("quiet_start", "quiet_end", "quiet_zone")),
        sa.Column("remind", sa.Integer(), nullable=True),
        sa.Column("on", sa.Boolean(), nullable=False),
        _check("alert_channel", "kind", "email", "webhook"),
        _check("alert_channel", "least", "warning", "critical"),
        sa.CheckConstraint("(quiet_start IS NULL) = (quiet_end IS NULL)", name=op.f("ck_alert_channel_quiet_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_channel")),
        sa.UniqueConstraint("name_key", name=op.f("uq_alert_channel_name_key")),
        sqlite_autoincrement=True,
    )


def _notice() -> None:
    op.create_table(
        "alert_notice",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("channel_id", WIDE, nullable=False),
        sa.Column("episode_id", WIDE, nullable=False),
        sa.Column("news", WORD, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("severity", WORD, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        *(sa.Column(name, TIME, nullable=False) for name in ("at", "since")),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(sa.Column(name, TIME, nullable=True) for name in ("sent_at", "given_up_at")),
        sa.Column("error", TEXT, nullable=False),
        _check("alert_notice", "news", "raised", "reminder", "resolved"),
        _check("alert_notice", "severity", "warning", "critical"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channel.id"], name=op.f("fk_alert_notice_channel_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["alert_episode.id"], name=op.f("fk_alert_notice_episode_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_notice")),
        sa.UniqueConstraint("token", name=op.f("uq_alert_notice_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alert_notice_episode_id"), "alert_notice", ["episode_id"], unique=False)
    op.create_index(op.f("ix_alert_notice_channel_id"), "alert_notice", ["channel_id", "at"], unique=False)
    waits = sa.text("sent_at IS NULL AND given_up_at IS NULL")
    op.create_index(
        op.f("ix_alert_notice_due"),
        "alert_notice",
        ["not_before"],
        unique=False,
        sqlite_where=waits,
        postgresql_where=waits,
    )
