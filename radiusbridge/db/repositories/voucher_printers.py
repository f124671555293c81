"""Printers of voucher cards, by name."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.base import NamedRepository
from radiusbridge.db.voucher_print_tables import voucher_printer
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.prints import VoucherPrinter

_SAME = tuple(item.name for item in fields(VoucherPrinter))


class VoucherPrinters(NamedRepository[VoucherPrinter]):
    """By name."""

    table = voucher_printer
    noun = "printer"

    def _values(self, record: VoucherPrinter) -> dict[str, Any]:
        same = {name: getattr(record, name) for name in _SAME if name != "id"}
        return {**same, "name_key": folded(record.name)}

    def _record(self, row: RowMapping) -> VoucherPrinter:
        return VoucherPrinter(**{name: row[name] for name in _SAME})

    def _users(self, _record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        return ()

    def _instead(self, name: str, names: Sequence[str]) -> str:
        if not names:
            return "there is none yet: see `radiusbridge voucher printer set --help`"
        return super()._instead(name, names).replace("`radiusbridge printer", "`radiusbridge voucher printer")
