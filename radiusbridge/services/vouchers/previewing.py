"""A card before it is printed: a specimen, with a code that is none."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.vouchers import cards
from radiusbridge.domain.vouchers.cards import Card
from radiusbridge.domain.vouchers.prints import Form
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.domain.vouchers.templates import Template, spoken
from radiusbridge.services.context import Context
from radiusbridge.services.vouchers.cards.making import Making, text_of
from radiusbridge.services.vouchers.cards.qr import ascii_blocks, half_blocks
from radiusbridge.services.vouchers.cards.text import lines

_SAMPLE = VoucherBatch(
    "rb-SAMPLE", Keeper.HOTSPOT, 0, "hotspot", "harian", 1, id=1, time_limit=3 * 3600, validity=86_400,
    selling_price=5000, outlet="kios",
)  # fmt: skip


async def specimen(context: Context, template: Template, batch_id: int | None = None, speaks: str = "en") -> Card:
    """speaks: the operator's language. Of a batch, or where there is none of one like the newest. UnknownName."""

    def work(unit: UnitOfWork) -> VoucherBatch:
        if batch_id is not None:
            return unit.vouchers.get(batch_id)
        return next(iter(unit.vouchers.listed(1)), _SAMPLE)

    return cards.specimen(spoken(template, "", speaks), await context.database.read(work), context.zone)


def text(card: Card, *, ascii_only: bool = False, light_ink: bool = False) -> str:
    """As text, with its QR code."""
    making = Making(Form.TEXT, Template(), ascii_only=ascii_only, light_ink=light_ink)
    return text_of(making, card).rstrip("\n")


def halves(card: Card, *, ascii_only: bool = False) -> tuple[list[str], list[str]]:
    """(the words, the QR code) of it, as lines, for black on white. Blocks: for a thread."""
    return lines(card, ascii_blocks if ascii_only else half_blocks, ascii_only=ascii_only)
