"""How the pairs stand, as the database and the newest health checks have it: no router is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Operation
from radiusbridge.domain.standby import Pair
from radiusbridge.domain.text import safe
from radiusbridge.services.standby.checking import Check, check
from radiusbridge.services.standby.pairs import named
from radiusbridge.services.standby.turning import Turning, submit

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.services.context import Context


@dataclass(frozen=True, slots=True)
class PairState:
    """One pair. active, standby: names. behind: changes that the standby was not brought to. unfinished: a failover
    that is not over."""

    pair: Pair
    active: str
    standby: str
    behind: int
    unfinished: Operation | None

    @property
    def differs(self) -> int | None:
        """How many accounts, profiles and vouchers there are not as the database says; None: never compared."""
        value = self.pair.seen.get("differs")
        return value if isinstance(value, int) else None

    @property
    def differences(self) -> tuple[str, ...]:
        """Some of them, a sentence each."""
        value = self.pair.seen.get("differences")
        return tuple(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else ()

    @property
    def step(self) -> str:
        """Whether the standby is in step, in few words."""
        if self.behind:
            return f"behind by {self.behind}"
        if self.differs is None:
            return "not compared"
        return f"{self.differs} differ{'s' if self.differs == 1 else ''}" if self.differs else "in step"

    @property
    def wrong(self) -> tuple[str, ...]:
        """What the newest check found wrong, a sentence each."""
        found = []
        for role, name in (("active", self.active), ("standby", self.standby)):
            told = self.pair.seen.get(role)
            if isinstance(told, Mapping) and told.get("trouble"):
                found.append(f"{name}: {told['trouble']}")
        nases = self.pair.seen.get("nases")
        for name, told in nases.items() if isinstance(nases, Mapping) else ():
            if told.get("wrong") or told.get("deaf"):
                found.append(f"{name}: {told.get('words')}")
        return tuple(found)


async def states(context: "Context") -> tuple[PairState, ...]:
    """Every pair."""
    return await context.database.read(lambda unit: tuple(state_of(unit, pair) for pair in unit.standbys.all()))


def state_of(unit: "UnitOfWork", pair: Pair) -> PairState:
    """One pair, inside the caller's transaction."""
    newest = unit.operations.about_pair(pair.server_id)
    return PairState(
        pair,
        unit.servers.get(pair.server_id).name,
        unit.servers.get(pair.standby_id).name,
        len(unit.standbys.behind(pair.standby_id)),
        newest if newest is not None and not newest.status.final else None,
    )


async def state(context: "Context", name: str | None) -> PairState:
    """One pair, by the name of either server; without a name the only one. UnknownName, BadInput."""
    return await context.database.read(lambda unit: state_of(unit, named(unit, name)))


async def turn(
    context: "Context", name: str | None, how: Turning, *, back: bool, reason: str = "", key: str = ""
) -> tuple[Check | None, Operation]:
    """Look at the pair, and have its NASes ask the other server. Errors as `submit`; Refused also where the standby is
    not as the database says, with what differs."""
    seen = None
    if not how.accept and (await state(context, name)).pair.turned is back:
        seen = await check(context, name)
        if seen.compared is not None and seen.compared.count:
            told = "; ".join(seen.compared.told(5))
            now = await state(context, name)
            words = f"is not as the database says, {seen.compared.words}: {told}; nothing was done"
            hint = f"radiusbridge standby fill {safe(now.standby, 60)}; or go on with --accept-differences"
            raise Refused(words, target=safe(now.standby, 60), hint=hint)
    return seen, await submit(context, name, how, back=back, reason=reason, key=key)


def ghost_words(name: str, count: int) -> str:
    """That a server counts sessions that are over, and what takes them off."""
    many = "1 session" if count == 1 else f"{count} sessions"
    line = f"radiusbridge server sweep {name}"
    return f"{name} counts {many} that no NAS has, which keep customers out at the limit: {line}"


def check_lines(active: str, standby: str, seen: Check) -> list[tuple[str, bool, str]]:
    """(what, whether it is well, in words) of a health check."""
    found = [(active, not seen.active[1], seen.active[1] or seen.active[0])]
    found.append((standby, not seen.standby[1], seen.standby[1] or seen.standby[0]))
    found += [(nas.name, not (nas.wrong or nas.deaf), nas.words) for nas in seen.nases]
    if seen.compared is None:
        found.append(("accounts", False, f"not compared: {seen.compared_why or 'not asked for'}"))
    else:
        hidden = f"; not shown: {', '.join(seen.compared.hidden)}" if seen.compared.hidden else ""
        vouchers = seen.compared.vouchers
        lines = seen.compared.told(5, vouchers=False)
        told = "; ".join(lines) or f"{seen.compared.same} are as the database says{hidden}"
        found.append(("accounts", not lines, told))
        if vouchers.words:
            found.append(("vouchers", not vouchers.wrong, vouchers.words))
    if seen.ghosts:
        found.append(("sessions", False, ghost_words(standby, seen.ghosts)))
    behind = f"not brought to {standby} yet: {seen.behind}" if seen.behind else "nothing waits for it"
    found.append(("changes", not seen.behind, behind))
    return found
