"""Start a router anew, after its sessions were counted, and say what did not come back.

Who asked stands in the audit log before the command goes out, and the verdict after. Whoever leaves meanwhile only
stops looking.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import RadiusbridgeError, Refused
from radiusbridge.domain.reboot import Declined, Inventory, Look, Over, Patience, Seen, Send, Sent, Silent, decide, tell
from radiusbridge.domain.text import safe
from radiusbridge.gateways.desk_reboot import RouterReboot
from radiusbridge.routeros.errors import RouterTrap
from radiusbridge.services.permissions import require
from radiusbridge.services.readings.states import RouterHome
from radiusbridge.services.router_desk.looking import api_of, home_of

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

ACTION, ENDED = "router.reboot", "router.rebooted"
"""Before the command goes out, and with the verdict."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a restart of that router does."""

    home: RouterHome
    before: Inventory

    @property
    def count(self) -> int:
        """How many sessions drop: the number to be typed."""
        return self.before.dropping

    @property
    def effects(self) -> tuple[str, ...]:
        """A sentence each."""
        told = [f"{self.before.sessions} PPP sessions drop"]
        if self.before.guests:
            told.append(f"{self.before.guests} hotspot guests drop")
        if self.home.server:
            told.append("its User Manager answers no login meanwhile")
        told += [f"{kind} cannot be read: {why}" for kind, why in self.before.unread.items()]
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Step:
    """What was done or seen, and when."""

    at: datetime
    seen: Seen


async def foretell(context: "Context", name: str) -> Foretold:
    """What would happen; nothing is done. Errors as `home_of` and `Router.read`."""
    home = await home_of(context, name)
    return Foretold(home, await _gateway(context, home).inventory())


@dataclass(slots=True)
class Rebooting:
    """One restart. typed: the number that the operator typed. over: set at the end."""

    context: "Context"
    foretold: Foretold
    typed: int
    patience: Patience = field(default_factory=Patience)
    reason: str = ""
    over: Over | None = None
    _log: list[Seen] = field(default_factory=list)

    async def follow(self) -> AsyncGenerator[Step, None]:
        """Do it, and tell each step that is news. Errors before the command is out: Refused, as `Router.read`."""
        context, foretold = self.context, self.foretold
        require(context, ACTION)
        if self.typed != foretold.count:
            told = f"{foretold.count} sessions would drop, not {self.typed}; nothing was done"
            raise Refused(told, target=foretold.home.name, hint=f"--yes-count {foretold.count}")
        gateway = _gateway(context, foretold.home)
        clock = context.clock
        while True:
            step = decide(foretold.before, self._log, clock.monotonic(), self.patience)
            if isinstance(step, Over):
                self.over = step
                await self._note_end(step)
                return
            before = tell(self._log[-1]) if self._log else None
            if isinstance(step, Send):
                seen = await self._send(gateway)
            else:
                await clock.sleep(step.after)
                seen = await self._look(gateway, step)
            self._log.append(seen)
            if not _same(before, tell(seen)):
                yield Step(clock.now(), seen)

    async def _send(self, gateway: RouterReboot) -> Seen:
        home, context = self.foretold.home, self.context
        await gateway.alive()  # one that is dark is not told to restart, and nothing of it is noted
        drops = {"sessions": self.foretold.before.sessions, "guests": self.foretold.before.guests}
        await context.database.write(
            lambda unit: unit.note(
                ACTION, f"router {home.name}", who=context.who, channel=context.channel, after=drops, reason=self.reason
            )
        )
        try:
            words = await gateway.send()
        except RouterTrap as trap:
            return Declined(context.clock.monotonic(), safe(trap.line(), 300))
        return Sent(context.clock.monotonic(), words)

    async def _look(self, gateway: RouterReboot, step: Look) -> Seen:
        try:
            return await (gateway.inventory() if step.everything else gateway.alive())
        except RadiusbridgeError as error:
            await gateway.start_over()
            return Silent(self.context.clock.monotonic(), safe(error.line(), 300))

    async def _note_end(self, over: Over) -> None:
        home, context = self.foretold.home, self.context
        missing = {kind: len(names) for kind, names in over.missing.items()}
        after = {"verdict": str(over.verdict), "reasons": list(over.reasons), "missing": missing}
        await context.database.write(
            lambda unit: unit.note(ENDED, f"router {home.name}", who=context.who, channel=context.channel, after=after)
        )


def _same(before: tuple[str, str] | None, after: tuple[str, str]) -> bool:
    """Whether nothing is new: it goes on to be silent, or to answer, or the same is back."""
    if before is None or before[0] != after[0]:
        return False
    return before == after or after[0] != "back"


def _gateway(context: "Context", home: RouterHome) -> RouterReboot:
    return RouterReboot(context.gateways.router(home.name, api_of(home)), context.clock)
