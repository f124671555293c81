"""The cash drawer of a shift: opened with a float, sold from, counted and closed once."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.records import check_outlet
from radiusbridge.domain.vouchers.sales import rupiah
from radiusbridge.domain.vouchers.shifts import Drawer, Shift, ShiftEnd, check_cash, check_note
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

COUNT_OFF = "that is not what has to be in the drawer"
COUNT_AGAIN = "count again, or say why: --reason TEXT"


class NotThatShift(RadiusbridgeError):
    """It is open already, or closed, or there is none."""


async def open_shift(context: Context, outlet: str, cash: int, *, note: str = "") -> Drawer:
    """Begin a shift of the operator, with so much in the drawer. NotThatShift: one is open; BadInput."""
    require(context, "voucher.shift.open")
    check_outlet(outlet)

    def work(unit: UnitOfWork) -> Drawer:
        place = unit.voucher_outlets.written(outlet)
        shift = unit.voucher_shifts.open(Shift(place, context.who, unit.now, cash, note))
        if shift is None:
            raise NotThatShift(
                "a shift is open already", target=safe(context.who, 40), hint="radiusbridge voucher shift close"
            )
        after = {"outlet": shift.outlet, "cash": cash}
        who, channel = context.who, context.channel
        unit.note("voucher.shift.open", f"shift {shift.id}", who=who, channel=channel, after=after, reason=note)
        return Drawer(shift)

    return await context.database.write(work)


async def close_shift(context: Context, counted: int, *, shift_id: int | None = None, reason: str = "") -> Drawer:
    """Count the drawer and end the shift: the operator's own, or another. Refused: it is not what it has to be, and
    nobody says why; by how much is told when it is closed, so that nobody counts towards it. NotThatShift: it is
    closed, or none is open; UnknownName; BadInput."""
    require(context, "voucher.shift.close")
    check_cash(counted)
    check_note(reason)

    def work(unit: UnitOfWork) -> Drawer | None:
        drawer = unit.voucher_shifts.get(_which(unit, context, shift_id))
        subject, who, channel = f"shift {drawer.shift.id}", context.who, context.channel
        if drawer.end is not None:
            raise NotThatShift("it is closed already", target=f"shift {drawer.shift.id}")
        expected = drawer.expected
        if counted != expected and not reason.strip():
            about = {"counted": counted, "difference": counted - expected}
            unit.note("voucher.shift.count", subject, who=who, channel=channel, after=about)
            return None
        end = ShiftEnd(drawer.shift.id, unit.now, context.who, drawer.takings, expected, counted, reason.strip())
        if not unit.voucher_shifts.close(end):
            raise NotThatShift("it is closed already", target=f"shift {drawer.shift.id}")
        after = {"expected": expected, "counted": counted, "difference": end.difference}
        unit.note("voucher.shift.close", subject, who=who, channel=channel, after=after, reason=end.reason)
        return Drawer(drawer.shift, drawer.takings, end)

    closed = await context.database.write(work)
    if closed is None:
        raise Refused(COUNT_OFF, target=rupiah(counted), hint=COUNT_AGAIN)
    return closed


async def drawer(context: Context, shift_id: int | None = None) -> Drawer:
    """A shift, or the operator's open one. UnknownName; NotThatShift: none is open."""
    return await context.database.read(lambda unit: unit.voucher_shifts.get(_which(unit, context, shift_id)))


async def own(context: Context) -> Drawer | None:
    """The operator's open shift; None: there is none."""

    def work(unit: UnitOfWork) -> Drawer | None:
        shift = unit.voucher_shifts.current(context.who)
        return None if shift is None else unit.voucher_shifts.get(shift.id)

    return await context.database.read(work)


async def drawers(context: Context, *, limit: int = 50, only_open: bool = False) -> tuple[Drawer, ...]:
    """Shifts, newest first."""
    if limit < 1:
        raise BadInput("a list has a row at least", target=str(limit))
    return await context.database.read(lambda unit: unit.voucher_shifts.listed(limit, only_open=only_open))


def _which(unit: UnitOfWork, context: Context, shift_id: int | None) -> int:
    if shift_id is not None:
        return shift_id
    shift = unit.voucher_shifts.current(context.who)
    if shift is None:
        raise NotThatShift("no shift is open", target=safe(context.who, 40), hint="radiusbridge voucher shift open")
    return shift.id
