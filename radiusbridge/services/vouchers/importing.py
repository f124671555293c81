"""Take over what Mikhmon keeps on a router: vouchers, their dates, and sales. Nothing on the router is changed.

The same again changes nothing here either: what is known is told from what is new in the transaction that stores it.
"""

from dataclasses import dataclass

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Nas
from radiusbridge.domain.vouchers.importing import ImportPlan, Place, plan
from radiusbridge.domain.vouchers.mikhmon import Held
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

AT_ONCE = 20_000
"""Vouchers and sales that are stored in one transaction."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is on a router, and what importing it comes to. stored: it was."""

    nas: Nas
    held: Held
    plan: ImportPlan
    stored: bool = False


async def look(context: Context, router: str) -> Look:
    """What would be imported. UnknownName; BadInput: the NAS has no API access here; errors as `Router.read`."""
    nas = await context.database.read(lambda unit: unit.nases.named(router))
    gateway = context.gateways.mikhmon(nas)
    if gateway is None:
        raise BadInput("no API access is stored", target=nas.name, hint=f"radiusbridge nas edit {nas.name} --api HOST")
    held = await gateway.read()
    return Look(nas, held, await context.database.read(lambda unit: _planned(unit, nas, held)))


async def store(context: Context, looked: Look) -> Look:
    """Import what was looked at; what came to be known since is not stored twice. A long one takes several
    transactions, so that nobody waits for it; what is cut off is finished by the next import."""
    require(context, "voucher.import")

    def work(unit: UnitOfWork) -> tuple[ImportPlan, bool]:
        found = _planned(unit, looked.nas, looked.held)
        part, whole = found.part(AT_ONCE)
        unit.voucher_imports.store(part, looked.nas.id)
        if first is None:
            after = {
                "new": found.new, "changed": len(found.changes), "same": found.same, "refused": len(found.refused),
                "sales": len(found.bookings), "amount": found.amount,
            }  # fmt: skip
            unit.note("voucher.import", looked.nas.name, who=context.who, channel=context.channel, after=after)
        return found, whole

    first: ImportPlan | None = None
    whole = False
    while not whole:
        found, whole = await context.database.write(work)
        first = first or found
    assert first is not None
    return Look(looked.nas, looked.held, first, stored=True)


def _planned(unit: UnitOfWork, nas: Nas, held: Held) -> ImportPlan:
    known = unit.voucher_imports.known(nas.id, (sale.key for sale in held.sales))
    return plan(held, known, Place(nas.id, nas.name), unit.now)
