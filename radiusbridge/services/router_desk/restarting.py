"""What a `reboot` operation does and sees: the hands of `sagas.restart`."""

from collections.abc import Callable, Mapping

from radiusbridge.domain.effects import CountRouter, LookAlive, LookBack, OfRouter, Restart
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.reboot import Inventory
from radiusbridge.domain.router_observations import (
    Answer,
    Missing,
    Names,
    RebootAnswered,
    RouterAlive,
    RouterBack,
    RouterCounted,
    RouterSilent,
    Seen,
)
from radiusbridge.domain.text import safe
from radiusbridge.gateways.desk_reboot import RouterReboot
from radiusbridge.routeros.errors import RouterTrap

NAMED = 200
"""How many names of what is missing a look keeps; all are counted."""

Now = Callable[[], float]


async def carry_out(router: RouterReboot, effect: OfRouter, now: Now, moment: Callable[[float], float]) -> Seen:
    """Do it. moment: from the monotonic clock to the operation's. Refusals and silence are observations."""
    began = now()

    def started(seen: float | None) -> float | None:
        return None if seen is None else moment(seen)

    try:
        match effect:
            case Restart():
                return await _restart(router, began, now)
            case CountRouter():
                found = await router.inventory()
                return RouterCounted(
                    began=began,
                    at=now(),
                    started=started(found.started),
                    version=found.version,
                    sessions=found.sessions,
                    guests=found.guests,
                    names=tuple((kind, tuple(sorted(names))) for kind, names in found.names.items()),
                    unread=tuple(found.unread.items()),
                )
            case LookAlive():
                alive = await router.alive()
                return RouterAlive(began=began, at=now(), started=started(alive.started))
            case LookBack():
                found = await router.inventory()
                return RouterBack(
                    began=began,
                    at=now(),
                    started=started(found.started),
                    version=found.version,
                    counts=tuple((kind, len(names)) for kind, names in found.names.items()),
                    missing=missing(effect.before, found),
                    unread=tuple(found.unread.items()),
                )
    except RadiusbridgeError as error:
        await router.start_over()
        return RouterSilent(began=began, at=now(), error=safe(error.line(), 300))


async def _restart(router: RouterReboot, began: float, now: Now) -> RebootAnswered:
    try:
        words = await router.send()
    except RouterTrap as trap:
        return RebootAnswered(began=began, at=now(), answer=Answer.REFUSED, words=safe(trap.line(), 300))
    except RadiusbridgeError as error:
        return RebootAnswered(began=began, at=now(), answer=Answer.UNSENT, words=safe(error.line(), 300))
    return RebootAnswered(began=began, at=now(), answer=Answer.SENT, words=words)


def missing(before: Names, after: Inventory) -> tuple[Missing, ...]:
    """By kind, what was there and is not."""
    return tuple(
        Missing(kind=kind, count=len(gone), of=len(names), names=tuple(gone[:NAMED]))
        for kind, names in before
        if kind not in after.unread and (gone := _gone(names, after.names, kind))
    )


def _gone(names: tuple[str, ...], there: Mapping[str, frozenset[str]], kind: str) -> list[str]:
    return sorted(set(names) - there.get(kind, frozenset()))
