"""The circuit breakers of servers: a row for each server that is dark."""

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select

from radiusbridge.db.tables import breaker
from radiusbridge.db.transaction import Transaction, insert_into
from radiusbridge.domain.breaker import CLOSED, Breaker

_SAME = ("failures", "dark_since", "next_try", "trial_until", "error")
_ALL = select(breaker)
_DELETE = delete(breaker).where(breaker.c.server_id == bindparam("of"))


class Breakers:
    """Of all servers; those that answer have no row."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def open(self) -> Mapping[int, Breaker]:
        """Those that are not closed, by server; read once in a transaction."""
        known = self._transaction.known(breaker)
        if "all" not in known:
            rows = self._connection.execute(_ALL).mappings()
            known["all"] = {row["server_id"]: Breaker(*(row[name] for name in _SAME)) for row in rows}
        found: Mapping[int, Breaker] = known["all"]
        return found

    def of(self, server_id: int) -> Breaker:
        """That of a server."""
        return self.open().get(server_id, CLOSED)

    def put(self, server_id: int, value: Breaker) -> None:
        """Store it anew."""
        self._transaction.forget(breaker)
        self._connection.execute(_DELETE, {"of": server_id})
        if value != CLOSED:
            values = {name: getattr(value, name) for name in _SAME}
            self._connection.execute(insert_into(breaker), {"server_id": server_id, **values})
