"""How a NAS decides about a dial: local secrets first, then the RADIUS rows in order."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec, mschap
from radiusbridge.simulator.aaa.client import Target
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.nas.session import Grant
from radiusbridge.simulator.values import duration_seconds

if TYPE_CHECKING:
    from radiusbridge.simulator.customers import Customer
    from radiusbridge.simulator.nas.nas import Nas

Outcome = Callable[[Grant | None, str], None]
"""Gets the grant, or None and the reason."""


def login(nas: "Nas", customer: "Customer", number: int, done: Outcome) -> None:
    """Check a customer's credentials."""
    secret = nas.router.menus["/ppp/secret"].named(customer.username)
    if secret is not None and secret["disabled"] == "false" and secret["service"] in ("any", "pppoe"):
        _local(nas, customer, secret, done)
    elif nas.aaa["use-radius"] == "true":
        ask_radius(nas, customer, number, done)
    else:
        done(None, "authentication failed")


def _local(nas: "Nas", customer: "Customer", secret: Row, done: Outcome) -> None:
    bound = secret.get("caller-id", "")
    if secret["password"] != customer.password or (bound and bound != customer.mac):
        done(None, "authentication failed")
        return
    profile = nas.router.menus["/ppp/profile"].named(secret["profile"]) or {}
    others = [session for session in nas.of(customer.username) if session.mac != customer.mac]
    if profile.get("only-one") == "yes" and others:
        done(None, "is already active")
        return
    grant = Grant(radius=False, address=secret.get("remote-address", ""), profile=secret["profile"])
    apply_profile(nas, grant)
    done(grant, "")


def apply_profile(nas: "Nas", grant: Grant) -> None:
    """Fill in what the PPP profile says and the login did not."""
    profile = nas.router.menus["/ppp/profile"].named(grant.profile) or {}
    grant.rate = grant.rate or profile.get("rate-limit", "")
    grant.address_list = grant.address_list or profile.get("address-list", "")
    remote = profile.get("remote-address", "")
    if not grant.address and not grant.pool and remote:
        is_pool = nas.router.menus["/ip/pool"].find(remote) is not None
        grant.pool, grant.address = (remote, "") if is_pool else ("", remote)


def targets(nas: "Nas", port: str, service: str = "ppp") -> list[Target]:
    """The RADIUS servers for a service of /radius, in order."""
    found = []
    for row in _in_order(nas):
        if row["disabled"] == "true" or service not in row["service"].split(","):
            continue
        signed = row.get("require-message-auth") == "yes-for-request-resp"
        secret = row["secret"].encode("utf-8", "surrogateescape")
        address = (row["address"], int(row[port]))
        found.append(Target(address, secret, duration_seconds(row["timeout"]), require_signed_replies=signed))
    return found


def _in_order(nas: "Nas") -> list[Row]:
    """The rows as they are asked: in their order, or, by a fault, in that which they had before."""
    rows = list(nas.router.menus["/radius"].rows())
    if not nas.router.faults.radius_sticks:
        nas.asked = [row[".id"] for row in rows]
    places = {identifier: at for at, identifier in enumerate(nas.asked)}
    return sorted(rows, key=lambda row: places.get(row[".id"], len(places)))


def describe(nas: "Nas", packet: codec.Packet, number: int, user: str, mac: str, server: str = "") -> None:
    """The attributes that every request about a session carries. server: the guest's hotspot server; else PPPoE."""
    packet.add(codec.SERVICE_TYPE, 1 if server else 2)
    if not server:
        packet.add(codec.FRAMED_PROTOCOL, 1)
    packet.add(codec.NAS_PORT, number)
    packet.add(codec.NAS_PORT_TYPE, 15)
    packet.add(codec.USER_NAME, user)
    packet.add(codec.CALLING_STATION_ID, mac)
    packet.add(codec.CALLED_STATION_ID, server or nas.service_name)
    packet.add(codec.NAS_PORT_ID, nas.hotspot.interface(server) if server else nas.interface)
    packet.add(codec.ACCT_SESSION_ID, f"{number:08x}")
    packet.add(codec.NAS_IDENTIFIER, nas.router.name)
    packet.add(codec.NAS_IP_ADDRESS, codec.packed(nas.router.own_address))


def ask_radius(nas: "Nas", customer: "Customer", number: int, done: Outcome, server: str = "") -> None:
    """Ask the RADIUS servers. server: the guest's hotspot server; else PPPoE."""
    servers = targets(nas, "authentication-port", "hotspot" if server else "ppp")
    method = nas.hotspot.method(server) if server else nas.method()
    world = nas.router.world

    def attempt(rest: list[Target]) -> None:
        if not rest:
            done(None, "radius timeout")
            return
        packet = codec.Packet(codec.ACCESS_REQUEST, 0, world.octets(16))
        describe(nas, packet, number, customer.username, customer.mac, server)
        password = customer.password.encode("utf-8", "surrogateescape")
        if method == "mschap2":
            mschap.ask(packet, password, world.octets(33))
        elif method == "chap":
            challenge = world.octets(16)
            packet.add(codec.CHAP_CHALLENGE, challenge)
            packet.add(codec.CHAP_PASSWORD, codec.chap_response(number & 0xFF, password, challenge))
        else:
            packet.add(codec.USER_PASSWORD, codec.hide_password(password, rest[0].secret, packet.authenticator))
        nas.client.request(packet, rest[0], lambda reply: answered(packet, reply, rest))

    def answered(packet: codec.Packet, reply: codec.Packet | None, rest: list[Target]) -> None:
        if reply is None:
            attempt(rest[1:])
        elif reply.code == codec.ACCESS_ACCEPT and mschap.proven(packet, reply, customer.password):
            nas.client.counts(rest[0].address)["accepts"] += 1
            grant = granted(reply)
            if not server:
                apply_profile(nas, grant)
            done(grant, "")
        else:
            nas.client.counts(rest[0].address)["rejects"] += 1
            done(None, "authentication failed")

    attempt(servers)


def granted(reply: codec.Packet) -> Grant:
    """What an Access-Accept grants."""
    return Grant(
        radius=True,
        address=reply.address(codec.FRAMED_IP_ADDRESS),
        pool="" if reply.address(codec.FRAMED_IP_ADDRESS) else reply.text(codec.FRAMED_POOL),
        profile=reply.text(codec.GROUP) or "default",
        address_list=reply.text(codec.ADDRESS_LIST),
        rate=reply.text(codec.RATE_LIMIT),
        filter=reply.text(codec.FILTER_ID),
        session_timeout=reply.number(codec.SESSION_TIMEOUT),
        interim=reply.number(codec.ACCT_INTERIM_INTERVAL),
        class_=reply.first(codec.CLASS) or b"",
    )
