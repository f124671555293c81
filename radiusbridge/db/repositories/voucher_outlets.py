"""Outlets by name: nobody is to tell two by their case alone. The spelling that came first stands."""

from sqlalchemy import insert, select

from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_book_tables import voucher_outlet
from radiusbridge.domain.text import folded

_o = voucher_outlet.c


class VoucherOutlets:
    """As they were first written."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def spelled(self, name: str) -> str:
        """As it is written here; one that nobody has written yet as it is."""
        if not name:
            return name
        known: str | None = self._connection.scalar(select(_o.name).where(_o.name_key == folded(name)))
        return name if known is None else known

    def written(self, name: str) -> str:
        """The same; from now on it is written so."""
        known = self.spelled(name)
        statement = select(_o.name_key).where(_o.name_key == folded(name))
        if name and self._connection.scalar(statement) is None:
            self._connection.execute(insert(voucher_outlet).values(name=name, name_key=folded(name)))
        return known
