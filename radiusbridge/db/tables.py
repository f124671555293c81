"""The tables (design 4). Migrations build the same; a test holds both equal on both dialects."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    event,
    text,
)

from radiusbridge.db.crypt import Encrypted
from radiusbridge.db.types import NAME_LIMIT, WIDE, JsonText, OneOf, PlainText, UtcTime
from radiusbridge.domain.records import HoldKind, Intent, LoginMethod, Policy, Service, StartsAt, TlsMode
from radiusbridge.domain.verdict import Status, Verdict

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NAME = PlainText(NAME_LIMIT)
TEXT = PlainText()
TIME = UtcTime()
JSON = JsonText()
FLAG = Boolean(create_constraint=False)


def _id() -> Column[int]:
    return Column("id", WIDE, primary_key=True)


def _chosen(name: str, kind: type[StrEnum], *, nullable: bool = False) -> tuple[Column[StrEnum], CheckConstraint]:
    values = ", ".join(f"'{member.value}'" for member in kind)
    return Column(name, OneOf(kind), nullable=nullable), CheckConstraint(f"{name} IN ({values})", name=name)


def _port(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} BETWEEN 1 AND 65535", name=name)


meta = Table("meta", metadata, Column("name", NAME, primary_key=True), Column("value", TEXT, nullable=False))

server = Table(
    "server",
    metadata,
    _id(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    Column("kind", TEXT, nullable=False),
    Column("api_host", TEXT, nullable=False),
    Column("api_port", Integer, nullable=False),
    Column("api_user", TEXT, nullable=False),
    Column("api_password", Encrypted("server.api_password"), nullable=False),
    *_chosen("api_tls", TlsMode),
    Column("api_fingerprint", TEXT),
    Column("api_ca_file", TEXT),
    Column("radius_host", TEXT),
    Column("radius_port", Integer),
    Column("radius_secret", Encrypted("server.radius_secret")),
    Column("radius_source", TEXT),
    Column("radius_signing", TEXT),
    Column("radius_signed_once", FLAG),
    *_chosen("isolation_policy", Policy),
    Column("isolation_name", TEXT, nullable=False),
    Column("isolation_rate", BigInteger, nullable=False),
    Column("isolation_pool", TEXT),
    Column("owner", TEXT, nullable=False),
    *_chosen("method", LoginMethod),
    Column("priority", Integer, nullable=False),
    Column("standby", FLAG, nullable=False),
    _port("api_port"),
    _port("radius_port"),
    CheckConstraint("radius_signing IN ('require', 'prefer', 'off')", name="radius_signing"),
    CheckConstraint("(radius_host IS NULL) = (radius_secret IS NULL)", name="radius_whole"),
    sqlite_autoincrement=True,
)

nas = Table(
    "nas",
    metadata,
    _id(),
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
    *_chosen("api_tls", TlsMode, nullable=True),
    Column("api_fingerprint", TEXT),
    Column("api_ca_file", TEXT),
    _port("dae_port"),
    _port("api_port"),
    CheckConstraint("(dae_host IS NULL) = (dae_secret IS NULL)", name="dae_whole"),
    CheckConstraint("(api_host IS NULL) = (api_password IS NULL)", name="api_whole"),
    sqlite_autoincrement=True,
)

profile = Table(
    "profile",
    metadata,
    _id(),
    Column("name", NAME, nullable=False),
    Column("name_key", NAME, nullable=False, unique=True),
    Column("rate_up", BigInteger, nullable=False),
    Column("rate_down", BigInteger, nullable=False),
    *_chosen("service", Service),
    Column("burst_up", BigInteger),
    Column("burst_down", BigInteger),
    Column("burst_threshold_up", BigInteger),
    Column("burst_threshold_down", BigInteger),
    Column("burst_time", BigInteger),
    Column("priority", Integer),
    Column("validity", BigInteger),
    *_chosen("starts_at", StartsAt),
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
    _id(),
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
    *_chosen("service", Service),
    Column("password", Encrypted("customer.password")),
    Column("static_address", TEXT),
    Column("routes", TEXT),
    Column("caller_id", TEXT),
    Column("paid_until", TIME, index=True),
    Column("haystack", TEXT, nullable=False),
    UniqueConstraint("server_id", "username_key"),
    CheckConstraint("number <> '' AND username <> ''", name="named"),
    sqlite_autoincrement=True,
)

hold = Table(
    "hold",
    metadata,
    _id(),
    Column("customer_id", WIDE, ForeignKey("customer.id", ondelete="CASCADE"), nullable=False),
    *_chosen("kind", HoldKind),
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
    _id(),
    *_chosen("intent", Intent),
    # No foreign keys: the journal outlives servers and customers, and their ids are never used again.
    Column("server_id", WIDE, nullable=False),
    Column("customer_id", WIDE, nullable=False),
    Column("username", NAME, nullable=False),
    Column("subject", NAME, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("key", NAME, unique=True),
    Column("sequence", BigInteger, nullable=False),
    Column("rows_before", JSON),
    *_chosen("status", Status),
    *_chosen("verdict", Verdict, nullable=True),
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

audit_entry = Table(
    "audit_entry",
    metadata,
    _id(),
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
    _id(),
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

APPEND_ONLY = (operation_step, audit_entry)


def _refuse_changes(table: Table, connection: Connection, **_: object) -> None:
    """Make a new table refuse UPDATE and DELETE."""
    name = table.name
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            refusal = f"SELECT RAISE(ABORT, '{name} is append-only')"
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refusal}; END"
            )
        return
    refusal = f"RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation'"
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}; END $$"
    )
    for trigger, verbs, scope in (("no_change", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name}_{trigger} BEFORE {verbs} ON {name} "
            f"FOR EACH {scope} EXECUTE FUNCTION {name}_refuse()"
        )


for _table in APPEND_ONLY:
    event.listen(_table, "after_create", _refuse_changes)
