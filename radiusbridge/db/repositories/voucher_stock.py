"""How many vouchers are ready, and how many have to be."""

from sqlalchemy import delete, func, insert, select

from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_book_tables import voucher_least
from radiusbridge.db.voucher_count_tables import voucher_count
from radiusbridge.db.voucher_tables import voucher_batch
from radiusbridge.domain.vouchers.stock import Level, watched

_b, _c, _l = voucher_batch.c, voucher_count.c, voucher_least.c


class VoucherStock:
    """By profile and outlet."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def least(self) -> dict[tuple[str, str], int]:
        """(profile, outlet, or `""` for all of them together) -> how many have to be ready."""
        rows = self._connection.execute(select(_l.profile, _l.outlet, _l.least))
        return {(row[0], row[1]): row[2] for row in rows}

    def set_least(self, profile: str, outlet: str, least: int) -> int:
        """Say how many; 0: any number will do. What was said before, or 0."""
        here = (_l.profile == profile, _l.outlet == outlet)
        before = self._connection.scalar(select(_l.least).where(*here)) or 0
        self._connection.execute(delete(voucher_least).where(*here))
        if least:
            self._connection.execute(insert(voucher_least).values(profile=profile, outlet=outlet, least=least))
        return before

    def watched(self) -> tuple[Level, ...]:
        """The levels of which it is said how many have to be ready; of no others anything is counted."""
        least = self.least()
        if not least:
            return ()
        profiles = sorted({profile for profile, _ in least})
        batches = select(_b.id, _b.profile, _b.outlet).where(_b.profile.in_(profiles))
        places = {row[0]: (row[1], row[2]) for row in self._connection.execute(batches)}
        ready: dict[tuple[str, str], int] = {}
        counts = select(_c.batch_id, func.sum(_c.count)).where(_c.stock == "ready").group_by(_c.batch_id)
        for batch_id, count in self._connection.execute(counts):
            if batch_id in places:
                place = places[batch_id]
                ready[place] = ready.get(place, 0) + int(count)
        return watched(ready, least)
