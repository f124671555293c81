"""Who was online where, from when until when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from radiusbridge.db.inserting import insert_into
from radiusbridge.db.reading_tables import nas_seen
from radiusbridge.db.reading_tables import session_span as kept
from radiusbridge.db.transaction import Transaction
from radiusbridge.domain.losses import Span

_COLUMNS = tuple(item.name for item in fields(Span) if item.name != "id")
_AT_ONCE = 80

Key = tuple[str, str]
"""(Acct-Session-Id, `.id`): what makes it the same session of a NAS."""


class Spans:
    """Sessions by the NAS that listed them."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def open(self, spans: Iterable[Span]) -> None:
        """Sessions that are there; each unless it is known to be."""
        rows = [{name: getattr(span, name) for name in _COLUMNS} for span in spans]
        for start in range(0, len(rows), _AT_ONCE):
            statement = insert_into(self._connection, kept).values(rows[start : start + _AT_ONCE])
            self._connection.execute(statement.on_conflict_do_nothing())

    def open_keys(self, nas: str) -> frozenset[Key]:
        """Of the sessions that a NAS has, as far as is kept."""
        rows = self._connection.execute(
            select(kept.c.session_id, kept.c.row).where(kept.c.nas == nas, kept.c.ended_at.is_(None))
        )
        return frozenset((row.session_id, row.row) for row in rows)

    def end(self, nas: str, keys: Collection[Key], seen_at: datetime, ended_at: datetime) -> None:
        """Sessions that are gone: listed last, and missing first, at these times."""
        for session_id, row in keys:
            self._connection.execute(
                update(kept)
                .where(kept.c.nas == nas, kept.c.session_id == session_id, kept.c.row == row, kept.c.ended_at.is_(None))
                .values(seen_at=seen_at, ended_at=ended_at)
            )

    def listed(self, nas: str, at: datetime) -> None:
        """The list of a NAS was read."""
        statement = insert_into(self._connection, nas_seen).values(nas=nas, at=at)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["nas"], set_={"at": at}))

    def listed_at(self) -> Mapping[str, datetime]:
        """When the list of each NAS was read last."""
        return {row.nas: row.at for row in self._connection.execute(select(nas_seen))}

    def since(self, moment: datetime, *, username: str | None = None, limit: int | None = None) -> tuple[Span, ...]:
        """Those that were there at that moment or later, the newest first."""
        wanted: list[ColumnElement[bool]] = [or_(kept.c.ended_at.is_(None), kept.c.ended_at >= moment)]
        if username is not None:
            wanted.append(kept.c.username == username)
        statement = select(kept).where(*wanted).order_by(kept.c.began_at.desc(), kept.c.id.desc()).limit(limit)
        return tuple(
            Span(id=row["id"], **{name: row[name] for name in _COLUMNS})
            for row in self._connection.execute(statement).mappings()
        )

    def forget(self, before: datetime) -> int:
        """Delete what ended before, and what a NAS had that is read no more; how many."""
        silent = select(nas_seen.c.nas).where(nas_seen.c.at < before)
        over = or_(kept.c.ended_at < before, kept.c.ended_at.is_(None) & kept.c.nas.in_(silent))
        return self._connection.execute(delete(kept).where(over)).rowcount
