"""What an operation is given when it is claimed: the records that it is about, and the gateways that reach them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ACCESS_OF, Access, AccessChange
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.records import (
    PAIR_INTENTS,
    PROFILE_INTENTS,
    ROUTER_INTENTS,
    SERVER_INTENTS,
    Customer,
    Intent,
    Nas,
    Operation,
    Profile,
    Server,
)
from radiusbridge.domain.sagas.plan import EarlierLogin
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.accounts.generation import USERMAN7
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.ports import WantedAccount
from radiusbridge.services.capabilities import doubts, generation
from radiusbridge.services.earlier import earlier_control, earlier_login
from radiusbridge.services.filling import example_of
from radiusbridge.services.hands import Hands, OperationClock
from radiusbridge.services.keeping_out import held_by
from radiusbridge.services.left_behind import left_behind, looks_there
from radiusbridge.services.moving import former_of, never_stood, turned_to_former
from radiusbridge.services.planning.prints import account_here, profile_here
from radiusbridge.services.plans import Former, Subject, expected_of
from radiusbridge.services.profile_operations import profile_id, profile_subject
from radiusbridge.services.readings.states import RouterHome
from radiusbridge.services.router_desk.rebooting import forbidden, router_of
from radiusbridge.services.standby.mirroring import is_profile, mirrored_customer
from radiusbridge.services.standby.turning import pair_hands, pair_subject
from radiusbridge.services.standby.voucher_mirrors import is_batch
from radiusbridge.services.vouchers.operations import voucher_subject

if TYPE_CHECKING:
    from radiusbridge.gateways.desk_reboot import RouterReboot

_LOOKED_BACK = 200
"""Operations of a customer that are looked through for what was before."""


def subject_of(unit: UnitOfWork, operation: Operation, customer: Customer | None = None) -> Subject:
    """The records as they are now. customer: the operation's, where the caller has just read it."""
    other = _of_no_customer(unit, operation)
    if other is not None:
        return other
    server = unit.servers.get(operation.server_id)
    if customer is None and operation.customer_id:
        customer = unit.customers.get(operation.customer_id)
    profile = unit.profiles.get(customer.profile_id) if customer else None
    opens = operation.intent is Intent.ACTIVATE or operation.wanted.get("access") == Access.OPEN
    before = _rows_before_walled(unit, operation) if opens else None
    if customer is not None and customer.server_id != server.id:
        customer = replace(customer, password=None)
    former = _former(unit, operation)
    hold = if_made = None
    if former is not None and customer is not None and profile is not None:
        hold = _hold(unit, customer, server, profile)
    elif operation.intent is Intent.PROVISION and operation.wanted.get("access") and profile is not None:
        hold = AccessChange(
            Access(str(operation.wanted["access"])),
            server.isolation_name,
            profile.name,
            str((before or {}).get("group", "default")),
        )
    elif operation.intent is Intent.PROVISION and customer is not None and profile is not None:
        if_made = _hold(unit, customer, server, profile)
    control = earlier_control(unit, operation) if operation.intent is Intent.ISOLATE else ""
    login = _earlier_login(unit, operation, server, former)
    nases = tuple(unit.nases.of_server(server.id))
    subject = Subject(
        server,
        nases,
        customer,
        profile,
        before,
        former,
        _left(unit, operation, customer),
        hold,
        if_made,
        control,
        login,
    )
    cards = unit.cards.around(server.id)
    return replace(
        subject,
        looked_at=_looked_at(unit, operation, customer, profile),
        doubts=doubts(cards, nases, unit.now),
        generation=generation(cards, server, unit.now),
    )


def _of_no_customer(unit: UnitOfWork, operation: Operation) -> Subject | None:
    """Where it is about a profile, a voucher, a pair, a standby, a router or a whole server; else None."""
    if operation.intent in PROFILE_INTENTS:
        return profile_subject(unit, operation)
    if operation.intent is Intent.VOUCHER_END:
        return voucher_subject(unit, operation)
    if operation.intent in PAIR_INTENTS:
        about = pair_subject(unit, operation)
        return Subject(about.other, about.nases, None, None, pair=about)
    if operation.intent is Intent.MIRROR:
        return _mirrored(unit, operation)
    if operation.intent in ROUTER_INTENTS:
        home = router_of(unit, operation)
        server = unit.servers.get(operation.server_id)
        return Subject(server, (), None, None, router=home, forbidden=forbidden(operation, home, unit.now))
    if operation.intent in SERVER_INTENTS:
        server = unit.servers.get(operation.server_id)
        example = example_of(unit, server)
        return Subject(server, (), example, None, account=example.username if example else "")
    return None


