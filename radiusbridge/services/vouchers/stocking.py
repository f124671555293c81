"""What there is to sell, and how much there has to be."""

from dataclasses import replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.vouchers.records import check_outlet
from radiusbridge.domain.vouchers.stock import Level, check_least
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require


async def levels(context: Context) -> tuple[Level, ...]:
    """By profile and outlet, those that are said to need some though there are none, too; then by profile in all."""

    def work(unit: UnitOfWork) -> tuple[Level, ...]:
        least = {(each.profile, each.outlet): each for each in unit.voucher_stock.watched()}
        whole = {level.profile: level for level in least.values() if level.outlet is None}
        here = {place: level for place, level in least.items() if level.outlet is not None}
        for each in unit.voucher_sales.stock(unit.now):
            known = here.get((each.profile, each.outlet))
            wanted = None if known is None else known.least
            here[each.profile, each.outlet] = Level(
                each.profile, each.outlet, each.ready, each.others, each.sold, wanted
            )
            if each.profile in whole:
                total = whole[each.profile]
                whole[each.profile] = replace(total, others=total.others + each.others, sold=total.sold + each.sold)
        return (*sorted(here.values(), key=lambda level: (level.profile, level.outlet or "")), *whole.values())

    return await context.database.read(work)


async def shortages(context: Context) -> tuple[Level, ...]:
    """Where there are too few."""
    found = await context.database.read(lambda unit: unit.voucher_stock.watched())
    return tuple(level for level in found if level.short)


async def set_least(context: Context, profile: str, least: int, *, outlet: str = "") -> None:
    """Say how many of a profile have to be ready, at an outlet or (`""`) in all; 0: any number will do. BadInput."""
    require(context, "voucher.least")
    check_least(least)
    check_outlet(outlet)
    if not profile.strip():
        raise BadInput("say of which profile")

    def work(unit: UnitOfWork) -> None:
        place = unit.voucher_outlets.written(outlet)
        before = unit.voucher_stock.set_least(profile, place, least)
        if before != least:
            subject = f"stock of {profile}{f' at {place}' if place else ''}"
            who, channel = context.who, context.channel
            states = {"least": before}, {"least": least}
            unit.note("voucher.least", subject, who=who, channel=channel, before=states[0], after=states[1])

    await context.database.write(work)
