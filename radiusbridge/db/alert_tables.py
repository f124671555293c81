"""The tables of alerts: rules that differ from ours, episodes, mutes, channels, and what is told; as `tables`."""

from sqlalchemy import CheckConstraint, Column, Double, ForeignKey, Index, Integer, Table

from radiusbridge.db.columns import FLAG, NAME, TEXT, TIME, chosen, id_column, metadata
from radiusbridge.db.crypt import Encrypted
from radiusbridge.db.types import WIDE
from radiusbridge.domain.alerts.channels import ChannelKind
from radiusbridge.domain.alerts.episodes import News
from radiusbridge.domain.alerts.rules import Severity

alert_rule = Table(
    "alert_rule",
    metadata,
    Column("kind", NAME, primary_key=True),
    *chosen("severity", Severity),
    Column("above", Double, nullable=False),
    Column("below", Double, nullable=False),
    Column("hold", Integer, nullable=False),
    Column("clear", Integer, nullable=False),
    Column("on", FLAG, nullable=False),
)

alert_episode = Table(
    "alert_episode",
    metadata,
    id_column(),
    # names, and no foreign keys: what was wrong stays known when a router or a probe goes
    Column("kind", NAME, nullable=False),
    Column("subject", NAME, nullable=False),
    *chosen("severity", Severity),
    Column("began_at", TIME, nullable=False),
    Column("words", TEXT, nullable=False),
    Column("level", Double),
    Column("raised_at", TIME),
    Column("good_since", TIME),
    Column("resolved_at", TIME, index=True),
    Column("told_at", TIME),
    Column("acked_at", TIME),
    Column("acked_by", TEXT, nullable=False),
    Column("reference", Double),
    sqlite_autoincrement=True,
)

alert_mute = Table(
    "alert_mute",
    metadata,
    id_column(),
    Column("kind", NAME),
    Column("subject", NAME),
    Column("until", TIME),
    Column("who", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    sqlite_autoincrement=True,
)

alert_channel = Table(
    "alert_channel",
    metadata,
    id_column(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    *chosen("kind", ChannelKind),
    Column("way", Encrypted("alert_channel.way"), nullable=False),
    *chosen("least", Severity),
    Column("quiet_start", TEXT),
    Column("quiet_end", TEXT),
    Column("quiet_zone", TEXT),
    Column("remind", Integer),
    Column("on", FLAG, nullable=False),
    CheckConstraint("(quiet_start IS NULL) = (quiet_end IS NULL)", name="quiet_whole"),
    sqlite_autoincrement=True,
)

alert_notice = Table(
    "alert_notice",
    metadata,
    id_column(),
    Column("channel_id", WIDE, ForeignKey("alert_channel.id", ondelete="CASCADE"), nullable=False),
    Column("episode_id", WIDE, ForeignKey("alert_episode.id", ondelete="CASCADE"), nullable=False, index=True),
    *chosen("news", News),
    Column("kind", NAME, nullable=False),
    Column("subject", NAME, nullable=False),
    *chosen("severity", Severity),
    Column("words", TEXT, nullable=False),
    Column("at", TIME, nullable=False),
    Column("since", TIME, nullable=False),
    Column("token", NAME, nullable=False, unique=True),
    Column("not_before", TIME, nullable=False),
    Column("held", FLAG, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", TIME),
    Column("given_up_at", TIME),
    Column("error", TEXT, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_alert_notice_channel_id", alert_notice.c.channel_id, alert_notice.c.at)