def _mirrored(unit: UnitOfWork, operation: Operation) -> Subject:
    """What a standby is to have, as the database says now; a held customer is kept out there, too."""
    server, customer = mirrored_customer(unit, operation)
    if is_batch(operation):
        return Subject(server, (), None, None)
    if is_profile(operation):
        gone = bool(operation.wanted.get("remove"))
        try:
            profile = None if gone else unit.profiles.get(profile_id(operation))
        except UnknownName:
            profile = None
        return Subject(server, (), None, profile)
    if customer is None:
        return Subject(server, (), None, None)
    profile = unit.profiles.get(customer.profile_id)
    hold = _hold(unit, customer, server, profile) or AccessChange(Access.OPEN, server.isolation_name, profile.name)
    return Subject(server, (), customer, profile, hold=hold)


def _earlier_login(
    unit: UnitOfWork, operation: Operation, server: Server, former: Former | None
) -> EarlierLogin | None:
    """A login of the account that is shut or goes. User Manager 7 makes room for the control, and needs none."""
    if former is not None:
        shut = (former.server, former.username)
    elif operation.intent is Intent.REMOVE or operation.wanted.get("access") == Access.REJECT:
        shut = (server, operation.username)
    else:
        return None
    return None if shut[0].kind == USERMAN7 else earlier_login(unit, operation, shut[0].id, shut[1])


def _rows_before_walled(unit: UnitOfWork, operation: Operation) -> Mapping[str, object] | None:
    """The account before the isolation that is to be taken back; of several in a row only the first saw it."""
    rows = None
    for row in unit.operations.earlier(operation, _LOOKED_BACK):
        if not row.rows_before:
            continue
        if row.intent is Intent.ACTIVATE:
            break
        if row.intent is Intent.ISOLATE and row.wanted.get("access") == Access.WALLED:
            rows = row.rows_before
    return rows


def _looked_at(
    unit: UnitOfWork, operation: Operation, customer: Customer | None, profile: Profile | None
) -> bytes | None:
    """What the database says of the account now, where the operation rests on what was looked at before."""
    if expected_of(operation) is None or customer is None or profile is None:
        return None
    return account_here(customer, profile, unit.holds.open_holds(customer.id))


def _former(unit: UnitOfWork, operation: Operation) -> Former | None:
    """The former account, unless it is somebody else's by now, or was never made by us."""
    found = former_of(operation)
    if found is None or unit.customers.by_username(*found) is not None:
        return None
    server_id, username = found
    earlier = [
        row
        for row in unit.operations.listed(customer_id=operation.customer_id, limit=_LOOKED_BACK)
        if row.id < operation.id and former_of(row) is not None
    ]
    made_by = next((row for row in earlier if (row.server_id, row.username) == found), None)
    if made_by is not None and never_stood(made_by) and not turned_to_former(unit, made_by):
        return None
    name = (operation.server_id, operation.username)
    known = any(former_of(row) == name and row.verdict is not Verdict.PROVEN for row in earlier)
    return Former(unit.servers.get(server_id), tuple(unit.nases.of_server(server_id)), username, known)


def _left(unit: UnitOfWork, operation: Operation, customer: Customer | None) -> Former | None:
    """What an earlier move has left behind, where this operation says something about that."""
    found = left_behind(unit, customer, operation.id) if customer is not None and looks_there(operation) else None
    if found is None:
        return None
    number, (server_id, username) = found
    if (server_id, username) == (operation.server_id, operation.username):
        return None
    nases = tuple(unit.nases.of_server(server_id))
    return Former(unit.servers.get(server_id), nases, username, left_by=number)


def _hold(unit: UnitOfWork, customer: Customer, server: Server, profile: Profile) -> AccessChange | None:
    """How a held customer is kept out; None: nothing holds them."""
    if not unit.holds.open_holds(customer.id):
        return None
    return AccessChange(ACCESS_OF[held_by(unit, customer.id, server)], server.isolation_name, profile.name)


