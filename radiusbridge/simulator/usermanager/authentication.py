"""Access-Requests to User Manager: who may, and with which attributes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.aaa.names import KNOWN, encode_value, split_attributes
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.usermanager.plans import rate_limit

if TYPE_CHECKING:
    from radiusbridge.simulator.usermanager.manager import UserManager


@dataclass(slots=True)
class Decision:
    """What a login earns: a reason to refuse, or the plan in force."""

    refusal: str | None
    user: Row | None = None
    plan: Row | None = None


def password_fits(packet: codec.Packet, user: Row, secret: bytes) -> tuple[bool, str]:
    """Whether the request proves the user's password, and the method that it used."""
    password = user["password"].encode("utf-8", "surrogateescape")
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
        return Decision("user not found")
    if user["disabled"] == "true":
        return Decision("user is disabled", user)
    fits, method = password_fits(packet, user, secret)
    if not fits:
        return Decision("wrong password", user)
    return may_enter(manager, user, method, packet.text(codec.CALLING_STATION_ID))


def may_enter(manager: "UserManager", user: Row, method: str, caller: str) -> Decision:
    """What stands in the way of a user who proved the password."""
    group = manager.groups.named(user["group"])
    if group is None or method not in group["outer-auths"].split(","):
        return Decision(f"authentication method {method} not allowed", user)
    bound = user.get("caller-id", "")
    if bound not in ("", "bind") and bound != caller:
        return Decision("wrong caller id", user)
    if not manager.uses_profiles:
        return Decision(None, user)
    if not manager.plans.would_serve(user["name"]):
        return Decision("no profile", user)
    plan = manager.plans.active(user["name"])
    if plan is not None:
        limitations = manager.plans.limitations(plan)
        if limitations is None:
            return Decision("no limitation for this time", user, plan)
        if manager.exhausted(user["name"], limitations):
            return Decision("limits reached", user, plan)
    return Decision(None, user, plan)


def admit(manager: "UserManager", user: Row, packet: codec.Packet) -> Row | None:
    """What an accepted login changes: the first starts a plan and binds the caller; the plan in force."""
    if user.get("caller-id") == "bind":
        user["caller-id"] = packet.text(codec.CALLING_STATION_ID)
        manager.router.changed("/user-manager/user", user)
    return manager.plans.at_login(user["name"]) if manager.uses_profiles else None


def accept(manager: "UserManager", packet: codec.Packet, user: Row, plan: Row | None) -> codec.Packet:
    """The Access-Accept: the plan's rate, the user's attributes and those of the group."""
    reply = codec.Packet(codec.ACCESS_ACCEPT, packet.identifier)
    own = split_attributes(user["attributes"])
    group = manager.groups.named(user["group"])
    shared = split_attributes(group["attributes"]) if group is not None else []
    if manager.router.switches.user_attributes_replace_group:
        names = {name for name, _ in own}
        shared = [pair for pair in shared if pair[0] not in names]
    pairs = own + shared
    plan_rate = rate_limit(manager.plans.limitations(plan) or []) if plan is not None else ""
    if plan_rate:
        pairs = [pair for pair in pairs if pair[0] != "Mikrotik-Rate-Limit"]
        reply.add(codec.RATE_LIMIT, plan_rate)
    for name, value in pairs:
        key, kind = KNOWN[name]
        reply.add(key, encode_value(kind, value))
    packet.copy_to(reply, codec.PROXY_STATE)
    return reply


def reject(packet: codec.Packet) -> codec.Packet:
    """The Access-Reject."""
    reply = codec.Packet(codec.ACCESS_REJECT, packet.identifier)
    packet.copy_to(reply, codec.PROXY_STATE)
    return reply
