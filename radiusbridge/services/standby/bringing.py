"""The vouchers of a batch on one server of a pair: held against the database, and brought to what it says.

Nothing is kept of how far it got: the server is asked what is there, so that whoever goes on after a crash writes what
is missing still. A row is ours by the batch's label in its comment; another's is never touched.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from radiusbridge.db.repositories.voucher_ends import Place
from radiusbridge.domain.errors import NotAllowed, PeerRefused, RadiusbridgeError, UnknownName, Unreachable
from radiusbridge.domain.observations import Observation, ReadRefused, ServerSilent, VouchersCounted
from radiusbridge.domain.records import Operation, Profile, Server
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.vouchers.records import Voucher, VoucherBatch, on_sale, password_of
from radiusbridge.gateways.vouchers.desk import HIDDEN, CodeTaken, Found, Plans, VoucherDesk
from radiusbridge.services.standby.voucher_mirrors import in_charge, only_of
from radiusbridge.services.vouchers.desks import terms_of
from radiusbridge.services.vouchers.guests import guests_at
from radiusbridge.services.vouchers.window import each_beside

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context

ALIKE = 5
"""Refusals one after the other after which no more are tried."""
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Beside:
    """Vouchers beside a server's rows. odd: there, and otherwise; over: there still; hidden: their passwords are not
    shown."""

    alike: int = 0
    missing: tuple[Voucher, ...] = ()
    odd: tuple[tuple[Voucher, Found], ...] = ()
    over: tuple[tuple[Voucher, Found], ...] = ()
    hidden: int = 0

    @property
    def numbers(self) -> Iterator[str]:
        """Of those that are not as they are to be."""
        for row in (*self.missing, *(row for row, _ in (*self.odd, *self.over))):
            yield row.number


def beside(rows: Sequence[Voucher], there: Mapping[str, Found]) -> Beside:
    """Pure. What is drawn and not written yet, and what something is wrong with, is to be neither there nor gone."""
    alike = hidden = 0
    missing, odd, over = list[Voucher](), list[tuple[Voucher, Found]](), list[tuple[Voucher, Found]]()
    for row in rows:
        found = there.get(row.code)
        if row.over:
            over += [] if found is None else [(row, found)]
        elif not on_sale(row):
            continue
        elif found is None:
            missing.append(row)
        elif found.repairable:
            odd.append((row, found))
        else:
            alike += 1
            hidden += HIDDEN in found.differs
    return Beside(alike, tuple(missing), tuple(odd), tuple(over), hidden)


@dataclass(slots=True)
class BatchThere:
    """A batch, or some of its vouchers, on a machine in the place of the active server."""

    context: "Context"
    machine: Server
    batch_id: int
    only: frozenset[int] = frozenset()
    plans: Plans | None = None
    """Read by looks at other batches a moment ago."""
    _refused: str = field(default="", init=False)
    """What the server said last to one that it did not take."""
    _alike: int = field(default=0, init=False)

    async def look(self) -> Beside:
        """How they are. Errors as `Router.read`."""
        return (await self._look())[2]

    async def fill(self) -> tuple[bool, str]:
        """Write what is missing or otherwise, and take away what is over; whether anything was, and what."""
        batch, desk, seen = await self._look()
        self._refused, self._alike = "", 0
        if seen.over:
            await self._take_away(batch, desk, seen)
        if seen.missing or seen.odd:
            await self.context.database.read(lambda unit: unit.profiles.named(batch.profile))
            await desk.prepare()
        written = {row.id: found for row, found in seen.odd}

        async def write(row: Voucher) -> None:
            found = written.get(row.id)
            try:
                if found is None:
                    await desk.add(row.code, password_of(batch, row))
                else:
                    await desk.complete(found, password_of(batch, row))
            except NotAllowed:
                raise
            except (PeerRefused, CodeTaken) as refusal:
                self._refused, self._alike = f"{row.number}: {safe(refusal.summary, 200)}", self._alike + 1
                if self._alike >= ALIKE:
                    raise
            else:
                self._alike = 0

        await each_beside((*seen.missing, *(row for row, _ in seen.odd)), write)
        counts = (len(seen.missing), "added"), (len(seen.odd), "mended"), (len(seen.over), "taken away")
        words = ", ".join(f"{count} {what}" for count, what in counts if count)
        return bool(words), words or batch.called

    async def count(self, now: Callable[[], float]) -> Observation:
        """Read them back."""
        began = now()
        try:
            seen = await self.look()
        except Unreachable as error:
            return ServerSilent(began=began, at=now(), doing="read-vouchers", error=error.line())
        except RadiusbridgeError as error:
            return ReadRefused(began=began, at=now(), error=error.line())
        return VouchersCounted(
            began=began,
            at=now(),
            alike=seen.alike,
            missing=len(seen.missing),
            differ=len(seen.odd),
            over=len(seen.over),
            hidden=seen.hidden,
            names=tuple(seen.numbers)[:_NAMED],
            refused=self._refused,
        )

    async def _look(self) -> tuple[VoucherBatch, VoucherDesk, Beside]:
        def work(unit: "UnitOfWork") -> tuple[VoucherBatch, Profile, tuple[Voucher, ...]]:
            batch = unit.vouchers.get(self.batch_id)
            try:
                profile = unit.profiles.named(batch.profile)
            except UnknownName:
                profile = Profile(batch.profile, 0, 0)  # what is over is taken away all the same
            if self.only:
                return batch, profile, tuple(row for _, row in unit.vouchers.some(sorted(self.only)))
            return batch, profile, unit.vouchers.rows(batch.id)

        batch, profile, rows = await self.context.database.read(work)
        desk = await self.context.gateways.vouchers_on_server(self.machine, terms_of(batch, profile), self.plans)
        return batch, desk, beside(rows, await self._there(batch, desk, rows))

    async def _there(self, batch: VoucherBatch, desk: VoucherDesk, rows: Sequence[Voucher]) -> Mapping[str, Found]:
        if not self.only:
            return await desk.found({row.code: password_of(batch, row) for row in rows})
        there: dict[str, Found] = {}

        async def ask(row: Voucher) -> None:
            seen = await desk.one(row.code, password_of(batch, row))
            if seen.found is not None and seen.comment.startswith(batch.label):
                there[row.code] = seen.found

        await each_beside(rows, ask)
        return there

    async def _take_away(self, batch: VoucherBatch, desk: VoucherDesk, seen: Beside) -> None:
        """Somebody may have come in with one meanwhile: a NAS asks a standby where the first server does not answer.
        Its end is then proven once more; noted before it is taken away, too, so that no crash between can lose that."""
        rows = [row for row, _ in seen.over]
        await self._end_again(batch, rows, all_of_them=True)
        await desk.remove([found for _, found in seen.over])
        await self._end_again(batch, rows)

    async def _end_again(self, batch: VoucherBatch, rows: Sequence[Voucher], *, all_of_them: bool = False) -> None:
        """Those who are online; all_of_them: on the server in charge everybody."""
        guests = await guests_at(self.context, Place(batch.keeper, batch.router_id))
        names = frozenset(map(folded, guests.names))

        def again(unit: "UnitOfWork") -> None:
            everybody = bool(guests.unread) or (all_of_them and in_charge(unit, self.machine.id, self.machine))
            ids = [row.id for row in rows if everybody or row.key in names]
            if ids and unit.voucher_ends.reopen(ids):
                who, channel = self.context.who, self.context.channel
                unit.note("voucher.again", batch.called, who=who, channel=channel, after={"vouchers": len(ids)})

        await self.context.database.write(again)


def batch_there(context: "Context", operation: Operation, machine: Server) -> BatchThere:
    """The hands of a mirror of vouchers."""
    batch_id = operation.wanted["batch_id"]
    assert isinstance(batch_id, int)
    return BatchThere(context, machine, batch_id, only_of(operation))
