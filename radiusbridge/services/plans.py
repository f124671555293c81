"""From the journal's row and the database's records to what a saga is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from radiusbridge.domain.accounts import Access, AccessChange
from radiusbridge.domain.ladder import Rungs
from radiusbridge.domain.local_access import PPP, keeps_accounts
from radiusbridge.domain.observations import Observation
from radiusbridge.domain.profiles import limits_of, rate_attribute
from radiusbridge.domain.proof import Decision, done
from radiusbridge.domain.reboot import BACK_WITHIN, SETTLE_WITHIN
from radiusbridge.domain.records import Intent, Nas, Operation, Server, StartsAt
from radiusbridge.domain.sagas import (
    account,
    activate,
    bring,
    failover,
    fill,
    isolate,
    kick,
    left_behind,
    move,
    profile,
    restart,
    retune,
    speed,
)
from radiusbridge.domain.sagas.plan import (
    DEADLINE,
    SETTLE,
    AccessPlan,
    AccountPlan,
    Expected,
    KickPlan,
    Live,
    LoginPlan,
    MovePlan,
    NasPlan,
)
from radiusbridge.domain.values import parse_rate_pair
from radiusbridge.domain.verdict import Verdict
from radiusbridge.gateways.accounts.kinds import FREERADIUS
from radiusbridge.services.moving import redials
from radiusbridge.services.subjects import Former as Former
from radiusbridge.services.subjects import Subject as Subject

Decide = Callable[[Sequence[Observation], float], Decision]


def saga_of(operation: Operation, subject: Subject) -> Decide:
    """The operation's saga, ready to decide."""
    main = _own_saga_of(operation, subject)
    if subject.left is None:
        return main
    left = _left_plan(operation, subject.left)
    return lambda log, now: left_behind.beside(main, left, log, now)


def _own_saga_of(operation: Operation, subject: Subject) -> Decide:
    nases = tuple(_nas_plan(nas, subject.server, subject.doubts.get(nas.name, "")) for nas in subject.nases)
    match operation.intent:
        case Intent.ISOLATE:
            plan = _access_plan(operation, subject, nases)
            return lambda log, now: isolate.decide(plan, log, now)
        case Intent.ACTIVATE:
            plan = _access_plan(operation, subject, nases)
            return lambda log, now: activate.decide(plan, log, now)
        case Intent.KICK:
            ids = operation.wanted.get("session_ids") or ()
            assert isinstance(ids, Sequence)
            kicking = KickPlan(
                operation.username, nases, frozenset(map(str, ids)), _number(operation, "deadline", DEADLINE)
            )
            return lambda log, now: kick.decide(kicking, log, now)
        case Intent.PROVISION | Intent.REMOVE:
            writing = _account_plan(operation, subject, nases)
            if subject.former is None:
                return lambda log, now: account.decide(writing, log, now)
            # it is the former account's sessions that end
            moving = MovePlan(replace(writing, live=Live.KEEP), _former_plan(operation, subject, subject.former))
            return lambda log, now: move.decide(moving, log, now)
        case Intent.APPLY:
            return _retuning(operation, subject, nases)
        case Intent.SPEED:
            return _speed(operation, subject, nases)
        case Intent.PROFILE_ENSURE | Intent.PROFILE_REMOVE:
            return _profile(operation, subject, nases)
        case Intent.VOUCHER_END:
            ending = _voucher_plan(operation, subject, nases)
            return lambda log, now: account.decide(ending, log, now)
        case Intent.MIRROR:
            return _mirror(operation, subject)
        case _:
            return _of_whole(operation, subject)


def _mirror(operation: Operation, subject: Subject) -> Decide:
    """Accounts, profiles and vouchers on a standby: nobody has a session there, and so only the write counts."""
    if "batch_id" in operation.wanted:
        return bring.decide
    if "profile_id" in operation.wanted:
        ensuring = profile.ProfilePlan(operation.username, subject.profile)
        return lambda log, now: profile.decide(ensuring, log, now)
    mirroring = replace(
        _account_plan(operation, subject, ()), remove=subject.customer is None, live=None, hold_if_made=None
    )
    return lambda log, now: account.decide(mirroring, log, now)


def _of_whole(operation: Operation, subject: Subject) -> Decide:
    """What is about a router, a server or a pair of them as a whole."""
    if subject.pair is not None:
        turning = subject.pair.plan
        return lambda log, now: failover.decide(turning, log, now)
    if operation.intent is Intent.FILL:
        filling = fill.FillPlan(subject.customer.username if subject.customer else "", _no_login(subject))
        return lambda log, now: fill.decide(filling, log, now)
    if operation.intent is not Intent.REBOOT:
        raise AssertionError("it is over when it is entered")
    plan = restart.RestartPlan(
        int(_number(operation, "count", 0)),
        subject.forbidden,
        _number(operation, "back", BACK_WITHIN),
        _number(operation, "settle", SETTLE_WITHIN),
    )
    return lambda log, now: restart.decide(plan, log, now)


