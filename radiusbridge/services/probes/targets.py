"""Targets by name, from the database, and the customers that a probe must not harm."""

import asyncio
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused, UnknownName
from radiusbridge.domain.probes import Probe, ProbeKind, ProbeResult
from radiusbridge.domain.records import Customer, DaeAccess, LoginMethod, Nas, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.services import sessions, signing
from radiusbridge.services.context import Context

LOOKING = 10.0
"""Seconds for looking whether a login could do harm."""

_DYNAMIC = frozenset({ProbeKind.COA, ProbeKind.DISCONNECT})


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for. method: of the server's test logins."""

    access: RadiusAccess | DaeAccess
    server: Server
    method: LoginMethod


async def find(context: Context, kind: ProbeKind, name: str, port: int | None = None) -> Target:
    """A server by name for auth, acct and status; a NAS for coa and disconnect.

    port: another one than is stored; for acct the usual one is the port after that of logins (1813 after 1812).
    UnknownName; BadInput where its address and secret are not stored.
    """

    def work(unit: UnitOfWork) -> tuple[Server, Nas | None]:
        if kind not in _DYNAMIC:
            return _named(unit, name), None
        nas = unit.nases.named(name)
        return unit.servers.get(nas.server_id), nas

    server, nas = await context.database.read(work)
    if nas is not None:
        if nas.dae is None:
            hint = f"radiusbridge nas edit {nas.name} --dae HOST --dae-secret-file FILE"
            raise BadInput("no DAE address is stored for it", target=nas.name, hint=hint)
        return Target(replace(nas.dae, port=port or nas.dae.port), server, server.method)
    if server.radius is None:
        hint = f"radiusbridge server edit {server.name} --radius HOST --radius-secret-file FILE"
        raise BadInput("no RADIUS address is stored for it", target=server.name, hint=hint)
    usual = server.radius.port + (kind is ProbeKind.ACCT)
    return Target(replace(server.radius, port=port or usual), server, server.method)


def _named(unit: UnitOfWork, name: str) -> Server:
    try:
        return unit.servers.named(name)
    except UnknownName as unknown:
        hint = f"{unknown.hint}; an address needs --secret-file" if unknown.hint else "an address needs --secret-file"
        raise UnknownName(unknown.summary, target=unknown.target, hint=hint) from unknown


async def known_password(context: Context, target: Target, user: str) -> Secret | None:
    """The password of a customer who is a test account; None: there is no such, or it is not known."""
    customer = await _customer(context, target, user)
    return customer.password if customer is not None and customer.test_account else None


async def guard(context: Context, target: Target, probe: Probe) -> None:
    """Let a probe go on that can harm no customer; Refused for one that could, with what it would do.

    A test login or an Accounting-Request of a customer's could drop the live session, start the plan or bind the
    account; a Disconnect- or CoA-Request is not for probing at all. Accounts that are marked as made for tests pass.
    """
    user = next((value for name, value in probe.attributes if name == "User-Name"), probe.user)
    customer = await _customer(context, target, user) if user else None
    if customer is None or customer.test_account:
        return
    if probe.kind in _DYNAMIC:
        hint = f"{_INSTEAD_OF[probe.kind]}; probes of a NAS name a session that nobody has"
        raise Refused("that is a customer, and a probe changes no customer's session", target=user, hint=hint)
    if probe.kind is ProbeKind.ACCT:
        raise Refused(
            "that is a customer, and the server would take the records for the customer's own",
            target=user,
            hint=_INSTEAD,
        )
    harm = await _harm(context, target.server, customer)
    if harm:
        raise Refused(f"a test login as this customer {harm}", target=user, hint=_INSTEAD)


_INSTEAD_OF = {
    ProbeKind.DISCONNECT: "radiusbridge kick ends it, with journal and proof",
    ProbeKind.COA: "radiusbridge profile edit and isolate change it, with journal and proof",
}
_INSTEAD = (
    "radiusbridge sessions shows the customer's session; for test logins make an account: "
    "radiusbridge customer add --test-account"
)


async def protected(context: Context, target: Target) -> frozenset[str]:
    """The folded user names of the server's customers whom many requests at once must not name."""
    return await context.database.read(lambda unit: unit.customers.protected_usernames(target.server.id))


async def remember(context: Context, target: Target, result: ProbeResult) -> None:
    """Keep in mind that the server signs, once it has."""
    if result.routeros_715_takes and isinstance(target.access, RadiusAccess):
        await signing.remember(context, target.server.id, target.access.host)


async def _customer(context: Context, target: Target, user: str) -> Customer | None:
    return await context.database.read(lambda unit: unit.customers.by_username(target.server.id, user))


async def _harm(context: Context, server: Server, customer: Customer) -> str:
    """What a login could do, from account and lists as they are now; empty: nothing."""
    try:
        async with asyncio.timeout(LOOKING):
            account, readings = await asyncio.gather(
                context.gateways.account_server(server).read_account(customer.username),
                sessions.live(context, customer.username),
            )
    except (RadiusbridgeError, TimeoutError):
        return "could drop the live session: the server's API does not tell"
    if account is None or account.disabled:
        return ""
    unread = [reading.nas for reading in readings if reading.error]
    if unread or not readings:
        told = f"the list of {', '.join(unread)} cannot be read" if unread else "no NAS is known for its server"
        return f"could drop the live session: {told}"
    live = [f"{row.session_id} on {row.nas}" for reading in readings for row in reading.sessions]
    if live:
        return f"could drop the live session {', '.join(live[:3])}"
    return _lasting(account)


def _lasting(account: AccountRow) -> str:
    if account.caller_id == "bind":
        return "would bind the account to our device"
    if account.plans_count and account.in_force is None:
        return "would start the plan"
    if account.shared_users is not None and len(account.sessions) >= max(1, account.shared_users):
        return "could drop a session that the server remembers, up to the shared-users limit"
    return ""
