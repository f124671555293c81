"""Vouchers and their batches. As with bulk runs, whoever claimed one last holds it, under the epoch of that claim."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from radiusbridge.db.errors import LeaseLost
from radiusbridge.db.repositories.leases import NOBODY
from radiusbridge.db.transaction import Transaction, select_by_id
from radiusbridge.db.voucher_count_tables import voucher_count
from radiusbridge.db.voucher_filtering import necessary
from radiusbridge.db.voucher_tables import voucher, voucher_batch
from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.filters import Node
from radiusbridge.domain.records import Lease
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm, all_misread, typed_keys
from radiusbridge.domain.vouchers.origins import Origin
from radiusbridge.domain.vouchers.records import BatchStatus, Keeper, Voucher, VoucherBatch

_b = voucher_batch.c
_v = voucher.c
_c = voucher_count.c
_BATCH = tuple(item.name for item in fields(VoucherBatch) if item.name not in {"id", "form", "lease"})
_VOUCHER = tuple(item.name for item in fields(Voucher) if item.name != "id")
_HELD = and_(_b.id == bindparam("batch"), _b.lease_epoch == bindparam("epoch"), _b.status == BatchStatus.RUNNING)
LIVE = (_v.void_at.is_(None), _v.expired_at.is_(None))
"""Somebody may log in with it, some day."""
_TOGETHER = 500
"""Codes that are looked for in one query."""


class Vouchers:
    """All batches and vouchers."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    # -- batches

    def create(self, batch: VoucherBatch, now: datetime) -> VoucherBatch:
        """Store a batch, as yet without vouchers."""
        form = batch.form
        values = {name: getattr(batch, name) for name in _BATCH} | {"created_at": now, "lease_epoch": 0}
        values |= {"alphabet": form.alphabet, "length": form.length, "prefix": form.prefix, "check_sign": form.check}
        made = self._connection.execute(insert(voucher_batch).values(values).returning(voucher_batch))
        return _batch(made.mappings().one())

    def get(self, batch_id: int) -> VoucherBatch:
        """The batch of that id. UnknownName: none."""
        row = self._connection.execute(select_by_id(voucher_batch), {"wanted_id": batch_id}).mappings().one_or_none()
        if row is None:
            raise UnknownName("no such voucher batch", target=str(batch_id), hint="see: radiusbridge voucher list")
        return _batch(row)

    def listed(self, limit: int = 50) -> tuple[VoucherBatch, ...]:
        """Batches, newest first."""
        statement = select(voucher_batch).order_by(_b.id.desc()).limit(limit)
        return tuple(map(_batch, self._connection.execute(statement).mappings()))

    def owners(self) -> frozenset[str]:
        """The owners of all leases, so that the caller can tell which of them are dead."""
        held = select(_b.lease_owner).where(_b.status == BatchStatus.RUNNING).distinct()
        return frozenset(self._connection.scalars(held))

    def unattended(self, now: datetime, dead: Iterable[str] = ()) -> tuple[VoucherBatch, ...]:
        """Batches that nobody has in hand and nobody stopped, the oldest first: those that wait for their router, and
        those whose process is gone."""
        gone = or_(_b.lease_until <= now, _b.lease_owner.in_(sorted(set(dead))))
        free = or_(_b.status == BatchStatus.WAITING, and_(_b.status == BatchStatus.RUNNING, gone))
        statement = select(voucher_batch).where(free).order_by(_b.id)
        return tuple(map(_batch, self._connection.execute(statement).mappings()))

    def claim(
        self, batch_id: int, owner: str, now: datetime, seconds: float, dead: Iterable[str] = ()
    ) -> VoucherBatch | None:
        """Take a batch: running, epoch one higher, an earlier wish to stop forgotten. None: a living process has it."""
        free = or_(_b.status != BatchStatus.RUNNING, _b.lease_until <= now, _b.lease_owner.in_(sorted(set(dead))))
        statement = (
            update(voucher_batch)
            .where(_b.id == batch_id, free)
            .values(
                status=BatchStatus.RUNNING,
                lease_owner=owner,
                lease_epoch=_b.lease_epoch + 1,
                lease_until=now + timedelta(seconds=seconds),
                stop_requested=False,
                why="",
                finished_at=None,
            )
            .returning(voucher_batch)
        )
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _batch(row)

    def renew(self, batch_id: int, epoch: int, until: datetime) -> bool:
        """Hold the lease longer, and say whether somebody asked to stop. LeaseLost."""
        self._set_held(batch_id, epoch, lease_until=until)
        return bool(self._connection.scalar(select(_b.stop_requested).where(_b.id == batch_id)))

    def checked(self, batch_id: int, epoch: int, now: datetime) -> None:
        """The codes were held against the router's list. LeaseLost."""
        self._set_held(batch_id, epoch, checked_at=now)

    def finish(
        self,
        batch_id: int,
        epoch: int,
        status: BatchStatus,
        now: datetime,
        *,
        verdict: Verdict | None,
        why: str,
        counted: int | None,
    ) -> None:
        """Let go of it. LeaseLost."""
        values = {"status": status, "verdict": verdict, "why": why, "counted": counted, "finished_at": now}
        self._set_held(batch_id, epoch, **values, **NOBODY)

    def request_stop(self, batch_id: int, now: datetime, dead: Iterable[str] = ()) -> VoucherBatch:
        """Ask the process that has the batch to begin no more rows; where none has it any more, stop it at once."""
        alive = (_b.status == BatchStatus.RUNNING, _b.lease_until > now, _b.lease_owner.not_in(sorted(set(dead))))
        asked = update(voucher_batch).where(_b.id == batch_id, *alive).values(stop_requested=True)
        if not self._connection.execute(asked).rowcount:
            idle = update(voucher_batch).where(_b.id == batch_id, _b.status != BatchStatus.DONE)
            values = {"status": BatchStatus.STOPPED, "why": "asked to", "finished_at": now, **NOBODY}
            self._connection.execute(idle.values(values))
        return self.get(batch_id)

    def make_void(self, batch_id: int, now: datetime) -> VoucherBatch:
        """Nobody may log in with the batch's vouchers from now on; those that are over already stay as they are."""
        rows = update(voucher).where(_v.batch_id == batch_id, _v.void_at.is_(None), _v.expired_at.is_(None))
        self._connection.execute(rows.values(void_at=now, verdict=None, words=""))
        self._connection.execute(update(voucher_batch).where(_b.id == batch_id).values(void=True, verdict=None))
        return self.get(batch_id)

    def of_batch(self, batch_id: int, *, code: str | None = None, row: int | None = None) -> Voucher:
        """One voucher of a batch, by its code as it was typed or by its place. BadInput: there is none such."""
        which = _v.row == row if code is None else _v.code_key.in_(typed_keys(code))
        statement = select(voucher).where(_v.batch_id == batch_id, which)
        found = self._connection.execute(statement).mappings().first()
        if found is None:
            raise BadInput("the batch has no such voucher", target=safe(code or f"{batch_id}/{row}", 40))
        return voucher_of(found)

    def void_one(self, one: Voucher, now: datetime) -> None:
        """Nobody may log in with one voucher of a batch from now on. BadInput: it is over already."""
        batch_id = one.batch_id
        which = (_v.id == one.id, _v.void_at.is_(None), _v.expired_at.is_(None))
        done = self._connection.execute(update(voucher).where(*which).values(void_at=now, verdict=None, words=""))
        if not done.rowcount:
            raise BadInput("it is void or expired already", target=one.number)
        self._connection.execute(update(voucher_batch).where(_b.id == batch_id).values(verdict=None))

    # -- vouchers

    def taken(self, keeper: Keeper, router_id: int, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys of codes that were drawn for that router already."""
        found: set[str] = set()
        wanted = list(keys)
        for at in range(0, len(wanted), _TOGETHER):
            same = (_v.keeper == keeper, _v.router_id == router_id, _v.code_key.in_(wanted[at : at + _TOGETHER]))
            found.update(self._connection.scalars(select(_v.code_key).where(*same)))
        return frozenset(found)

    def of_keys(self, keeper: Keeper, router_id: int, keys: Iterable[str]) -> dict[str, Voucher]:
        """Those of these keys of codes that were drawn for that router, without passwords."""
        found: dict[str, Voucher] = {}
        wanted = list(keys)
        columns = [column for column in _v if column.name != "password"]
        for at in range(0, len(wanted), _TOGETHER):
            same = (_v.keeper == keeper, _v.router_id == router_id, _v.code_key.in_(wanted[at : at + _TOGETHER]))
            for row in self._connection.execute(select(*columns).where(*same)).mappings():
                found[row["code_key"]] = voucher_of({**row, "password": None})
        return found

    def add(self, batch: VoucherBatch, vouchers: Sequence[Voucher]) -> None:
        """Store the vouchers of a batch."""
        place = {"keeper": batch.keeper, "router_id": batch.router_id, "batch_id": batch.id}
        self._connection.execute(
            insert(voucher),
            [{**{name: getattr(each, name) for name in _VOUCHER}, "code_key": each.key, **place} for each in vouchers],
        )

    def drawn(self, batch_id: int) -> int:
        """How many vouchers of the batch are drawn."""
        return self._connection.scalar(select(func.count()).where(_v.batch_id == batch_id)) or 0

    def rows(self, batch_id: int) -> tuple[Voucher, ...]:
        """The vouchers of a batch, in their order."""
        statement = select(voucher).where(_v.batch_id == batch_id).order_by(_v.row)
        return tuple(map(voucher_of, self._connection.execute(statement).mappings()))

    def narrowed(self, batch_id: int, node: Node, words: str, today: date, zone: tzinfo | None) -> Iterator[Voucher]:
        """The vouchers of a batch, in their order, but for some that do not fit the filter; without passwords.
        words: the batch's own; today: of that zone."""
        columns = [column for column in _v if column.name != "password"]
        wanted = (_v.batch_id == batch_id, *necessary(node, words, today, zone))
        after = 0
        while True:
            page = select(*columns).where(*wanted, _v.row > after).order_by(_v.row).limit(_TOGETHER)
            rows = self._connection.execute(page).mappings().all()
            yield from (voucher_of({**row, "password": None}) for row in rows)
            if len(rows) < _TOGETHER:
                return
            after = rows[-1]["row"]

    def worst(self, batch_id: int, limit: int) -> tuple[Voucher, ...]:
        """So many vouchers of a batch, those that FAILED first, in their order otherwise; without passwords."""
        failed_first = case((_v.verdict == Verdict.FAILED, 0), else_=1)
        columns = [column for column in _v if column.name != "password"]
        statement = select(*columns).where(_v.batch_id == batch_id).order_by(failed_first, _v.row).limit(limit)
        found = self._connection.execute(statement).mappings()
        return tuple(voucher_of({**row, "password": None}) for row in found)

    def coded(self, code: str) -> tuple[tuple[VoucherBatch, Voucher], ...]:
        """The vouchers of a code as it was typed or read, one on each router at most, whatever its case. UnknownName:
        none, or it was misread, as far as a check sign tells."""
        same = _v.code_key.in_(typed_keys(code))
        rows = self._connection.execute(select(voucher).where(same).order_by(_v.id)).mappings()
        found = tuple(map(voucher_of, rows.all()))
        if not found:
            misread = all_misread(code, self._forms())
            words = "it was misread: its check sign does not fit" if misread else "no such voucher"
            raise UnknownName(words, target=safe(code, 40), hint="radiusbridge voucher list --vouchers")
        exact = tuple(each for each in found if each.key == typed_keys(code)[0])
        found = exact or found
        return tuple((self.get(each.batch_id), each) for each in found)

    def _forms(self) -> tuple[CodeForm, ...]:
        """Every form that codes were drawn in here."""
        columns = (_b.alphabet, _b.length, _b.prefix, _b.check_sign)
        statement = select(*columns).where(_b.origin == Origin.HERE).distinct()
        return tuple(CodeForm(*row) for row in self._connection.execute(statement))

    def only(self, code: str) -> tuple[VoucherBatch, Voucher]:
        """The voucher of that code, where one router has it. BadInput: several have; otherwise as `coded`."""
        found = self.coded(code)
        if len(found) > 1:
            routers = ", ".join(safe(batch.router, 40) for batch, _ in found)
            raise BadInput(f"several routers have that code: {routers}", target=safe(code, 40))
        return found[0]

    def with_batch(self, voucher_id: int) -> tuple[VoucherBatch, Voucher]:
        """The voucher of that id, and its batch."""
        found = voucher_of(self._connection.execute(select_by_id(voucher), {"wanted_id": voucher_id}).mappings().one())
        return self.get(found.batch_id), found

    def some(self, ids: Sequence[int]) -> list[tuple[VoucherBatch, Voucher]]:
        """The vouchers of these ids with their batches, in the order of the ids."""
        found: dict[int, Voucher] = {}
        for at in range(0, len(ids), _TOGETHER):
            rows = self._connection.execute(select(voucher).where(_v.id.in_(ids[at : at + _TOGETHER]))).mappings()
            found |= {row["id"]: voucher_of(row) for row in rows}
        numbers, batches = sorted({each.batch_id for each in found.values()}), dict[int, VoucherBatch]()
        for at in range(0, len(numbers), _TOGETHER):
            some = select(voucher_batch).where(_b.id.in_(numbers[at : at + _TOGETHER]))
            batches |= {row["id"]: _batch(row) for row in self._connection.execute(some).mappings()}
        return [(batches[found[each].batch_id], found[each]) for each in ids if each in found]

    def recode(self, epoch: int, vouchers: Iterable[Voucher], now: datetime) -> None:
        """Give vouchers that are on no router other codes and passwords. LeaseLost."""
        for each in vouchers:
            self._hold(each.batch_id, epoch)
            values = {"code": each.code, "code_key": each.key, "password": each.password, "drawn_at": now}
            self._connection.execute(update(voucher).where(_v.id == each.id).values(values))

    def wrote(self, batch_id: int, epoch: int, ids: Sequence[int], now: datetime) -> None:
        """The router said that it made these rows, or has them. LeaseLost."""
        self._hold(batch_id, epoch)
        statement = update(voucher).where(_v.id == bindparam("voucher_id")).values(written_at=now)
        if ids:
            self._connection.execute(statement, [{"voucher_id": each} for each in ids])

    def judged(self, batch_id: int, epoch: int, found: Iterable[tuple[Voucher, Verdict | None, str]]) -> None:
        """What was read of each row, with its dates as they are in the voucher. LeaseLost."""
        self._hold(batch_id, epoch)
        names = ("written_at", "read_at", "gone_at")
        statement = (
            update(voucher)
            .where(_v.id == bindparam("voucher_id"))
            .values({name: bindparam(f"new_{name}") for name in (*names, "verdict", "words")})
        )
        values = [
            {
                "voucher_id": each.id,
                **{f"new_{name}": getattr(each, name) for name in names},
                "new_verdict": verdict,
                "new_words": words,
            }
            for each, verdict, words in found
        ]
        if values:
            self._connection.execute(statement, values)

    def seen_bad(self, voucher_id: int, words: str) -> None:
        """A look at one row on the router found that nobody is let in with it; what is sold or over stays as it is."""
        unsold = (_v.sold_at.is_(None), _v.expired_at.is_(None), _v.void_at.is_(None))
        changed = update(voucher).where(_v.id == voucher_id, *unsold)
        self._connection.execute(changed.values(verdict=Verdict.FAILED, words=words))

    def counts(self, batch_ids: Iterable[int]) -> dict[int, dict[str, int]]:
        """How many vouchers of each batch are in which state (`Voucher.state`)."""
        wanted = list(batch_ids)
        statement = (
            select(_c.batch_id, _c.state, func.sum(_c.count))
            .group_by(_c.batch_id, _c.state)
            .having(func.sum(_c.count) > 0)
        )
        if len(wanted) <= _TOGETHER:
            statement = statement.where(_c.batch_id.in_(wanted))
        found: dict[int, dict[str, int]] = {}
        for batch_id, word, count in self._connection.execute(statement):
            found.setdefault(batch_id, {})[word] = int(count)
        return found

    def live(self, keeper: Keeper, router_id: int) -> int:
        """How many codes that a guess may hit are on that router already."""
        return sum(self.live_by_batch(keeper, router_id).values())

    def live_by_batch(self, keeper: Keeper, router_id: int) -> dict[int, int]:
        """The same by batch, of those that have any."""
        each = select(_v.batch_id, func.count().label("live")).where(*LIVE).group_by(_v.batch_id).subquery()
        statement = select(each.c.batch_id, each.c.live).join_from(each, voucher_batch, each.c.batch_id == _b.id)
        found = self._connection.execute(statement.where(_b.keeper == keeper, _b.router_id == router_id))
        return {row[0]: row[1] for row in found}

    def _hold(self, batch_id: int, epoch: int) -> None:
        if not self._connection.scalar(select(func.count()).where(_HELD), {"batch": batch_id, "epoch": epoch}):
            raise _lost(batch_id)

    def _set_held(self, batch_id: int, epoch: int, **values: Any) -> None:
        statement = update(voucher_batch).where(_HELD).values(values)
        if self._connection.execute(statement, {"batch": batch_id, "epoch": epoch}).rowcount != 1:
            raise _lost(batch_id)


def _lost(batch_id: int) -> LeaseLost:
    return LeaseLost("the voucher batch is in other hands or ended", target=f"voucher batch {batch_id}")


def _batch(row: RowMapping) -> VoucherBatch:
    lease = None
    if row["lease_owner"] is not None:
        lease = Lease(row["lease_owner"], row["lease_epoch"], row["lease_until"])
    form = CodeForm(row["alphabet"], row["length"], row["prefix"], row["check_sign"])
    same: Mapping[str, Any] = {name: row[name] for name in _BATCH}
    return VoucherBatch(id=row["id"], form=form, lease=lease, **same)


def voucher_of(row: Mapping[Any, Any]) -> Voucher:
    """A row of the table."""
    return Voucher(id=row["id"], **{name: row[name] for name in _VOUCHER})