def _no_login(subject: Subject) -> str:
    """Why no login can be tried of anybody with an account on the server."""
    if subject.customer is None:
        return "no customer of the server has a password and a plan that a login does not start, and is let in"
    return login_plan(subject).unavailable


def expected_of(operation: Operation) -> Mapping[str, object] | None:
    """The fingerprints `here` and `there` that an operation rests on; None: it rests on none."""
    value = operation.wanted.get("expected")
    return value if isinstance(value, Mapping) else None


def _expected(operation: Operation, subject: Subject) -> Expected | None:
    value = expected_of(operation)
    return None if value is None else Expected(str(value["there"]), subject.changed_here)


def _retuning(operation: Operation, subject: Subject, nases: tuple[NasPlan, ...]) -> Decide:
    wanted = subject.profile
    if wanted is None:
        return lambda _log, _now: done(Verdict.FAILED, "sessions: the customer is not in the database any more")
    plan = retune.RetunePlan(
        operation.username,
        wanted.name,
        rate_attribute(wanted),
        limits_of(wanted),
        subject.server.isolation_name,
        nases,
        _number(operation, "deadline", DEADLINE),
    )
    return lambda log, now: retune.decide(plan, log, now)


def _speed(operation: Operation, subject: Subject, nases: tuple[NasPlan, ...]) -> Decide:
    own = subject.profile
    if own is None:
        return lambda _log, _now: done(Verdict.FAILED, "sessions: the customer is not in the database any more")
    plan = speed.SpeedPlan(
        operation.username,
        None if operation.wanted.get("back") else parse_rate_pair(str(operation.wanted["rate"])),
        own.name,
        rate_attribute(own),
        limits_of(own),
        subject.server.isolation_name,
        nases,
        bool(operation.wanted.get("lasts")),
        _number(operation, "deadline", DEADLINE),
    )
    return lambda log, now: speed.decide(plan, log, now)


def _profile(operation: Operation, subject: Subject, nases: tuple[NasPlan, ...]) -> Decide:
    removing = operation.intent is Intent.PROFILE_REMOVE
    if subject.profile is None and not removing:
        return lambda _log, _now: done(Verdict.FAILED, "write: the profile is not in the database any more")
    plan = profile.ProfilePlan(
        operation.username,
        None if removing else subject.profile,
        nases,
        subject.has_profile if operation.wanted.get("live") == "redial" else frozenset(),
        subject.server.isolation_name,
        _number(operation, "deadline", DEADLINE),
        _expected(operation, subject),
    )
    return lambda log, now: profile.decide(plan, log, now)


def _number(operation: Operation, name: str, default: float) -> float:
    value = operation.wanted.get(name, default)
    assert isinstance(value, int | float)
    return float(value)


def _nas_plan(nas: Nas, server: Server, doubt: str = "") -> NasPlan:
    rungs = Rungs(
        dae=nas.dae is not None,
        nas_address=nas.dae is not None and nas.dae.nas_address is not None,
        close_session=server.sql is None,
        api=nas.api is not None,
        doubt=doubt,
    )
    return NasPlan(nas.name, rungs, addresses_of(nas, server), keeps_accounts(nas, server))


def addresses_of(nas: Nas, server: Server) -> frozenset[str]:
    """The addresses by which the server may know a NAS, as they are recorded here."""
    known = {nas.dae.host, nas.dae.nas_address} if nas.dae else set()
    known |= {nas.api.host} if nas.api else set()
    if nas.api and nas.api.host == server.home[0]:
        # User Manager on the BRAS itself knows its own NAS as the loopback address
        known.add("127.0.0.1")
    return frozenset(address for address in known if address)


def _account_plan(operation: Operation, subject: Subject, nases: tuple[NasPlan, ...]) -> AccountPlan:
    wanted, customer = operation.wanted, subject.customer
    named = subject.profile.name if subject.profile else ""
    changed, live, retired = wanted.get("changed") or (), wanted.get("live"), str(wanted.get("retired", ""))
    assert isinstance(changed, Sequence)
    return AccountPlan(
        username=operation.username,
        profile=named,
        remove=operation.intent is Intent.REMOVE,
        deadline=_number(operation, "deadline", DEADLINE),
        settle=_number(operation, "settle", SETTLE),
        nases=nases,
        live=None if live is None else Live(str(live)),
        login=login_plan(subject),
        changed=frozenset(map(str, changed)),
        static_address=(customer.static_address if customer else None) or "",
        isolation=subject.server.isolation_name,
        hold=subject.hold,
        hold_if_made=subject.hold_if_made,
        fresh=subject.former is not None and not subject.former.known,
        adopts=bool(wanted.get("adopt")),
        unbind=None if wanted.get("unbind") is None else str(wanted["unbind"]),
        retired="" if retired == named else retired,
        anew=bool(wanted.get("anew")),
        expected=_expected(operation, subject),
    )


