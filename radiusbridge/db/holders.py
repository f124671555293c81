"""Who works on a database right now: the holders of its leases, whoever they are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from radiusbridge.db.agent_tables import duty
from radiusbridge.db.bulk_tables import bulk_run
from radiusbridge.db.tables import operation
from radiusbridge.db.voucher_print_tables import voucher_print
from radiusbridge.db.voucher_tables import voucher_batch


@dataclass(frozen=True, slots=True)
class Holder:
    """what: `operation 7`, `bulk run 3`, `voucher batch 2`, `print run 5`, or the name of a duty of the agents."""

    what: str
    owner: str
    until: datetime


def _leased(what: str, number: Column[Any], owner: Column[Any], until: Column[Any]) -> tuple[str, Select[Any]]:
    return what, select(number, owner, until).where(owner.is_not(None)).order_by(number)


_GIVEN_BACK = datetime(1971, 1, 1, tzinfo=UTC)
_HELD: tuple[tuple[str, Select[Any]], ...] = (
    _leased("operation", operation.c.id, operation.c.lease_owner, operation.c.lease_until),
    _leased("bulk run", bulk_run.c.id, bulk_run.c.lease_owner, bulk_run.c.lease_until),
    _leased("voucher batch", voucher_batch.c.id, voucher_batch.c.lease_owner, voucher_batch.c.lease_until),
    _leased("print run", voucher_print.c.id, voucher_print.c.lease_owner, voucher_print.c.lease_until),
    # one that was given back ended long ago
    ("", select(duty.c.name, duty.c.owner, duty.c.until).where(duty.c.until > _GIVEN_BACK).order_by(duty.c.name)),
)


def holders(connection: Connection) -> tuple[Holder, ...]:
    """All leases that were not given back, also those that are over."""
    return tuple(
        Holder(f"{what} {name}".strip(), owner, until)
        for what, statement in _HELD
        for name, owner, until in connection.execute(statement)
    )


def at_work(found: tuple[Holder, ...], now: datetime, dead: Callable[[set[str]], frozenset[str]]) -> tuple[Holder, ...]:
    """Those whose lease is not over and whose owner may still live. dead: which of these owners do not."""
    gone = dead({each.owner for each in found})
    return tuple(each for each in found if each.owner not in gone and each.until > now)
