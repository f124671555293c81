"""The last refusal of each user."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, or_, select, tuple_, update

from radiusbridge.db.agent_tables import refusal
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.types import unstorable
from radiusbridge.domain.refusals import Refusal, later

_AT_ONCE = 200
_COLUMNS = tuple(item.name for item in fields(Refusal))
_r = refusal.c


class Refusals:
    """One row for each user name of each server that was ever refused."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def last(self, server_id: int, username: str) -> Refusal | None:
        """The last one; None: none is known."""
        return self.of({(server_id, username)}).get((server_id, username))

    def of(self, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Refusal]:
        """The last ones of these users."""
        wanted = [key for key in keys if not unstorable(key[1])]
        found = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            rows = self._connection.execute(select(refusal).where(tuple_(_r.server_id, _r.username).in_(part)))
            for row in rows.mappings():
                record = Refusal(**{name: row[name] for name in _COLUMNS})
                found[record.key] = record
        return found

    def keep(self, refusals: Mapping[tuple[int, str], Refusal]) -> None:
        """Take these over, each beside what is known of that user. Names that cannot be stored are left out."""
        fresh = {key: one for key, one in refusals.items() if not unstorable(one.username)}
        known = self.of(fresh)
        added, changed = [], []
        for key, one in fresh.items():
            values = {name: getattr(later(known.get(key), one), name) for name in _COLUMNS}
            if key in known:
                changed.append({f"new_{name}": value for name, value in values.items()})
            else:
                added.append(values)
        if added:
            self._connection.execute(insert(refusal), added)
        if changed:
            names = [name for name in _COLUMNS if name not in ("server_id", "username")]
            statement = (
                update(refusal)
                .where(_r.server_id == bindparam("new_server_id"), _r.username == bindparam("new_username"))
                .values({name: bindparam(f"new_{name}") for name in names})
            )
            self._connection.execute(statement, changed)

    def entered(self, logins: Mapping[tuple[int, str], datetime]) -> None:
        """Note when users who had been refused were seen with a session."""
        outside = select(_r.server_id, _r.username).where(or_(_r.entered_at.is_(None), _r.entered_at < _r.at))
        awaited = {(server_id, username) for server_id, username in self._connection.execute(outside)}
        rows = [
            {"of": server_id, "who": username, "when": at}
            for (server_id, username), at in logins.items()
            if (server_id, username) in awaited
        ]
        if rows:
            statement = (
                update(refusal)
                .where(_r.server_id == bindparam("of"), _r.username == bindparam("who"), _r.at <= bindparam("when"))
                .values(entered_at=bindparam("when"))
            )
            self._connection.execute(statement, rows)

    def forget(self, before: datetime, most: int) -> int:
        """Delete those that are older, and the oldest ones of more than `most`; how many went."""
        gone = self._connection.execute(delete(refusal).where(_r.at < before)).rowcount
        total = self._connection.scalar(select(func.count()).select_from(refusal)) or 0
        if total > most:
            oldest = select(_r.id).order_by(_r.at, _r.id).limit(total - most)
            gone += self._connection.execute(delete(refusal).where(_r.id.in_(oldest))).rowcount
        return gone

    def counts(self) -> dict[str, int]:
        """How many users' last refusal, who did not come in since, had which cause."""
        statement = select(_r.cause, func.count()).where(_r.entered_at.is_(None)).group_by(_r.cause)
        return {str(cause): count for cause, count in self._connection.execute(statement)}