def _voucher_plan(operation: Operation, subject: Subject, nases: tuple[NasPlan, ...]) -> AccountPlan:
    login = login_plan(subject)
    if subject.keeper is not None:
        login = LoginPlan("a router's own hotspot users have none; the read back takes its place")
        nases = tuple(replace(nas, rungs=replace(nas.rungs, close_session=False)) for nas in nases)
    return AccountPlan(
        subject.account or operation.username,
        "",
        remove=True,
        deadline=_number(operation, "deadline", DEADLINE),
        settle=_number(operation, "settle", SETTLE),
        nases=nases,
        live=Live.KICK,
        login=login,
        guest=True,
    )


def _former_plan(operation: Operation, subject: Subject, former: Former) -> AccountPlan:
    changed = operation.wanted.get("changed") or ()
    assert isinstance(changed, Sequence)
    # who dials somewhere else by now is refused nowhere
    login = replace(login_plan(replace(subject, server=former.server)), dials=())
    succeeded = (nas.name for nas in former.nases if keeps_accounts(nas, subject.server))
    return AccountPlan(
        username=former.username,
        profile="",
        remove=True,
        deadline=_number(operation, "deadline", DEADLINE),
        settle=_number(operation, "settle", SETTLE),
        nases=tuple(_nas_plan(nas, former.server) for nas in former.nases),
        live=Live.KICK,
        login=LoginPlan("the former password is not kept") if "password" in changed else login,
        isolation=former.server.isolation_name,
        succeeded=frozenset(succeeded) if former.username == operation.username else frozenset(),
        redials=redials(operation, subject.nases, subject.hold, former.nases, former.username),
    )


def _left_plan(operation: Operation, left: Former) -> left_behind.LeftBehind:
    return left_behind.LeftBehind(
        left.left_by,
        left.username,
        left.server.name,
        tuple(_nas_plan(nas, left.server) for nas in left.nases),
        operation.intent,
        _number(operation, "settle", SETTLE),
        _number(operation, "deadline", DEADLINE),
        left.server.isolation_name,
    )


def _access_plan(operation: Operation, subject: Subject, nases: tuple[NasPlan, ...]) -> AccessPlan:
    before = subject.rows_before_walled or {}
    own = subject.profile
    change = AccessChange(
        access=Access(str(operation.wanted["access"])),
        isolation=subject.server.isolation_name,
        profile=own.name if own else "",
        restore_group=str(before.get("group", "default")),
        anew=bool(operation.wanted.get("anew")),
    )
    return AccessPlan(
        username=operation.username,
        change=change,
        nases=nases,
        login=login_plan(subject),
        earlier_control=subject.earlier_control,
        own_rate=(own.rate_up, own.rate_down) if own else None,
        settle=_number(operation, "settle", SETTLE),
        deadline=_number(operation, "deadline", DEADLINE),
        wait_online=_number(operation, "wait_online", 0.0),
        without_drop=_walled_rate(subject.server) if operation.wanted.get("without_drop") else "",
    )


def _walled_rate(server: Server) -> str:
    return f"{server.isolation_rate}/{server.isolation_rate}"


def login_plan(subject: Subject) -> LoginPlan:
    """Whether a test login as the customer is possible, and what we know it would start or bind."""
    customer, plan = subject.customer, subject.profile
    if subject.server.kind == PPP:
        tellers = tuple(nas.name for nas in subject.nases if keeps_accounts(nas, subject.server))
        return LoginPlan("nobody but the customer can try a PPP secret", dials=tellers)
    unavailable = ""
    if subject.server.radius is None:
        unavailable = f"no RADIUS address and secret are known for server {subject.server.name}"
    elif customer is None or not customer.password:
        unavailable = "no password is known"
    caller_id = customer.caller_id if customer else None
    return LoginPlan(
        unavailable,
        starts=plan is not None and plan.starts_at is StartsAt.FIRST_LOGIN,
        binds=caller_id == "bind",
        calling_station_id=None if caller_id == "bind" else caller_id or None,
        room_comes_last=subject.server.kind == FREERADIUS,
        earlier=subject.earlier_login,
    )
