"""The indexes of a part of a table. SQLAlchemy loads the dialect of PostgreSQL to make one, and no query needs them to
be known: they are apart from the tables, and loaded where a database is made."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Index, TextClause, text

from radiusbridge.db.alert_tables import alert_episode, alert_notice
from radiusbridge.db.bulk_tables import bulk_row
from radiusbridge.db.line_tables import speed_period
from radiusbridge.db.reading_tables import session_span
from radiusbridge.db.tables import hold, operation, outbox_event
from radiusbridge.db.voucher_tables import voucher, voucher_sale


def _part(name: str, *columns: Column[Any], where: ColumnElement[bool] | TextClause, unique: bool = False) -> None:
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_part("uq_hold_open", hold.c.customer_id, hold.c.kind, unique=True, where=hold.c.closed_at.is_(None))
_part(
    "uq_operation_running",
    operation.c.server_id,
    operation.c.subject,
    unique=True,
    where=text("status = 'running'"),
)
_UNFINISHED = operation.c.finished_at.is_(None)
_part("ix_operation_open", operation.c.id, where=_UNFINISHED)
_part("ix_operation_of_server", operation.c.server_id, operation.c.id, where=_UNFINISHED)
_part(
    "ix_operation_unfinished",
    operation.c.server_id,
    operation.c.subject,
    operation.c.sequence,
    where=_UNFINISHED,
)
_part("ix_outbox_event_pending", outbox_event.c.id, where=outbox_event.c.delivered_at.is_(None))

_part(
    "uq_session_span_open",
    session_span.c.nas,
    session_span.c.session_id,
    session_span.c.row,
    unique=True,
    where=session_span.c.ended_at.is_(None),
)

_CHANGED = speed_period.c.ended_at.is_(None)
_part("uq_speed_period_open", speed_period.c.customer_id, unique=True, where=_CHANGED)
_part("ix_speed_period_due", speed_period.c.next_at, where=_CHANGED)

_part(
    "uq_alert_episode_open",
    alert_episode.c.kind,
    alert_episode.c.subject,
    unique=True,
    where=alert_episode.c.resolved_at.is_(None),
)
_part(
    "ix_alert_notice_due",
    alert_notice.c.not_before,
    where=alert_notice.c.sent_at.is_(None) & alert_notice.c.given_up_at.is_(None),
)

_part(
    "ix_voucher_ends",
    voucher.c.expires_at,
    where=voucher.c.expires_at.is_not(None) & voucher.c.expired_at.is_(None) & voucher.c.void_at.is_(None),
)
_part("ix_voucher_ended_by", voucher.c.ended_by, where=voucher.c.ended_by.is_not(None))
_part(
    "ix_voucher_unfinished_end",
    voucher.c.batch_id,
    where=voucher.c.gone_at.is_(None) & (voucher.c.expired_at.is_not(None) | voucher.c.void_at.is_not(None)),
)
_part(
    "ix_voucher_live",
    voucher.c.batch_id,
    voucher.c.expires_at,
    where=voucher.c.void_at.is_(None) & voucher.c.expired_at.is_(None),
)
_part(
    "ix_voucher_for_sale",
    voucher.c.batch_id,
    voucher.c.row,
    where=voucher.c.verdict.in_(("PROVEN", "UNPROVEN"))
    & voucher.c.read_at.is_not(None)
    & voucher.c.sold_at.is_(None)
    & voucher.c.first_login_at.is_(None)
    & voucher.c.expired_at.is_(None)
    & voucher.c.void_at.is_(None),
)

# the verdict first: a column more that is known, so that SQLite takes it rather than the index of all rows of a batch
_part("ix_voucher_failed", voucher.c.verdict, voucher.c.batch_id, voucher.c.row, where=text("verdict = 'FAILED'"))
_part(
    "ix_voucher_expired",
    voucher.c.expired_at,
    voucher.c.batch_id,
    voucher.c.sold_at,
    where=voucher.c.expired_at.is_not(None),
)

_part("ix_voucher_sale_reported", voucher_sale.c.at, where=voucher_sale.c.sold_at.is_not(None))

_part(
    "uq_bulk_row_customer",
    bulk_row.c.run_id,
    bulk_row.c.customer_id,
    unique=True,
    where=bulk_row.c.customer_id != 0,
)
