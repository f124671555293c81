"""The first schema."""

import sqlalchemy as sa
from alembic import op

from radiusbridge.db.migrations import (
    first_agent,
    first_alerts,
    first_bulk,
    first_devices,
    first_imports,
    first_lines,
    first_probes,
    first_readings,
    first_standby,
    first_voucher_prints,
    first_vouchers,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORD = sa.Text()
TIME = sa.DateTime(timezone=True)
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _meta()
    _server()
    _breaker()
    _nas()
    _profile()
    _customer()
    _hold()
    _operation()
    _operation_step()
    _audit_entry()
    _outbox_event()
    first_bulk.upgrade()
    first_bulk.operation_change()
    first_probes.upgrade()
    first_agent.upgrade()
    first_devices.upgrade()
    first_readings.upgrade()
    first_lines.upgrade()
    first_alerts.upgrade()
    first_vouchers.upgrade()
    first_voucher_prints.upgrade()
    first_imports.upgrade()
    first_standby.upgrade()
    append_only = ("operation_step", "operation_change", "audit_entry", "import_row", "renewal")
    for name in (*append_only, "voucher_sale", "voucher_shift", "voucher_shift_end", "voucher_trace"):
        _append_only(name)


def _append_only(name: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            refusal = f"SELECT RAISE(ABORT, '{name} is append-only')"
            op.execute(f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refusal}; END")
        return
    refusal = f"RAISE EXCEPTION '{name} is append-only' USING ERRCODE = 'restrict_violation'"
    op.execute(f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusal}; END $$")
    for trigger, verbs, scope in (("no_change", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {name}_{trigger} BEFORE {verbs} ON {name} "
            f"FOR EACH {scope} EXECUTE FUNCTION {name}_refuse()"
        )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )


def _server() -> None:
    op.create_table(
        "server",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("api_host", TEXT, nullable=True),
        sa.Column("api_port", sa.Integer(), nullable=True),
        sa.Column("api_user", TEXT, nullable=True),
        sa.Column("api_password", sa.LargeBinary(), nullable=True),
        sa.Column("api_tls", WORD, nullable=True),
        sa.Column("api_fingerprint", TEXT, nullable=True),
        sa.Column("api_ca_file", TEXT, nullable=True),
        sa.Column("sql_host", TEXT, nullable=True),
        sa.Column("sql_port", sa.Integer(), nullable=True),
        sa.Column("sql_user", TEXT, nullable=True),
        sa.Column("sql_password", sa.LargeBinary(), nullable=True),
        sa.Column("sql_database", TEXT, nullable=True),
        sa.Column("sql_tls", WORD, nullable=True),
        sa.Column("sql_ca_file", TEXT, nullable=True),
        sa.Column("radius_host", TEXT, nullable=True),
        sa.Column("radius_port", sa.Integer(), nullable=True),
        sa.Column("radius_secret", sa.LargeBinary(), nullable=True),
        sa.Column("radius_source", TEXT, nullable=True),
        sa.Column("radius_signing", TEXT, nullable=True),
        sa.Column("radius_signed_once", sa.Boolean(), nullable=True),
        sa.Column("isolation_policy", WORD, nullable=False),
        sa.Column("isolation_name", TEXT, nullable=False),
        sa.Column("isolation_rate", sa.BigInteger(), nullable=False),
        sa.Column("isolation_pool", TEXT, nullable=True),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("method", WORD, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("standby", sa.Boolean(), nullable=False),
        sa.CheckConstraint("api_tls IN ('plain', 'tls')", name=op.f("ck_server_api_tls")),
        sa.CheckConstraint("sql_tls IN ('plain', 'tls')", name=op.f("ck_server_sql_tls")),
        sa.CheckConstraint("(api_host IS NULL) <> (sql_host IS NULL)", name=op.f("ck_server_one_home")),
        sa.CheckConstraint("(api_host IS NULL) = (api_password IS NULL)", name=op.f("ck_server_api_whole")),
        sa.CheckConstraint("(sql_host IS NULL) = (sql_password IS NULL)", name=op.f("ck_server_sql_whole")),
        sa.CheckConstraint("sql_port BETWEEN 1 AND 65535", name=op.f("ck_server_sql_port")),
        sa.CheckConstraint("isolation_policy IN ('reject', 'walled')", name=op.f("ck_server_isolation_policy")),
        sa.CheckConstraint("method IN ('pap', 'chap', 'mschapv2')", name=op.f("ck_server_method")),
        sa.CheckConstraint("radius_signing IN ('require', 'prefer', 'off')", name=op.f("ck_server_radius_signing")),
        sa.CheckConstraint("(radius_host IS NULL) = (radius_secret IS NULL)", name=op.f("ck_server_radius_whole")),
        sa.CheckConstraint("api_port BETWEEN 1 AND 65535", name=op.f("ck_server_api_port")),
        sa.CheckConstraint("radius_port BETWEEN 1 AND 65535", name=op.f("ck_server_radius_port")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server")),
        sa.UniqueConstraint("name_key", name=op.f("uq_server_name_key")),
        sqlite_autoincrement=True,
    )


def _breaker() -> None:
    op.create_table(
        "breaker",
        sa.Column("server_id", WIDE, autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("dark_since", TIME, nullable=False),
        sa.Column("next_try", TIME, nullable=False),
        sa.Column("trial_until", TIME, nullable=True),
        sa.Column("error", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["server_id"], ["server.id"], name=op.f("fk_breaker_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_breaker")),
    )


def _nas() -> None:
    op.create_table(
        "nas",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("dae_host", TEXT, nullable=True),
        sa.Column("dae_port", sa.Integer(), nullable=True),
        sa.Column("dae_secret", sa.LargeBinary(), nullable=True),
        sa.Column("dae_source", TEXT, nullable=True),
        sa.Column("dae_nas_address", TEXT, nullable=True),
        sa.Column("api_host", TEXT, nullable=True),
        sa.Column("api_port", sa.Integer(), nullable=True),
        sa.Column("api_user", TEXT, nullable=True),
        sa.Column("api_password", sa.LargeBinary(), nullable=True),
        sa.Column("api_tls", WORD, nullable=True),
        sa.Column("api_fingerprint", TEXT, nullable=True),
        sa.Column("api_ca_file", TEXT, nullable=True),
        sa.CheckConstraint("api_tls IN ('plain', 'tls')", name=op.f("ck_nas_api_tls")),
        sa.CheckConstraint("(api_host IS NULL) = (api_password IS NULL)", name=op.f("ck_nas_api_whole")),
        sa.CheckConstraint("(dae_host IS NULL) = (dae_secret IS NULL)", name=op.f("ck_nas_dae_whole")),
        sa.CheckConstraint("api_port BETWEEN 1 AND 65535", name=op.f("ck_nas_api_port")),
        sa.CheckConstraint("dae_port BETWEEN 1 AND 65535", name=op.f("ck_nas_dae_port")),
        sa.ForeignKeyConstraint(["server_id"], ["server.id"], name=op.f("fk_nas_server_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nas")),
        sa.UniqueConstraint("name_key", name=op.f("uq_nas_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_nas_server_id"), "nas", ["server_id"], unique=False)


def _profile() -> None:
    op.create_table(
        "profile",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("rate_up", sa.BigInteger(), nullable=False),
        sa.Column("rate_down", sa.BigInteger(), nullable=False),
        sa.Column("service", WORD, nullable=False),
        sa.Column("burst_up", sa.BigInteger(), nullable=True),
        sa.Column("burst_down", sa.BigInteger(), nullable=True),
        sa.Column("burst_threshold_up", sa.BigInteger(), nullable=True),
        sa.Column("burst_threshold_down", sa.BigInteger(), nullable=True),
        sa.Column("burst_time", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("validity", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", WORD, nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("shared_users", sa.Integer(), nullable=False),
        sa.Column("pool", TEXT, nullable=True),
        sa.Column("address_list", TEXT, nullable=True),
        sa.Column("time_quota", sa.BigInteger(), nullable=True),
        sa.Column("data_quota", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("service IN ('pppoe', 'hotspot')", name=op.f("ck_profile_service")),
        sa.CheckConstraint("starts_at IN ('assigned', 'first-login')", name=op.f("ck_profile_starts_at")),
        sa.CheckConstraint("rate_up >= 0 AND rate_down >= 0", name=op.f("ck_profile_rates")),
        sa.CheckConstraint("shared_users >= 1", name=op.f("ck_profile_shared_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("name_key", name=op.f("uq_profile_name_key")),
        sqlite_autoincrement=True,
    )


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("number_key", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("username_key", TEXT, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("profile_id", WIDE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("area", TEXT, nullable=False),
        sa.Column("odp", TEXT, nullable=False),
        sa.Column("vlan", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("service", WORD, nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("static_address", TEXT, nullable=True),
        sa.Column("routes", TEXT, nullable=True),
        sa.Column("caller_id", TEXT, nullable=True),
        sa.Column("paid_until", TIME, nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=True),
        sa.Column("exempt", TEXT, nullable=False),
        sa.Column("promise_until", TIME, nullable=True),
        sa.Column("billing_day", sa.Integer(), nullable=True),
        sa.Column("test_account", sa.Boolean(), nullable=False),
        sa.Column("haystack", TEXT, nullable=False),
        sa.CheckConstraint("number <> '' AND username <> ''", name=op.f("ck_customer_named")),
        sa.CheckConstraint("grace_days >= 0", name=op.f("ck_customer_grace_days")),
        sa.CheckConstraint("billing_day BETWEEN 1 AND 31", name=op.f("ck_customer_billing_day")),
        sa.CheckConstraint("service IN ('pppoe', 'hotspot')", name=op.f("ck_customer_service")),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_customer_profile_id")),
        sa.ForeignKeyConstraint(["server_id"], ["server.id"], name=op.f("fk_customer_server_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("number_key", name=op.f("uq_customer_number_key")),
        sa.UniqueConstraint("server_id", "username_key", name=op.f("uq_customer_server_id_username_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_customer_name_key"), "customer", ["name_key"], unique=False)
    op.create_index(op.f("ix_customer_paid_until"), "customer", ["paid_until"], unique=False)
    op.create_index(op.f("ix_customer_profile_id"), "customer", ["profile_id"], unique=False)
    op.create_index(op.f("ix_customer_username_key"), "customer", ["username_key"], unique=False)


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("ticket", TEXT, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("closed_by", TEXT, nullable=False),
        sa.CheckConstraint("kind IN ('unpaid', 'abuse', 'pause')", name=op.f("ck_hold_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_hold_customer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hold_customer_id", "hold", ["customer_id"], unique=False)
    op.create_index(
        "uq_hold_open",
        "hold",
        ["customer_id", "kind"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _operation() -> None:
    op.create_table(
        "operation",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("intent", WORD, nullable=False),
        sa.Column("server_id", WIDE, nullable=False),
        sa.Column("customer_id", WIDE, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("wanted", WORD, nullable=False),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("rows_before", WORD, nullable=True),
        sa.Column("status", WORD, nullable=False),
        sa.Column("verdict", WORD, nullable=True),
        sa.Column("reasons", WORD, nullable=False),
        sa.Column("lease_owner", TEXT, nullable=True),
        sa.Column("lease_epoch", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", TIME, nullable=True),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("superseded_by", WIDE, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("step_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (status IN ('queued', 'running', 'waiting'))",
            name=op.f("ck_operation_finished_when_final"),
        ),
        sa.CheckConstraint("(status = 'done') = (verdict IS NOT NULL)", name=op.f("ck_operation_verdict_when_done")),
        sa.CheckConstraint(
            "(status = 'running') = (lease_owner IS NOT NULL) AND (status = 'running') = (lease_until IS NOT NULL)",
            name=op.f("ck_operation_lease_while_running"),
        ),
        sa.CheckConstraint(
            "intent IN ('isolate', 'activate', 'kick', 'provision', 'remove', 'apply', 'speed', 'profile-ensure', "
            "'profile-remove', 'voucher-end', 'reboot', 'fill', 'failover', 'mirror', 'renew', 'import')",
            name=op.f("ck_operation_intent"),
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'waiting', 'done', 'cancelled', 'superseded')",
            name=op.f("ck_operation_status"),
        ),
        sa.CheckConstraint("verdict IN ('PROVEN', 'UNPROVEN', 'FAILED')", name=op.f("ck_operation_verdict")),
        sa.ForeignKeyConstraint(["superseded_by"], ["operation.id"], name=op.f("fk_operation_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        sa.UniqueConstraint("key", name=op.f("uq_operation_key")),
        sa.UniqueConstraint("server_id", "subject", "sequence", name=op.f("uq_operation_server_id_subject_sequence")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operation_customer_id", "operation", ["customer_id", "id"], unique=False)
    op.create_index(
        "ix_operation_open",
        "operation",
        ["id"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(op.f("ix_operation_superseded_by"), "operation", ["superseded_by"], unique=False)
    op.create_index(
        "ix_operation_of_server",
        "operation",
        ["server_id", "id"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "ix_operation_unfinished",
        "operation",
        ["server_id", "subject", "sequence"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "uq_operation_running",
        "operation",
        ["server_id", "subject"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )


def _operation_step() -> None:
    op.create_table(
        "operation_step",
        sa.Column("operation_id", WIDE, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("detail", WORD, nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_operation_step_operation_id")),
        sa.PrimaryKeyConstraint("operation_id", "sequence", name=op.f("pk_operation_step")),
    )


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("before", WORD, nullable=True),
        sa.Column("after", WORD, nullable=True),
        sa.Column("operation_id", WIDE, nullable=True),
        sa.Column("reason", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name=op.f("fk_audit_entry_operation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_operation_id"), "audit_entry", ["operation_id"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "id"], unique=False)


def _outbox_event() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("id", WIDE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("body", WORD, nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_event_pending",
        "outbox_event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
