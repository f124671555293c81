"""`session/close-session` of User Manager, the same on both generations."""

from radiusbridge.domain.errors import NotAllowed, NotSuchPeer, Unreachable
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.gateways.ports import KickReply
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.schema import Menu


async def close_session(router: Router, sessions: Menu, row_id: str) -> KickReply:
    """Ask User Manager to end a session; it answers before the NAS has."""
    if not row_id:
        return KickReply(KickAnswer.UNAVAILABLE, "close-session: User Manager has no row of this session")
    try:
        await router.write(sessions.command("close-session"), {"numbers": row_id})
    except RouterTrap as trap:
        return KickReply(_answer_of(trap), f"close-session: {trap.line()}")
    except (Unreachable, NotSuchPeer) as error:
        return KickReply(KickAnswer.UNAVAILABLE, f"close-session: {error.line()}")
    return KickReply(KickAnswer.ACCEPTED, "close-session: User Manager took it and asks the NAS")


def _answer_of(trap: RouterTrap) -> KickAnswer:
    if trap.kind is TrapKind.NO_SUCH_ITEM:
        return KickAnswer.NOT_FOUND
    return KickAnswer.UNAVAILABLE if isinstance(trap, NotAllowed) else KickAnswer.REFUSED
