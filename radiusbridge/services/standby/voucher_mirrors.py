"""Vouchers of a User Manager go to its standby, too: a mirror of their batch, in the transaction that changes them.

A voucher that was read back on its server is on sale and is brought there; one that is void or expired is taken away
there. As every mirror, it brings what the database says when it runs. All of a batch stand in one queue, so that none
overtakes another.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from radiusbridge.domain.records import Intent, Operation, Server
from radiusbridge.domain.verdict import Status
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.gateways.voucher_factory import keeps_vouchers
from radiusbridge.services.standby.mirroring import enter_mirror

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.domain.standby import Pair
    from radiusbridge.services.context import Context

FEW = 100
"""Vouchers that a mirror names one by one; of more the whole batch is looked at."""


def mirror_batch(
    unit: "UnitOfWork", batch: VoucherBatch, context: "Context", reason: str, ids: Collection[int] = ()
) -> Operation | None:
    """Have a batch, or those of its vouchers, brought to its server's standby; None: there is none that keeps vouchers,
    or what waits for it brings them anyway."""
    pair = pair_of(unit, batch)
    if pair is None or batch.origin is not Origin.HERE:
        return None
    return enter_batch(unit, pair.standby_id, batch, context, reason, ids)


def enter_batch(
    unit: "UnitOfWork", server_id: int, batch: VoucherBatch, context: "Context", reason: str, ids: Collection[int] = ()
) -> Operation | None:
    """The same for one server of the pair; None: it keeps no vouchers, or a mirror that has not begun does it."""
    if not keeps_vouchers(unit.servers.get(server_id)):
        return None
    waiting = (each for each in unfinished(unit, server_id, batch) if each.status is not Status.RUNNING)
    if any(not only_of(each) for each in waiting):
        return None
    wanted: dict[str, object] = {"batch_id": batch.id}
    if 0 < len(ids) <= FEW:
        wanted["voucher_ids"] = sorted(ids)
    who, channel = context.who, context.channel
    of = Operation(Intent.MIRROR, server_id, 0, batch.called, wanted, who=who, channel=channel, reason=reason)
    return enter_mirror(unit, server_id, of, batch.called)


def unfinished(unit: "UnitOfWork", server_id: int, batch: VoucherBatch) -> Sequence[Operation]:
    """The mirrors of a batch that are not over, at one server of a pair."""
    return unit.standbys.mirrors_of(server_id, batch.called)


def is_batch(operation: Operation) -> bool:
    """Whether a mirror is of vouchers."""
    return operation.intent is Intent.MIRROR and "batch_id" in operation.wanted


def only_of(operation: Operation) -> frozenset[int]:
    """The vouchers that a mirror is about; empty: the whole batch."""
    ids = operation.wanted.get("voucher_ids") or ()
    assert isinstance(ids, Sequence)
    return frozenset(int(str(each)) for each in ids)


def pair_of(unit: "UnitOfWork", batch: VoucherBatch) -> "Pair | None":
    """The pair of servers that a batch is kept by; None: its server has no standby, or a hotspot keeps it."""
    return unit.standbys.of(batch.router_id) if batch.keeper is Keeper.USER_MANAGER else None


def roles(unit: "UnitOfWork", batch: VoucherBatch) -> int:
    """Grows when the server of a batch becomes another machine; 0: it has no standby."""
    pair = pair_of(unit, batch)
    return 0 if pair is None else pair.epoch


def lacks(unit: "UnitOfWork", batch: VoucherBatch) -> bool:
    """Whether the server in charge was not yet brought what the one before it had of a batch."""
    return pair_of(unit, batch) is not None and bool(unfinished(unit, batch.router_id, batch))


def exchange_vouchers(unit: "UnitOfWork", server_id: int, standby_id: int, context: "Context") -> None:
    """After the two have changed machines: what is over and was not seen off the one before is taken off it, too.
    Mirrors of vouchers that were not done go to both, as all mirrors do (`mirroring.exchange`)."""
    unit.voucher_ends.other_clock(server_id)
    pending: Mapping[int, Collection[int]] = unit.voucher_ends.pending(server_id)
    for batch_id, ids in pending.items():
        batch = unit.vouchers.get(batch_id)
        enter_batch(unit, standby_id, batch, context, f"{batch.called}: over when the roles were turned", ids)


def in_charge(unit: "UnitOfWork", server_id: int, machine: Server) -> bool:
    """Whether a machine of the pair of that record is the active one now."""
    pair = unit.standbys.among(server_id)
    active = unit.servers.get(server_id if pair is None else pair.server_id)
    return (active.home, active.kind) == (machine.home, machine.kind)
