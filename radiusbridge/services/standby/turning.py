"""Failing over and back: an operation about the pair, what it is told, and the one transaction that turns the roles."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from radiusbridge.db.errors import LeaseLost
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.records import Customer, Intent, Nas, Operation, Server
from radiusbridge.domain.sagas.failover import FailoverNas, FailoverPlan
from radiusbridge.domain.standby import WAIT_DIAL, Pair
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Status
from radiusbridge.services.journal import enter
from radiusbridge.services.permissions import require
from radiusbridge.services.standby.hands import PairHands
from radiusbridge.services.standby.mirroring import exchange
from radiusbridge.services.standby.pairs import named
from radiusbridge.services.standby.voucher_mirrors import exchange_vouchers

if TYPE_CHECKING:
    from radiusbridge.db.unit_of_work import UnitOfWork
    from radiusbridge.gateways.factory import Gateways
    from radiusbridge.services.context import Context

LOOPBACK = "127.0.0.1"
_LEFT_OUT = "it was left out: whom it asks was not changed"
_NO_API = "there is no API access to it here: its rows are as they were"


@dataclass(frozen=True, slots=True)
class Turning:
    """How a failover is asked for. nases: only these; none: all. accept: also where the target is not in step."""

    nases: tuple[str, ...] = ()
    wait_dial: float = WAIT_DIAL
    accept: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.wait_dial <= 3600:
            raise BadInput("the time for a dial is out of range", hint="0 to 3600 s")


@dataclass(frozen=True, slots=True)
class PairSubject:
    """The records that a failover is about."""

    target: Server
    other: Server
    nases: tuple[Nas, ...]
    tester: Customer | None
    plan: FailoverPlan


async def submit(
    context: "Context", name: str | None, how: Turning, *, back: bool, reason: str = "", key: str = ""
) -> Operation:
    """Have the NASes of a pair ask the other server. back: the one that was active when the pair was made.

    Where that is the active one already, its NASes are looked at, and turned where they are not.
    Errors: UnknownName; Refused: another one is running, or the target is not in step.
    """
    require(context, "standby.failback" if back else "standby.failover")

    def work(unit: "UnitOfWork") -> Operation:
        pair = named(unit, name)
        known = unit.operations.by_key(key) if key else None
        if known is not None:
            return known
        return enter_turning(unit, context, pair, how, back=back, reason=reason, key=key)

    return await context.database.write(work)


def enter_turning(
    unit: "UnitOfWork", context: "Context", pair: Pair, how: Turning, *, back: bool, reason: str, key: str = ""
) -> Operation:
    """`submit` inside the caller's transaction."""
    active, standby = unit.servers.get(pair.server_id), unit.servers.get(pair.standby_id)
    stays = pair.turned is not back
    busy = unit.operations.about_pair(pair.server_id)
    if busy is not None and busy.status is Status.RUNNING:
        raise Refused(
            f"operation {busy.id} is running", target=safe(active.name, 80), hint=f"radiusbridge op show {busy.id}"
        )
    if busy is not None and not busy.status.final:
        unit.operations.cancel(busy.id, unit.now)
    _check_names(unit, pair, how.nases)
    lacks = "" if how.accept or stays else behind(unit, pair)
    if lacks:
        hint = "radiusbridge standby status; or go on with --accept-differences"
        raise Refused(f"is not in step: {lacks}; nothing was done", target=safe(standby.name, 80), hint=hint)
    wanted = {
        "epoch": pair.epoch,
        "turned": not back,
        "stays": stays,
        "nases": list(how.nases),
        "wait_dial": how.wait_dial,
        "accept": how.accept,
    }
    target = active if stays else standby
    made = Operation(Intent.FAILOVER, pair.server_id, 0, target.name, wanted, key=key, reason=reason)
    return enter(unit, context, made)


def _check_names(unit: "UnitOfWork", pair: Pair, names: Sequence[str]) -> None:
    for name in names:
        nas = unit.nases.named(name)
        if nas.server_id != pair.server_id:
            raise BadInput("that NAS is of another server", target=safe(nas.name, 80))


def behind(unit: "UnitOfWork", pair: Pair) -> str:
    """What the standby was not brought to yet, in words; empty: nothing is known."""
    waiting = unit.standbys.behind(pair.standby_id)
    if not waiting:
        return ""
    names = ", ".join(safe(each.username, 60) for each in waiting[:5])
    many = "change was" if len(waiting) == 1 else "changes were"
    return f"{len(waiting)} {many} not brought there yet ({names}{', …' if len(waiting) > 5 else ''})"


