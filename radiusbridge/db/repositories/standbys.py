"""Servers and their standbys: which is active is decided by compare-and-set."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from radiusbridge.db.repositories.operations import user_subject
from radiusbridge.db.repositories.servers import Servers
from radiusbridge.db.standby_tables import standby_pair
from radiusbridge.db.tables import operation, server
from radiusbridge.db.transaction import Transaction, insert_into
from radiusbridge.domain.records import Intent, Operation, Server
from radiusbridge.domain.standby import Pair

_p, _o = standby_pair.c, operation.c
_ALL = select(standby_pair).order_by(_p.server_id)
SEATED = ("id", "isolation_policy", "isolation_name", "isolation_rate", "isolation_pool", "method", "standby")
"""What stays with a record when the two of a pair change machines: how its customers are kept out and log in."""


class Standbys:
    """All pairs; few, and asked for with each intent, so they are read once in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def all(self) -> tuple[Pair, ...]:
        """Every pair, the oldest server first."""
        known = self._transaction.known(standby_pair)
        if "all" not in known:
            rows = self._connection.execute(_ALL).mappings()
            known["all"] = tuple(Pair(**row) for row in rows)
        found: tuple[Pair, ...] = known["all"]
        return found

    def of(self, server_id: int) -> Pair | None:
        """The pair of which that record is the active server."""
        return next((pair for pair in self.all() if pair.server_id == server_id), None)

    def among(self, server_id: int) -> Pair | None:
        """The pair of which that record is either one."""
        return next((pair for pair in self.all() if server_id in {pair.server_id, pair.standby_id}), None)

    def epoch(self, server_id: int) -> int:
        """Of the pair that a record is of; 0: it is of none."""
        pair = self.among(server_id)
        return 0 if pair is None else pair.epoch

    def add(self, pair: Pair, now: datetime) -> Pair:
        """Store a new pair."""
        self._transaction.forget(standby_pair)
        made = replace(pair, since=now)
        self._connection.execute(insert_into(standby_pair), _values(made))
        return made

    def remove(self, server_id: int) -> None:
        """Forget a pair."""
        self._transaction.forget(standby_pair)
        self._connection.execute(delete(standby_pair).where(_p.server_id == server_id))

    def change(self, server_id: int, **values: Any) -> None:
        """Set what is neither role nor epoch: `auto`, `failures`, `checked_at`, `seen`."""
        self._transaction.forget(standby_pair)
        self._connection.execute(update(standby_pair).where(_p.server_id == server_id).values(**values))

    def turn(self, pair: Pair, operation_id: int, now: datetime) -> Pair | None:
        """Make the other machine the active one, if the pair is still as it was; None: it is not.

        The two records change machines, so that whatever names the active server names the other machine from now on.
        """
        self._transaction.forget(standby_pair)
        turned = replace(pair, epoch=pair.epoch + 1, turned=not pair.turned, operation_id=operation_id, since=now)
        values = {"epoch": turned.epoch, "turned": turned.turned, "operation_id": operation_id, "since": now}
        values |= {"failures": 0, "checked_at": None, "seen": {}}
        mine = (_p.server_id == pair.server_id, _p.epoch == pair.epoch)
        if self._connection.execute(update(standby_pair).where(*mine).values(**values)).rowcount != 1:
            return None
        servers = Servers(self._transaction)
        one, other = servers.get(pair.server_id), servers.get(pair.standby_id)
        # names are unique: one of them stands aside for a moment
        aside = {"name": f"{one.name} turns", "name_key": f"\N{NO-BREAK SPACE}{one.id}"}
        self._connection.execute(update(server).where(server.c.id == one.id).values(**aside))
        servers.change(_seated(one, other))
        servers.change(_seated(other, one))
        return replace(turned, failures=0, checked_at=None, seen={})

    def behind(self, standby_id: int) -> tuple[Operation, ...]:
        """What a standby was not brought to yet, oldest first."""
        found = _listed(self._transaction, _o.server_id == standby_id, _o.intent == Intent.MIRROR)
        return tuple(found)

    def mirrors_of(self, server_id: int, name: str) -> tuple[Operation, ...]:
        """Those of them about one name, of either server of a pair."""
        same = (_o.server_id == server_id, _o.subject == user_subject(name), _o.intent == Intent.MIRROR)
        return tuple(_listed(self._transaction, *same))

    def unfinished(self, server_id: int) -> tuple[Operation, ...]:
        """Every operation of a server that is not over, oldest first."""
        return tuple(_listed(self._transaction, _o.server_id == server_id))


def _listed(transaction: Transaction, *conditions: Any) -> list[Operation]:
    from radiusbridge.db.repositories.leases import record_of

    statement = select(operation).where(_o.finished_at.is_(None), *conditions).order_by(_o.id)
    return [record_of(row) for row in transaction.connection.execute(statement).mappings()]


def _seated(machine: Server, seat: Server) -> Server:
    """A machine in the place of another."""
    return replace(machine, **{name: getattr(seat, name) for name in SEATED})


def _values(pair: Pair) -> Mapping[str, Any]:
    return {column.name: getattr(pair, column.name) for column in standby_pair.columns}
