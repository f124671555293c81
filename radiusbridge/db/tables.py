"""The tables (design 4). Migrations build the same; a test holds both equal on both dialects."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from radiusbridge.db.columns import (
    FLAG,
    JSON,
    NAME,
    TEXT,
    TIME,
    append_only,
    chosen,
    id_column,
    metadata,
    port_check,
)
from radiusbridge.db.crypt import Encrypted
from radiusbridge.db.types import WIDE
from radiusbridge.domain.records import HoldKind, Intent, LoginMethod, Policy, Service, StartsAt, TlsMode
from radiusbridge.domain.verdict import Status, Verdict

meta = Table("meta", metadata, Column("name", NAME, primary_key=True), Column("value", TEXT, nullable=False))

server = Table(
    "server",
    metadata,
    id_column(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    Column("kind", TEXT, nullable=False),
    Column("api_host", TEXT, nullable=False),
    Column("api_port", Integer, nullable=False),
    Column("api_user", TEXT, nullable=False),
    Column("api_password", Encrypted("server.api_password"), nullable=False),
    *chosen("api_tls", TlsMode),
    Column("api_fingerprint", TEXT),
    Column("api_ca_file", TEXT),
    Column("radius_host", TEXT),
    Column("radius_port", Integer),
    Column("radius_secret", Encrypted("server.radius_secret")),
    Column("radius_source", TEXT),
    Column("radius_signing", TEXT),
    Column("radius_signed_once", FLAG),
    *chosen("isolation_policy", Policy),
    Column("isolation_name", TEXT, nullable=False),
    Column("isolation_rate", BigInteger, nullable=False),
    Column("isolation_pool", TEXT),
    Column("owner", TEXT, nullable=False),
    *chosen("method", LoginMethod),
    Column("priority", Integer, nullable=False),
    Column("standby", FLAG, nullable=False),
    port_check("api_port"),
    port_check("radius_port"),
    CheckConstraint("radius_signing IN ('require', 'prefer', 'off')", name="radius_signing"),
    CheckConstraint("(radius_host IS NULL) = (radius_secret IS NULL)", name="radius_whole"),
    sqlite_autoincrement=True,
)

breaker = Table(
    "breaker",
    metadata,
    Column("server_id", WIDE, ForeignKey("server.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("failures", Integer, nullable=False),
    Column("dark_since", TIME, nullable=False),
    Column("next_try", TIME, nullable=False),
    Column("trial_until", TIME),
    Column("error", TEXT, nullable=False),
)

nas = Table(
    "nas",
    metadata,
    id_column(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    Column("server_id", WIDE, ForeignKey("server.id"), nullable=False, index=True),
    Column("dae_host", TEXT),
    Column("dae_port", Integer),
    Column("dae_secret", Encrypted("nas.dae_secret")),
    Column("dae_source", TEXT),
    Column("dae_nas_address", TEXT),
    Column("api_host", TEXT),
    Column("api_port", Integer),
    Column("api_user", TEXT),
    Column("api_password", Encrypted("nas.api_password")),
    *chosen("api_tls", TlsMode, nullable=True),
    Column("api_fingerprint", TEXT),
    Column("api_ca_file", TEXT),
    port_check("dae_port"),
    port_check("api_port"),
    CheckConstraint("(dae_host IS NULL) = (dae_secret IS NULL)", name="dae_whole"),
    CheckConstraint("(api_host IS NULL) = (api_password IS NULL)", name="api_whole"),
    sqlite_autoincrement=True,
)

profile = Table(
    "profile",
    metadata,
    id_column(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    Column("rate_up", BigInteger, nullable=False),
    Column("rate_down", BigInteger, nullable=False),
    *chosen("service", Service),
    Column("burst_up", BigInteger),
    Column("burst_down", BigInteger),
    Column("burst_threshold_up", BigInteger),
    Column("burst_threshold_down", BigInteger),
    Column("burst_time", BigInteger),
    Column("priority", Integer),
    Column("validity", BigInteger),
    *chosen("starts_at", StartsAt),
    Column("price", BigInteger, nullable=False),
    Column("currency", TEXT, nullable=False),
    Column("shared_users", Integer, nullable=False),
    Column("pool", TEXT),
    Column("address_list", TEXT),
    Column("time_quota", BigInteger),
    Column("data_quota", BigInteger),
    CheckConstraint("rate_up >= 0 AND rate_down >= 0", name="rates"),
    CheckConstraint("shared_users >= 1", name="shared_users"),
    sqlite_autoincrement=True,
)

customer = Table(
    "customer",
    metadata,
    id_column(),
    Column("number", NAME, nullable=False),
    Column("number_key", NAME, nullable=False, unique=True),
    Column("username", NAME, nullable=False),
    Column("username_key", NAME, nullable=False, index=True),
    Column("server_id", WIDE, ForeignKey("server.id"), nullable=False),
    Column("profile_id", WIDE, ForeignKey("profile.id"), nullable=False, index=True),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, index=True),
    Column("phone", TEXT, nullable=False),
    Column("address", TEXT, nullable=False),
    Column("area", TEXT, nullable=False),
    Column("odp", TEXT, nullable=False),
    Column("vlan", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
    *chosen("service", Service),
    Column("password", Encrypted("customer.password")),
    Column("static_address", TEXT),
    Column("routes", TEXT),
    Column("caller_id", TEXT),
    Column("paid_until", TIME, index=True),
    Column("grace_days", Integer),
    Column("exempt", TEXT, nullable=False),
    Column("promise_until", TIME),
    Column("billing_day", Integer),
    Column("test_account", FLAG, nullable=False),
    Column("haystack", TEXT, nullable=False),
    UniqueConstraint("server_id", "username_key"),
    CheckConstraint("number <> '' AND username <> ''", name="named"),
    CheckConstraint("grace_days >= 0", name="grace_days"),
    CheckConstraint("billing_day BETWEEN 1 AND 31", name="billing_day"),
    sqlite_autoincrement=True,
)

hold = Table(
    "hold",
    metadata,
    id_column(),
    Column("customer_id", WIDE, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False),
    *chosen("kind", HoldKind),
    Column("owner", TEXT, nullable=False),
    Column("since", TIME, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("ticket", TEXT, nullable=False),
    Column("closed_at", TIME),
    Column("closed_by", TEXT, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_hold_customer_id", hold.c.customer_id)
Index(
    "uq_hold_open",
    hold.c.customer_id,
    hold.c.kind,
    unique=True,
    sqlite_where=hold.c.closed_at.is_(None),
    postgresql_where=hold.c.closed_at.is_(None),
)

operation = Table(
    "operation",
    metadata,
    id_column(),
    *chosen("intent", Intent),
    # No foreign keys: the journal outlives servers and customers, and their ids are never used again.
    Column("server_id", WIDE, nullable=False),
    Column("customer_id", WIDE, nullable=False),
    Column("username", NAME, nullable=False),
    Column("subject", NAME, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("key", NAME, unique=True),
    Column("sequence", BigInteger, nullable=False),
    Column("rows_before", JSON),
    *chosen("status", Status),
    *chosen("verdict", Verdict, nullable=True),
    Column("reasons", JSON, nullable=False),
    Column("lease_owner", TEXT),
    Column("lease_epoch", BigInteger, nullable=False),
    Column("lease_until", TIME),
    Column("attempts", Integer, nullable=False),
    Column("not_before", TIME),
    Column("who", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("finished_at", TIME),
    Column("superseded_by", WIDE, ForeignKey("operation.id"), index=True),
    Column("cancel_requested", FLAG, nullable=False),
    Column("step_count", Integer, nullable=False),
    UniqueConstraint("server_id", "subject", "sequence"),
    CheckConstraint("(status = 'done') = (verdict IS NOT NULL)", name="verdict_when_done"),
    CheckConstraint("(finished_at IS NULL) = (status IN ('queued', 'running', 'waiting'))", name="finished_when_final"),
    CheckConstraint(
        "(status = 'running') = (lease_owner IS NOT NULL) AND (status = 'running') = (lease_until IS NOT NULL)",
        name="lease_while_running",
    ),
    sqlite_autoincrement=True,
)
Index("ix_operation_customer_id", operation.c.customer_id, operation.c.id)
Index(
    "uq_operation_running",
    operation.c.server_id,
    operation.c.subject,
    unique=True,
    sqlite_where=text("status = 'running'"),
    postgresql_where=text("status = 'running'"),
)
Index(
    "ix_operation_open",
    operation.c.id,
    sqlite_where=operation.c.finished_at.is_(None),
    postgresql_where=operation.c.finished_at.is_(None),
)
Index(
    "ix_operation_of_server",
    operation.c.server_id,
    operation.c.id,
    sqlite_where=operation.c.finished_at.is_(None),
    postgresql_where=operation.c.finished_at.is_(None),
)
Index(
    "ix_operation_unfinished",
    operation.c.server_id,
    operation.c.subject,
    operation.c.sequence,
    sqlite_where=operation.c.finished_at.is_(None),
    postgresql_where=operation.c.finished_at.is_(None),
)

operation_step = Table(
    "operation_step",
    metadata,
    Column("operation_id", WIDE, ForeignKey("operation.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("duration", Double, nullable=False),
    Column("text", TEXT, nullable=False),
    Column("detail", JSON, nullable=False),
)

operation_change = Table(
    "operation_change",
    metadata,
    Column("operation_id", WIDE, ForeignKey("operation.id"), primary_key=True, autoincrement=False),
    Column("undoes", WIDE, ForeignKey("operation.id"), index=True),
    Column("sealed", Encrypted("operation_change.sealed"), nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False, index=True),
    Column("who", TEXT, nullable=False),
    Column("channel", TEXT, nullable=False),
    Column("action", TEXT, nullable=False),
    Column("subject", NAME, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("operation_id", WIDE, ForeignKey("operation.id"), index=True),
    Column("reason", TEXT, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_audit_entry_subject", audit_entry.c.subject, audit_entry.c.id)

outbox_event = Table(
    "outbox_event",
    metadata,
    id_column(),
    Column("at", TIME, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("subject", NAME, nullable=False),
    Column("body", JSON, nullable=False),
    Column("delivered_at", TIME),
    sqlite_autoincrement=True,
)
Index(
    "ix_outbox_event_pending",
    outbox_event.c.id,
    sqlite_where=outbox_event.c.delivered_at.is_(None),
    postgresql_where=outbox_event.c.delivered_at.is_(None),
)

append_only(operation_step, operation_change, audit_entry)
