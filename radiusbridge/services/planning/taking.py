"""Take over what a server has: its profiles and accounts become the database's, chunk by chunk, each in a transaction.

Passwords are in no plan, so the server is read again; a row that is not as it was planned, on either side, is left.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.planned import Place, PlannedRow, What
from radiusbridge.domain.profiles import ProfileRow, profile_digest, taken_over
from radiusbridge.domain.records import HoldKind, Server
from radiusbridge.gateways.ports import ListedAccount
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.planning.adopting import Adoption, adopt
from radiusbridge.services.planning.prints import account_here, profile_here
from radiusbridge.services.profiles import checked

CHUNK = 200
"""Accounts of one transaction."""
REASON = "taken over from the server"


@dataclass(frozen=True, slots=True)
class TakenRow:
    """What became of a row. refused: why it was left; words: what is to be known of one that was taken over."""

    row: PlannedRow
    refused: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How accounts are taken over. hold: for who is disabled there; profile: for who has no plan there."""

    hold: HoldKind = HoldKind.PAUSE
    profile: str = ""
    reason: str = ""


async def take_over(
    context: Context, rows: Sequence[PlannedRow], terms: Terms | None = None
) -> AsyncIterator[TakenRow]:
    """Take these rows over, profiles first, and tell each. One that is taken over already is left as changed.

    Errors: UnknownName for a server or profile; Unreachable, PeerRefused as the server answers, also half-way: what was
    told is stored.
    """
    require(context, "plan.apply")
    by_server: dict[str, list[PlannedRow]] = {}
    for row in rows:
        by_server.setdefault(row.server, []).append(row)
    for name, of_server in by_server.items():
        taking = _Taking(context, await context.database.read(partial(_server, name)), terms or Terms())
        async for taken in taking.profiles([row for row in of_server if row.what is What.PROFILE]):
            yield taken
        async for taken in taking.accounts([row for row in of_server if row.what is What.ACCOUNT]):
            yield taken


@dataclass(frozen=True, slots=True)
class _Taking:
    context: Context
    server: Server
    terms: Terms

    async def profiles(self, rows: Sequence[PlannedRow]) -> AsyncIterator[TakenRow]:
        if not rows:
            return
        there = {row.name: row for row in await self.context.gateways.account_server(self.server).read_profiles()}
        for row in rows:
            yield await self._attempt(row, partial(self._profile, row, there.get(row.name)))

    async def accounts(self, rows: Sequence[PlannedRow]) -> AsyncIterator[TakenRow]:
        if not rows:
            return
        waiting = {row.name: row for row in rows}
        chunk: list[tuple[PlannedRow, ListedAccount | None]] = []
        async for listed in self.context.gateways.account_server(self.server).accounts():
            row = waiting.pop(listed.account.username, None)
            if row is None:
                continue
            chunk.append((row, listed))
            if len(chunk) == CHUNK:
                for taken in await self._chunk(chunk):
                    yield taken
                chunk = []
        chunk += [(row, None) for row in waiting.values()]
        for start in range(0, len(chunk), CHUNK):
            for taken in await self._chunk(chunk[start : start + CHUNK]):
                yield taken

    async def _chunk(self, chunk: Sequence[tuple[PlannedRow, ListedAccount | None]]) -> list[TakenRow]:
        """All in one transaction; where one cannot be stored, each in its own, so that it keeps nobody else out."""

        def work(unit: UnitOfWork) -> list[TakenRow]:
            return [TakenRow(row, words=self._account(row, listed, unit)) for row, listed in chunk]

        try:
            return await self.context.database.write(work)
        except BadInput:
            return [await self._attempt(row, partial(self._account, row, listed)) for row, listed in chunk]

    async def _attempt(self, row: PlannedRow, work: Callable[[UnitOfWork], str]) -> TakenRow:
        try:
            return TakenRow(row, words=await self.context.database.write(work))
        except BadInput as error:
            return TakenRow(row, refused=error.line())

    def _profile(self, row: PlannedRow, there: ProfileRow | None, unit: UnitOfWork) -> str:
        _unchanged(profile_digest(there), row.there, "there")
        names = {profile.name: profile for profile in unit.profiles.all()}
        before = names.get(row.name)
        if before is not None and there is not None and not row.here:
            if taken_over(there, before) == before:
                return "the same here already"
            raise BadInput("changed here since the plan was made: a profile of that name has other values; plan anew")
        _unchanged(profile_here(before) if before is not None else "", row.here, "here")
        if there is None:
            assert before is not None
            self._note(unit, "profile.remove", row.name, before=unit.profiles.remove(before.id))
            return ""
        wanted = checked(taken_over(there, before))
        after = unit.profiles.change(wanted) if before is not None else unit.profiles.add(replace(wanted, id=0))
        self._note(unit, "profile.edit" if before else "profile.add", after.name, before=before, after=after)
        return f"left alone: {', '.join(there.extras)}" if there.extras else ""

    def _account(self, row: PlannedRow, listed: ListedAccount | None, unit: UnitOfWork) -> str:
        marks = self.context.database.marks
        _unchanged(marks.fingerprint(listed.lasting()) if listed is not None else "", row.there, "there")
        customer = unit.customers.by_username(self.server.id, row.name)
        here = ""
        if customer is not None and (row.place is not Place.THERE or row.here):
            profile, holds = unit.profiles.get(customer.profile_id), unit.holds.open_holds(customer.id)
            here = marks.fingerprint(account_here(customer, profile, holds))
        elif customer is not None:
            raise BadInput("changed here since the plan was made: a customer has that name")
        _unchanged(here, row.here, "here")
        if listed is None:
            assert customer is not None
            self._note(unit, "customer.remove", row.name, before=unit.customers.remove(customer.id))
            return ""
        terms = self.terms
        adoption = Adoption(unit, self.context, self.server, terms.hold, terms.profile, terms.reason or REASON)
        return adopt(adoption, row, listed, customer)

    def _note(self, unit: UnitOfWork, action: str, subject: str, *, before: object, after: object = None) -> None:
        context = self.context
        unit.note(
            action,
            subject,
            who=context.who,
            channel=context.channel,
            before=before,
            after=after,
            reason=self.terms.reason or REASON,
        )


def _server(name: str, unit: UnitOfWork) -> Server:
    return unit.servers.named(name)


def _unchanged(now: str, planned: str, where: str) -> None:
    if now != planned:
        raise BadInput(f"changed {where} since the plan was made")
