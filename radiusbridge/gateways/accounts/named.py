"""Rows that are found by their name: read, made, completed. Nothing is written that is so already."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from radiusbridge.domain.errors import NotAllowed
from radiusbridge.gateways.accounts.rows import Properties, Row, differing
from radiusbridge.gateways.routers import Router, Rows
from radiusbridge.routeros.commands import Value
from radiusbridge.routeros.errors import RouterTrap
from radiusbridge.routeros.schema import Menu

_ZERO = {"0", "0s", ""}
_NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class NamedRows:
    """A menu of named rows. belongs: what tells our rows from those of other owners, and is given to new ones."""

    router: Router
    menu: Menu
    belongs: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    sparse: bool = True
    """Whether zeros are left out of a new row, because they are known to be the defaults."""

    async def read(self, name: str, wanted: Properties) -> Rows:
        """The row of that name, as far as it is compared."""
        proplist = (".id", "name", *self.belongs, *sorted(wanted))
        rows = await self.router.read_of(self.menu.command("print"), ("name",), (name,), proplist=proplist)
        return [row for row in rows if all(row.get(key, value) == value for key, value in self.belongs.items())]

    async def ensure(self, name: str, wanted: Properties, rows: Rows) -> bool:
        """Add the row, or set what differs in it; False: nothing had to be written.

        rows: what was read of it. A refused `add` is looked at again: the reply to an earlier one may have been lost.
        """
        if not rows:
            given = _worth_adding(wanted) if self.sparse else dict(wanted)
            try:
                await self.router.write(self.menu.command("add"), {"name": name, **self.belongs, **given})
            except NotAllowed:
                raise
            except RouterTrap:
                rows = await self.read(name, wanted)
                if not rows:
                    raise
            else:
                return True
        return await self.complete(rows[0], wanted)

    async def complete(self, row: Row, wanted: Properties) -> bool:
        """Set what differs in a row; False: nothing did."""
        changes = differing(self.menu, row, wanted)
        if changes:
            await self.router.write(self.menu.command("set"), {".id": row[".id"], **changes})
        return bool(changes)


def _worth_adding(wanted: Properties) -> dict[str, Value]:
    return {name: value for name, value in wanted.items() if str(value) not in _ZERO or isinstance(value, bool)}
