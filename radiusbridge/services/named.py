"""Adding, changing and removing records that have a name: one transaction each, with its audit row and event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from radiusbridge.db.repositories.base import Named, NamedRepository
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require

N = TypeVar("N", bound=Named)


@dataclass(frozen=True, slots=True)
class Book(Generic[N]):
    """One kind of named record. noun: as the audit log names it; checked: the plain form of a record, or BadInput."""

    noun: str
    of: Callable[[UnitOfWork], NamedRepository[N]]
    checked: Callable[[N], N]

    async def add(self, context: Context, make: Callable[[UnitOfWork], N]) -> N:
        """Store what `make` builds. AlreadyThere, BadInput."""
        require(context, f"{self.noun}.add")

        def work(unit: UnitOfWork) -> N:
            stored = self.of(unit).add(self.checked(make(unit)))
            unit.note(f"{self.noun}.add", stored.name, who=context.who, channel=context.channel, after=stored)
            return stored

        return await context.database.write(work)

    async def edit(
        self,
        context: Context,
        name: str,
        change: Callable[[N], N],
        then: Callable[[UnitOfWork, N, N], None] | None = None,
    ) -> N:
        """Store what `change` makes of the record; `then(unit, before, after)` runs in the same transaction.

        Nothing is written where nothing differs. UnknownName, AlreadyThere, BadInput.
        """
        require(context, f"{self.noun}.edit")

        def work(unit: UnitOfWork) -> N:
            before = self.of(unit).named(name)
            after = self.checked(change(before))
            if after == before:
                return before
            self.of(unit).change(after)
            unit.note(
                f"{self.noun}.edit", after.name, who=context.who, channel=context.channel, before=before, after=after
            )
            if then is not None:
                then(unit, before, after)
            return after

        return await context.database.write(work)

    async def remove(self, context: Context, name: str) -> N:
        """Delete the record and return it. UnknownName; BadInput while it is used, with the users."""
        require(context, f"{self.noun}.remove")

        def work(unit: UnitOfWork) -> N:
            removed = self.of(unit).remove(self.of(unit).named(name).id)
            unit.note(f"{self.noun}.remove", removed.name, who=context.who, channel=context.channel, before=removed)
            return removed

        return await context.database.write(work)

    async def listed(self, context: Context) -> tuple[N, ...]:
        """All, by name."""
        return await context.database.read(lambda unit: self.of(unit).all())

    async def show(self, context: Context, name: str) -> N:
        """The one of that name. UnknownName, with the nearest names."""
        return await context.database.read(lambda unit: self.of(unit).named(name))
