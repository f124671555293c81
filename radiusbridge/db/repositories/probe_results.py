"""Probe results that were kept, and what they come to."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, select
from sqlalchemy.engine import RowMapping

from radiusbridge.db.probe_tables import probe_result as kept
from radiusbridge.db.repositories.base import nearest
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.types import unstorable
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.probe_runs import SINGLE, ProbeHistory, ProbeRecord
from radiusbridge.domain.text import safe

DELETED_AT_ONCE = 50_000
PERCENTILES = (0.50, 0.95, 0.99)

_COLUMNS = tuple(item.name for item in fields(ProbeRecord))
_AT_ONCE = 500


class ProbeResults:
    """The results of all runs that were to be kept."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def add_all(self, records: Iterable[ProbeRecord]) -> None:
        """Append them."""
        rows = [{name: getattr(record, name) for name in _COLUMNS} for record in records]
        for start in range(0, len(rows), _AT_ONCE):
            self._connection.execute(insert(kept), rows[start : start + _AT_ONCE])

    def forget(self, before: datetime) -> int:
        """Delete older ones, at most `DELETED_AT_ONCE`; how many."""
        oldest = select(kept.c.id).where(kept.c.at < before).order_by(kept.c.at).limit(DELETED_AT_ONCE)
        return self._connection.execute(delete(kept).where(kept.c.id.in_(oldest))).rowcount

    def history(self, probe: str = "", suite: str = "", since: datetime | None = None) -> tuple[ProbeHistory, ...]:
        """What the results come to, for each probe of each suite. UnknownName: no result of such a probe or suite."""
        wanted = self._wanted(probe, suite, since)
        sums = self._connection.execute(_sums(wanted)).mappings().all()
        ranks = {(row["suite"], row["probe"]): row for row in self._connection.execute(_ranks(wanted)).mappings()}
        failures = {
            (record.suite, record.probe): record
            for record in map(_record, self._connection.execute(_last_failures(wanted)).mappings())
        }
        return tuple(_history(row, ranks, failures) for row in sums)

    def newest(self, suite: str, limit: int) -> tuple[ProbeRecord, ...]:
        """The last `limit` results of each probe of a suite, the oldest first."""
        nth = func.row_number().over(partition_by=kept.c.probe, order_by=kept.c.id.desc()).label("nth")
        each = select(kept, nth).where(kept.c.suite == suite).subquery()
        found = select(each).where(each.c.nth <= limit).order_by(each.c.id)
        return tuple(map(_record, self._connection.execute(found).mappings()))

    def of_customer(self, customer_id: int, limit: int) -> tuple[ProbeRecord, ...]:
        """The results of probes as this customer, of files and single ones, the newest first."""
        found = select(kept).where(kept.c.customer_id == customer_id).order_by(kept.c.at.desc(), kept.c.id.desc())
        return tuple(map(_record, self._connection.execute(found.limit(limit)).mappings()))

    def singles(self, limit: int) -> tuple[ProbeRecord, ...]:
        """The newest single probe of each customer, the newest first."""
        single = (kept.c.suite == SINGLE, kept.c.customer_id.is_not(None))
        newest = select(func.max(kept.c.id).label("id")).where(*single).group_by(kept.c.customer_id)
        ids = newest.order_by(func.max(kept.c.id).desc()).limit(limit).subquery()
        found = select(kept).where(kept.c.id.in_(select(ids.c.id))).order_by(kept.c.id.desc())
        return tuple(map(_record, self._connection.execute(found).mappings()))

    def _wanted(self, probe: str, suite: str, since: datetime | None) -> Sequence[Any]:
        of_files = kept.c.suite != SINGLE
        conditions: list[Any] = [of_files] if since is None else [of_files, kept.c.at >= since]
        for column, name, noun in ((kept.c.suite, suite, "suite"), (kept.c.probe, probe, "probe")):
            if not name:
                continue
            conditions.append(column == name)
            if (
                unstorable(name)
                or self._connection.scalar(select(kept.c.id).where(of_files, column == name).limit(1)) is None
            ):
                names = self._connection.scalars(select(column).where(of_files).distinct()).all()
                hint = nearest(name, names) or "probe run FILE --history keeps results"
                raise UnknownName(f"no result of such a {noun} is kept", target=safe(name, 80), hint=hint)
        return conditions


def _sums(wanted: Sequence[Any]) -> Select[Any]:
    return (
        select(
            kept.c.suite,
            kept.c.probe,
            func.max(kept.c.target).label("target"),
            func.count().label("runs"),
            func.sum(case((kept.c.ok, 1), else_=0)).label("good"),
            func.min(kept.c.at).label("first"),
            func.max(kept.c.at).label("last"),
            func.count(kept.c.elapsed).label("answered"),
        )
        .where(*wanted)
        .group_by(kept.c.suite, kept.c.probe)
        .order_by(kept.c.suite, kept.c.probe)
    )


def _ranks(wanted: Sequence[Any]) -> Select[Any]:
    """The percentiles by nearest rank: the smallest value that at least that share does not exceed."""
    each = (kept.c.suite, kept.c.probe)
    ranked = (
        select(
            *each,
            kept.c.elapsed,
            func.row_number().over(partition_by=each, order_by=kept.c.elapsed).label("rank"),
            func.count().over(partition_by=each).label("size"),
        )
        .where(kept.c.elapsed.is_not(None), *wanted)
        .subquery()
    )
    columns = [
        func.min(case((ranked.c.rank * 100 >= ranked.c.size * round(share * 100), ranked.c.elapsed))).label(
            f"p{round(share * 100)}"
        )
        for share in PERCENTILES
    ]
    return select(ranked.c.suite, ranked.c.probe, *columns).group_by(ranked.c.suite, ranked.c.probe)


def _last_failures(wanted: Sequence[Any]) -> Select[Any]:
    newest = select(func.max(kept.c.id)).where(kept.c.ok.is_(False), *wanted).group_by(kept.c.suite, kept.c.probe)
    return select(kept).where(kept.c.id.in_(newest))


def _record(row: RowMapping) -> ProbeRecord:
    return ProbeRecord(**{name: row[name] for name in _COLUMNS})


def _history(
    row: RowMapping, ranks: dict[tuple[str, str], RowMapping], failures: dict[tuple[str, str], ProbeRecord]
) -> ProbeHistory:
    key = row["suite"], row["probe"]
    rank = ranks.get(key)
    p50, p95, p99 = (None if rank is None else rank[name] for name in ("p50", "p95", "p99"))
    return ProbeHistory(
        *key,
        row["target"],
        row["runs"],
        row["good"],
        row["first"],
        row["last"],
        row["answered"],
        p50,
        p95,
        p99,
        failures.get(key),
    )
