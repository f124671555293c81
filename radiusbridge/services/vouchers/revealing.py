"""Codes of unsold vouchers shown: who asked for how many, and of which batch, is written down first."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.records import Voucher
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

ACTION = "voucher.reveal"


async def reveal(
    context: Context,
    vouchers: Iterable[Voucher],
    *,
    passwords: bool = False,
    to: str = "",
    told: set[int] | None = None,
) -> None:
    """Write down that these are about to be shown, a line for each batch, and never a code. Where none of them is fresh
    nothing is written. to: the file they go into. told: ids that were written down before; the others are added.

    Refused: what only reads cannot write it down, and shows none.
    """
    fresh = {each.id: each.batch_id for each in vouchers if each.fresh and each.id not in (told or ())}
    if not fresh:
        return
    require(context, ACTION)
    what = "codes and passwords" if passwords else "codes"

    def work(unit: UnitOfWork) -> None:
        for batch_id, count in sorted(Counter(fresh.values()).items()):
            after = {"shown": what, "vouchers": count, **({"to": safe(str(Path(to).absolute()), 200)} if to else {})}
            unit.note(ACTION, f"voucher batch {batch_id}", who=context.who, channel=context.channel, after=after)

    await context.database.write(work)
    if told is not None:
        told.update(fresh)