def pair_subject(unit: "UnitOfWork", operation: Operation) -> PairSubject:
    """What a failover is told when it is claimed."""
    pair = unit.standbys.of(operation.server_id)
    active = unit.servers.get(operation.server_id)
    if pair is None:
        plan = FailoverPlan(active.name, active.name, (), forbidden="the pair of servers is no more")
        return PairSubject(active, active, (), None, plan)
    standby = unit.servers.get(pair.standby_id)
    mine = _turned(pair, operation)
    target, other = (active, standby) if mine else (standby, active)
    everyone = unit.nases.of_server(pair.server_id)
    wanted = operation.wanted.get("nases") or ()
    assert isinstance(wanted, Sequence)
    nases = tuple(nas for nas in everyone if not wanted or nas.name in wanted)
    left_out = [(nas.name, _LEFT_OUT) for nas in everyone if nas not in nases]
    left_out += [(nas.name, _NO_API) for nas in nases if nas.api is None]
    nases = tuple(nas for nas in nases if nas.api is not None)
    forbidden = "" if mine else _forbidden(unit, operation, pair)
    if not nases and not forbidden:
        forbidden = "there is no NAS to be turned"
    wait = operation.wanted.get("wait_dial", WAIT_DIAL)
    assert isinstance(wait, int | float)
    plan = FailoverPlan(
        target.name,
        other.name,
        tuple(FailoverNas(nas.name, known_as(target, nas), known_as(other, nas)) for nas in nases),
        tuple(left_out),
        forbidden,
        float(wait),
    )
    return PairSubject(target, other, nases, unit.customers.tester(pair.server_id), plan)


def _turned(pair: Pair, operation: Operation) -> bool:
    """Whether the active server is the one that the operation wants: it made it so, or was asked for when it was."""
    stays = bool(operation.wanted.get("stays")) and pair.epoch == operation.wanted.get("epoch")
    return stays or pair.operation_id == operation.id


def _forbidden(unit: "UnitOfWork", operation: Operation, pair: Pair) -> str:
    if pair.epoch != operation.wanted.get("epoch"):
        return f"the roles were turned since it was asked for, by operation {pair.operation_id}"
    lacks = "" if operation.wanted.get("accept") else behind(unit, pair)
    return f"{operation.username} is not in step: {lacks}" if lacks else ""


def known_as(server: Server, nas: Nas) -> frozenset[str]:
    """The addresses by which a NAS may know a server."""
    found = {server.home[0]} | ({server.radius.host} if server.radius else set())
    if server.api is not None and nas.api is not None and nas.api.host == server.api.host:
        found.add(LOOPBACK)
    return frozenset(address for address in found if address)


def pair_hands(gateways: "Gateways", subject: PairSubject) -> PairHands:
    """The gateways of a pair and its NASes."""
    from radiusbridge.gateways.radius_rows import RadiusRows

    nases = {nas.name: RadiusRows(gateways.router(nas.name, nas.api)) for nas in subject.nases if nas.api is not None}
    target, other = gateways.account_server(subject.target), gateways.account_server(subject.other)
    return PairHands(nases, target, other, gateways.prober(subject.target), subject.tester, subject.other.method)


async def turn_roles(context: "Context", operation: Operation, epoch: int) -> tuple[str, int] | str:
    """Make the target the active server, in one transaction. epoch: of the operation's lease. LeaseLost."""

    def work(unit: "UnitOfWork") -> tuple[str, int] | str:
        held = unit.operations.get(operation.id).lease
        if held is None or held.epoch != epoch:
            raise LeaseLost("somebody else carries it out", target=f"operation {operation.id}")
        pair = unit.standbys.of(operation.server_id)
        if pair is None:
            return "the pair of servers is no more"
        if _turned(pair, operation):
            return unit.servers.get(pair.server_id).name, pair.epoch
        stays = _forbidden(unit, operation, pair)
        if stays:
            return stays
        before = unit.servers.get(pair.server_id).name
        breakers = unit.breakers.of(pair.server_id), unit.breakers.of(pair.standby_id)
        turned = unit.standbys.turn(pair, operation.id, unit.now)
        if turned is None:
            return "the roles were turned by somebody else"
        unit.breakers.put(pair.server_id, breakers[1])
        unit.breakers.put(pair.standby_id, breakers[0])
        exchange(unit, pair.server_id, pair.standby_id)
        exchange_vouchers(unit, pair.server_id, pair.standby_id, context)
        active = unit.servers.get(pair.server_id).name
        unit.note(
            "standby.turn",
            active,
            who=context.who,
            channel=context.channel,
            before={"active": before, "epoch": pair.epoch},
            after={"active": active, "epoch": turned.epoch},
            reason=operation.reason,
            operation_id=operation.id,
            event="standby.turned",
        )
        return active, turned.epoch

    return await context.database.write(work)


def with_turn(hands: PairHands, context: "Context", operation: Operation, epoch: int) -> PairHands:
    """The hands, able to turn the roles for that operation."""
    return replace(hands, turn=lambda: turn_roles(context, operation, epoch))