def hands_of(gateways: Gateways, operation: Operation, subject: Subject, clock: OperationClock) -> Hands:
    """The gateways of an operation; of the former account's too, where it is about that."""
    if operation.intent in ROUTER_INTENTS:
        hands = _hands(gateways, subject.server, (), operation.username, None, clock)
        return replace(hands, router=_restarting(gateways, subject.router, clock))
    if subject.pair is not None:
        hands = _hands(gateways, subject.pair.other, (), operation.username, None, clock)
        return replace(hands, pair=pair_hands(gateways, subject.pair))
    customer, profile, former = subject.customer, subject.profile, subject.former or subject.left
    if subject.generation is not None:
        gateways.recall(subject.server.id, subject.generation)
    name = subject.account or operation.username
    hands = _hands(gateways, subject.server, subject.nases, name, customer, clock)
    if former is not None:
        theirs = _hands(gateways, former.server, former.nases, former.username, customer, clock)
        hands = replace(hands, former=theirs)
    if operation.intent is Intent.VOUCHER_END:
        return replace(hands, keeper=gateways.voucher_users(subject.keeper or subject.server, subject.label))
    if operation.intent is Intent.PROFILE_ENSURE or (operation.intent is Intent.MIRROR and is_profile(operation)):
        return replace(hands, profile=profile)
    if operation.intent not in {Intent.PROVISION, Intent.MIRROR} or customer is None or profile is None:
        return hands
    leave, clear = operation.wanted.get("leave", ()), operation.wanted.get("clear", ())
    assert isinstance(leave, Sequence)
    assert isinstance(clear, Sequence)
    wanted = WantedAccount(
        customer.username,
        None if "password" in leave else customer.password,
        replace(
            profile,
            pool=None if "pool" in leave else profile.pool,
            address_list=None if "address_list" in leave else profile.address_list,
        ),
        None if "caller_id" in leave else _or_none(customer.caller_id, clear="caller_id" in clear),
        None if "static_address" in leave else _or_none(customer.static_address, clear="static_address" in clear),
        routes=None if "routes" in leave else customer.routes,
        disabled=any(
            hold is not None and hold.access is not Access.OPEN for hold in (subject.hold, subject.hold_if_made)
        ),
        rebind=operation.wanted.get("unbind") is not None,
        retired=str(operation.wanted.get("retired", "")),
        anew=bool(operation.wanted.get("anew")),
    )
    return replace(hands, wanted=wanted)


def _restarting(gateways: Gateways, home: RouterHome | None, clock: OperationClock) -> "RouterReboot | None":
    if home is None or home.api is None:
        return None
    from radiusbridge.gateways.desk_reboot import RouterReboot

    return RouterReboot(gateways.router(home.name, home.api), clock.clock)


def _or_none(recorded: str | None, *, clear: bool) -> str | None:
    """What is recorded of a field; where that is nothing, whether what somebody set there is to go."""
    return "" if recorded is None and clear else recorded


def _hands(
    gateways: Gateways,
    server: Server,
    nases: tuple[Nas, ...],
    username: str,
    customer: Customer | None,
    clock: OperationClock,
) -> Hands:
    sessions = {nas.name: gateways.nas_sessions(nas, isolation=server.isolation_name) for nas in nases}
    disconnectors = {nas.name: gateways.disconnector(nas) for nas in nases}
    return Hands(
        clock=clock,
        username=username,
        server=gateways.account_server(server),
        nases={name: port for name, port in sessions.items() if port is not None},
        disconnectors={name: port for name, port in disconnectors.items() if port is not None},
        prober=gateways.prober(server),
        method=server.method,
        customer=customer,
        wanted=None,
    )


def changed_here(operation: Operation, subject: Subject, fingerprint: Callable[[bytes], str]) -> bool:
    """Whether the database says something else than what the operation rests on."""
    expected = expected_of(operation)
    if expected is None:
        return False
    if operation.intent in PROFILE_INTENTS:
        now = profile_here(subject.profile) if subject.profile is not None else ""
    else:
        now = fingerprint(subject.looked_at) if subject.looked_at is not None else ""
    return now != expected["here"]
