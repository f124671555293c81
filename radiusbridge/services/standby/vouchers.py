"""The vouchers of a server beside what a machine that may take its place has of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.domain.records import Server
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch, on_sale
from radiusbridge.gateways.voucher_factory import keeps_vouchers
from radiusbridge.gateways.vouchers.desk import HIDDEN, Plans
from radiusbridge.services.standby.bringing import BatchThere

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context


@dataclass(frozen=True, slots=True)
class BatchCompared:
    """What of a batch is not as the database says. what: of those that are otherwise."""

    batch_id: int
    missing: int = 0
    odd: int = 0
    over: int = 0
    what: str = ""

    @property
    def count(self) -> int:
        """How many vouchers."""
        return self.missing + self.odd + self.over

    @property
    def line(self) -> str:
        """A sentence."""
        faults = [f"{self.missing} {_are(self.missing)} not there"] * bool(self.missing)
        faults += [f"{self.odd} {_are(self.odd)} otherwise ({self.what})"] * bool(self.odd)
        faults += [f"{self.over} {_are(self.over)} over, and there still"] * bool(self.over)
        return f"voucher batch {self.batch_id}: {', '.join(faults)}"


@dataclass(frozen=True, slots=True)
class VouchersCompared:
    """All batches. batches: those of which something differs. unkept: vouchers on sale, where the machine keeps none.
    hidden: of the same, those whose password is not shown."""

    same: int = 0
    batches: tuple[BatchCompared, ...] = ()
    unkept: int = 0
    hidden: int = 0

    @property
    def count(self) -> int:
        """How many vouchers differ."""
        return sum(each.count for each in self.batches)

    @property
    def wrong(self) -> bool:
        """Whether cards would not do after a failover what they do now."""
        return bool(self.count or self.unkept)

    @property
    def lines(self) -> tuple[str, ...]:
        """A sentence for each batch."""
        return tuple(each.line for each in self.batches)

    @property
    def words(self) -> str:
        """All in one line; empty: there are no vouchers."""
        if self.unkept:
            return f"{self.unkept} are on sale, and it keeps none: nobody is let in with them after a failover"
        if self.batches:
            return "; ".join(self.lines[:5])
        hidden = f"; the passwords of {self.hidden} are not shown" if self.hidden else ""
        return f"{self.same} are as the database says{hidden}" if self.same else ""

    def stored(self) -> dict[str, int]:
        """JSON values."""
        return {"same": self.same, "differs": self.count, "unkept": self.unkept}


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def kept_batches(unit: "UnitOfWork", server_id: int) -> tuple[VoucherBatch, ...]:
    """The batches of a User Manager of which something may be on sale."""
    live = unit.vouchers.live_by_batch(Keeper.USER_MANAGER, server_id)
    found = (unit.vouchers.get(batch_id) for batch_id in sorted(live))
    return tuple(batch for batch in found if batch.origin is Origin.HERE)


async def compare_vouchers(
    context: "Context", machine: Server, names: Mapping[str, str]
) -> tuple[VouchersCompared, frozenset[str]]:
    """(a machine in the seat of the active server beside the database, which of these names are our vouchers).

    names: comments of its accounts that are no customer's. Errors as the machine answers.
    """

    def work(unit: "UnitOfWork") -> tuple[tuple[VoucherBatch, ...], dict[str, Voucher], dict[int, VoucherBatch]]:
        by_key = unit.vouchers.of_keys(Keeper.USER_MANAGER, machine.id, map(folded, names))
        ids = {row.batch_id for row in by_key.values()}
        return kept_batches(unit, machine.id), by_key, {each: unit.vouchers.get(each) for each in ids}

    batches, by_key, known = await context.database.read(work)
    codes, over = set[str](), dict[int, int]()
    for name, comment in names.items():
        row = by_key.get(folded(name))
        if row is not None and comment.startswith(known[row.batch_id].label):
            codes.add(name)
            over[row.batch_id] = over.get(row.batch_id, 0) + row.over
    if not keeps_vouchers(machine):
        unkept = await context.database.read(lambda unit: sum(_on_sale(unit, batch) for batch in batches))
        return VouchersCompared(unkept=unkept), frozenset(codes)
    same = hidden = 0
    found: dict[int, BatchCompared] = {}
    plans: Plans = {}
    for batch in batches:
        seen = await BatchThere(context, machine, batch.id, plans=plans).look()
        same, hidden = same + seen.alike, hidden + seen.hidden
        what = {each for _, there in seen.odd for each in there.differs if each != HIDDEN}
        told = ", ".join(sorted(what))
        found[batch.id] = BatchCompared(batch.id, len(seen.missing), len(seen.odd), len(seen.over), told)
    for batch_id, count in over.items():
        found.setdefault(batch_id, BatchCompared(batch_id, over=count))
    differ = tuple(found[batch_id] for batch_id in sorted(found) if found[batch_id].count)
    return VouchersCompared(same, differ, hidden=hidden), frozenset(codes)


def _on_sale(unit: "UnitOfWork", batch: VoucherBatch) -> int:
    return sum(map(on_sale, unit.vouchers.rows(batch.id)))
