"""Templates of voucher cards that this installation has."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.base import NamedRepository
from radiusbridge.db.voucher_print_tables import voucher_template
from radiusbridge.domain.text import folded
from radiusbridge.domain.vouchers.prints import StoredTemplate
from radiusbridge.domain.vouchers.templates import parsed, written


class VoucherTemplates(NamedRepository[StoredTemplate]):
    """By name."""

    table = voucher_template
    noun = "template"

    def _values(self, record: StoredTemplate) -> dict[str, Any]:
        return {"name": record.name, "name_key": folded(record.name), "body": written(record.template)}

    def _record(self, row: RowMapping) -> StoredTemplate:
        return StoredTemplate(row["name"], parsed(row["body"]), row["id"])

    def _users(self, _record_id: int) -> Iterable[tuple[str, Sequence[str], int]]:
        return ()
