"""What a watch over vouchers asks of the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import RowMapping

from radiusbridge.db.repositories.vouchers import LIVE, Vouchers
from radiusbridge.db.tables import customer, profile
from radiusbridge.db.transaction import Transaction
from radiusbridge.db.voucher_tables import voucher, voucher_batch
from radiusbridge.domain.vouchers.census import Books, Expected, OwnBatch
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.guessing import Risk
from radiusbridge.domain.vouchers.records import Keeper

_b, _v = voucher_batch.c, voucher.c
_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Carried:
    """A voucher that somebody is online with."""

    keeper: Keeper
    router_id: int
    batch_id: int
    row: int
    profile: str


class VoucherWatch:
    """Questions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def places(self) -> tuple[tuple[Keeper, int], ...]:
        """The routers that vouchers were drawn for."""
        rows = self._connection.execute(select(_b.keeper, _b.router_id).distinct().order_by(_b.keeper, _b.router_id))
        return tuple((keeper, router_id) for keeper, router_id in rows)

    def books(self, keeper: Keeper, router_id: int, keys: Iterable[str], now: datetime) -> Books:
        """Of one router, as far as a list of these keys goes. Vouchers whose end has come are not expected any more:
        somebody may see to them now."""
        place = (_b.keeper == keeper, _b.router_id == router_id)
        rows = self._connection.execute(select(voucher_batch).where(*place)).mappings()
        batches = {row["id"]: _batch(row) for row in rows}
        columns = (_v.code_key, _v.code, _v.batch_id, _v.read_at, _v.row)
        vouchers = Vouchers(self._transaction)
        live = list(vouchers.live_by_batch(keeper, router_id))
        expected: dict[str, Expected] = {}
        # apart, so that the index of what is live, whose second column this is, fits better than any other
        for lasts in (_v.expires_at.is_(None), _v.expires_at > now):
            for at in range(0, len(live), _TOGETHER):
                statement = select(*columns).where(_v.batch_id.in_(live[at : at + _TOGETHER]), lasts, *LIVE)
                for key, *told in self._connection.execute(statement):
                    expected[key] = Expected(*told)
        there = set(keys) - expected.keys()
        known = expected.keys() | vouchers.taken(keeper, router_id, there)
        if keeper is Keeper.USER_MANAGER:
            known |= self._customers(there)
        return Books(batches, expected, frozenset(known))

    def risks(self) -> dict[tuple[Keeper, int], tuple[Risk, ...]]:
        """How many codes of which form can be used on each router."""
        each = select(_v.batch_id, func.count().label("live")).where(*LIVE).group_by(_v.batch_id).subquery()
        form = (_b.alphabet, _b.length, _b.prefix, _b.check_sign)
        statement = (
            select(_b.keeper, _b.router_id, *form, func.sum(each.c.live))
            .join_from(each, voucher_batch, each.c.batch_id == _b.id)
            .group_by(_b.keeper, _b.router_id, *form)
        )
        found: dict[tuple[Keeper, int], tuple[Risk, ...]] = {}
        for keeper, router_id, alphabet, length, prefix, check, live in self._connection.execute(statement):
            risk = Risk(CodeForm(alphabet, length, prefix, check), int(live))
            found[keeper, router_id] = (*found.get((keeper, router_id), ()), risk)
        return found

    def somebodys(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of these folded names that are a voucher's code, whatever became of it, or a customer's."""
        wanted, found = sorted(set(keys)), set[str]()
        for at in range(0, len(wanted), _TOGETHER):
            some = wanted[at : at + _TOGETHER]
            found.update(self._connection.scalars(select(_v.code_key).where(_v.code_key.in_(some))))
        return frozenset(found | self._customers(wanted))

    def _customers(self, keys: Iterable[str]) -> set[str]:
        wanted, found = sorted(set(keys)), set[str]()
        for at in range(0, len(wanted), _TOGETHER):
            same = customer.c.username_key.in_(wanted[at : at + _TOGETHER])
            found.update(self._connection.scalars(select(customer.c.username_key).where(same)))
        return found

    def codes(self, keys: Iterable[str]) -> dict[str, Carried]:
        """By key: those that are vouchers, the newest of each."""
        wanted = sorted(set(keys))
        found: dict[str, Carried] = {}
        for at in range(0, len(wanted), _TOGETHER):
            statement = (
                select(_v.code_key, _v.keeper, _v.router_id, _v.batch_id, _v.row, _b.profile)
                .join_from(voucher, voucher_batch, _v.batch_id == _b.id)
                .where(_v.code_key.in_(wanted[at : at + _TOGETHER]), _v.void_at.is_(None))
                .order_by(_v.id)
            )
            for key, *carried in self._connection.execute(statement):
                found[key] = Carried(*carried)
        return found

    def shared_users(self) -> dict[str, int]:
        """How many devices each profile allows at once."""
        rows = self._connection.execute(select(profile.c.name, profile.c.shared_users))
        return {row[0]: row[1] for row in rows}


def _batch(row: RowMapping) -> OwnBatch:
    form = CodeForm(row["alphabet"], row["length"], row["prefix"], row["check_sign"])
    told = row["keeper"] is Keeper.HOTSPOT
    limits = row["time_limit"], row["data_limit"]
    return OwnBatch(row["id"], row["label"], row["profile"], form, *limits, row["origin"], told)
