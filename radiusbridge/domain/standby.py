"""A server and its standby: who is asked first by a NAS, by the rows of its `/radius` menu. Pure.

RouterOS asks the first row that serves the service, called-id and domain, and the next one only when that one does not
answer (manual, "RADIUS"). So what matters is which of the two servers' rows comes first, for each of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

SERVICES = ("ppp", "hotspot")
"""Services of `/radius` that our customers come in by."""
WAIT_DIAL = 120.0
"""Seconds in which somebody has to dial in on a NAS, so that it is seen whom it asks."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A server and its standby.

    Customers and NASes belong to the record `server_id`, the active one; `standby_id` is the record of the other. At a
    failover the two records change machines, in one transaction with the next epoch, so that there is one active
    machine at every moment. turned: the machine that was the standby when the pair was made is the active one.
    """

    server_id: int
    standby_id: int
    epoch: int = 1
    turned: bool = False
    auto: bool = False
    operation_id: int = 0
    """Which operation made it what it is; 0: it was made so."""
    since: datetime | None = None
    failures: int = 0
    """How many health checks in a row found the active one dead."""
    checked_at: datetime | None = None
    seen: Mapping[str, object] = field(default_factory=dict)
    """What the newest health check saw, JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusRow:
    """A row of `/radius`. scope: called-id, domain and realm that it is limited to, as one word; empty: none."""

    id: str
    address: str
    services: tuple[str, ...]
    disabled: bool = False
    scope: str = ""
    comment: str = ""

    def serves(self, service: str, scope: str) -> bool:
        """Whether it is asked about that."""
        return not self.disabled and service in self.services and scope == self.scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Rows that go to before another one. `.id`s."""

    rows: tuple[str, ...]
    before: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a NAS asks, given its rows, and the addresses by which it knows the two servers."""

    rows: Sequence[RadiusRow]
    target: frozenset[str]
    other: frozenset[str]

    @property
    def uses(self) -> list[tuple[str, str]]:
        """(service, scope) that one of the two is asked about."""
        ours = self.target | self.other
        found = (row for row in self.rows if row.address in ours and not row.disabled)
        return list(dict.fromkeys((name, row.scope) for row in found for name in SERVICES if name in row.services))

    def order(self, service: str, scope: str) -> list[RadiusRow]:
        """The rows that are asked about that, in order."""
        return [row for row in self.rows if row.serves(service, scope)]

    @property
    def lacks(self) -> tuple[str, ...]:
        """Services about which the other one is asked and the target cannot be: it has no enabled row for them."""
        uses = self.uses or [(SERVICES[0], "")]
        return tuple(
            f"{service} {scope}".strip()
            for service, scope in uses
            if not any(row.address in self.target for row in self.order(service, scope))
        )

    @property
    def first(self) -> bool:
        """Whether the target comes before the other one wherever both, or it alone, could be asked."""
        return not self.lacks and all(self._leads(*use) for use in self.uses)

    def _leads(self, service: str, scope: str) -> bool:
        pair = (row.address in self.target for row in self.order(service, scope) if self._ours(row))
        return next(pair, False)

    def _ours(self, row: RadiusRow) -> bool:
        return row.address in self.target or row.address in self.other

    @property
    def moves(self) -> tuple[Move, ...]:
        """What brings the target's rows before the other's; all other rows keep their order."""
        found: dict[str, list[str]] = {}
        for service, scope in self.uses:
            order = self.order(service, scope)
            before = next((row.id for row in order if row.address in self.other), None)
            at = next((row.id for row in order if row.address in self.target), None)
            if before is not None and at is not None and not self._leads(service, scope):
                found.setdefault(before, []).append(at)
        return tuple(Move(rows=tuple(dict.fromkeys(rows)), before=before) for before, rows in found.items())

    @property
    def strangers(self) -> tuple[str, ...]:
        """Addresses of third servers that are asked before the two."""
        found = []
        for service, scope in self.uses:
            for row in self.order(service, scope):
                if self._ours(row):
                    break
                found.append(row.address)
        return tuple(dict.fromkeys(found))
