"""Access-Requests to User Manager: passwords, plans, and the replies."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec, mschap
from radiusbridge.simulator.menus.menu import Row

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.manager import UserManager


@dataclass(slots=True)
class Decision:
    """What a login earns: a reason to refuse, or the plan in force."""

    refusal: str | None
    user: Row | None = None
    plan: Row | None = None


def proof(packet: codec.Packet, user: Row) -> list[tuple[codec.Key, bytes | str | int]]:
    """What shows the user that the server knows the password, where the method has such a thing."""
    made = mschap.success(packet, _password(user)) if mschap.attempted(packet) else None
    return [(mschap.SUCCESS, made)] if made is not None else []


def _password(user: Row) -> bytes:
    return user["password"].encode("utf-8", "surrogateescape")


def password_fits(packet: codec.Packet, user: Row, secret: bytes) -> tuple[bool, str]:
    """Whether the request proves the user's password, and the method that it used."""
    password = _password(user)
    if mschap.attempted(packet):
        return mschap.success(packet, password) is not None, "mschap2"
    if packet.first(codec.CHAP_PASSWORD) is not None:
        return codec.chap_verifies(packet, password), "chap"
    hidden = packet.first(codec.USER_PASSWORD)
    if hidden is None:
        return False, "none"
    return codec.reveal_password(hidden, secret, packet.authenticator) == password, "pap"


def decide(manager: "UserManager", packet: codec.Packet, secret: bytes) -> Decision:
    """Whether this login is accepted, shared users and licence apart; nothing is changed."""
    user = manager.users.named(packet.text(codec.USER_NAME))
    if user is None:
        return Decision(f"user <{packet.text(codec.USER_NAME)}> not found")
    if user["disabled"] == "true":
        return Decision("user is disabled", user)
    fits, method = password_fits(packet, user, secret)
    if not fits:
        return Decision("invalid password", user)
    return manager.may_enter(user, method, packet.text(codec.CALLING_STATION_ID))


def by_plan(manager: "UserManager", user: Row) -> Decision:
    """Whether a plan lets this user in now."""
    name = user[manager.user_key]
    if not manager.plans.would_serve(name):
        return Decision("no valid profile found", user)
    plan = manager.plans.met_by_login(name)
    if plan is not None:
        limitations = manager.plans.limitations(plan)
        if limitations is None:
            return Decision("no limitation for this time", user, plan)
        if manager.exhausted(name, limitations):
            return Decision("limits reached", user, plan)
    return Decision(None, user, plan)


def accept(packet: codec.Packet, grants: list[tuple[codec.Key, bytes | str | int]]) -> codec.Packet:
    """The Access-Accept with these attributes."""
    reply = codec.Packet(codec.ACCESS_ACCEPT, packet.identifier)
    for key, value in grants:
        reply.add(key, value)
    packet.copy_to(reply, codec.PROXY_STATE)
    return reply


def reject(packet: codec.Packet) -> codec.Packet:
    """The Access-Reject."""
    reply = codec.Packet(codec.ACCESS_REJECT, packet.identifier)
    if mschap.attempted(packet):
        reply.add(mschap.ERROR, mschap.failure(packet))
    packet.copy_to(reply, codec.PROXY_STATE)
    return reply
