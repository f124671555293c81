"""Carry out what of a plan is written to servers: rows of bulk runs, each resting on the fingerprints of the plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import ACCESS_OF, Access
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.errors import BadInput, RadiusbridgeError, Refused, UnknownName
from radiusbridge.domain.planned import Place, PlannedRow, Take, What
from radiusbridge.domain.profiles import NONE
from radiusbridge.domain.records import Customer, Intent, Nas, Operation, Server
from radiusbridge.domain.sagas.plan import DEADLINE, Live
from radiusbridge.domain.text import folded, safe
from radiusbridge.services.bulk.kinds import PLAN
from radiusbridge.services.bulk.pacing import Brakes
from radiusbridge.services.context import Context
from radiusbridge.services.journal import enter
from radiusbridge.services.keeping_out import held_by
from radiusbridge.services.permissions import require
from radiusbridge.services.planning.plan_file import AGAIN, Plan
from radiusbridge.services.planning.prints import account_here, profile_here, server_print
from radiusbridge.services.profile_operations import REDIAL, ensure
from radiusbridge.services.provisioning import Handling, provision

_CHANGED = "changed here since the plan was made"
_LIMITING = frozenset({"password", "profile", "caller_id", "static_address", "pool", "address_list", "access"})
"""Fields whose change a live session does not see before it dials again."""


@dataclass(frozen=True, slots=True)
class ApplyPreview:
    """What `apply` would do. there, here: rows written to servers, rows taken over; left: rows passed by, with why."""

    plan: Plan
    there: tuple[PlannedRow, ...]
    here: tuple[PlannedRow, ...]
    left: tuple[tuple[PlannedRow, str], ...]
    drops: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(server, user name) of those whose live session is dropped: on which NASes."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """NASes whose sessions could not be read, and why: nobody's session there is dropped."""

    @property
    def size(self) -> int:
        """How many rows are carried out."""
        return len(self.there) + len(self.here)


async def preview(context: Context, plan: Plan, *, prune: bool = False, drop: bool = False) -> ApplyPreview:
    """What applying would do; nothing is changed. BadInput: a server is not the one that was read."""
    servers = await context.database.read(lambda unit: _same_servers(unit, context, plan))
    rows, left = list[PlannedRow](), list[tuple[PlannedRow, str]]()
    for row in plan.rows:
        if row.take is Take.SKIP:
            left.append((row, row.note or "it was left out"))
        elif row.deletes and not prune:
            left.append((row, "it would be deleted; --prune"))
        elif row.take is Take.DATABASE and row.unrecorded and not prune:
            if row.unrecorded == row.differing:
                left.append((row, "what is not recorded here would be taken away; --prune"))
            else:
                rows.append(row.leaving(row.unrecorded))
        else:
            rows.append(row)
    there = tuple(row for row in rows if row.take is Take.DATABASE)
    here = tuple(row for row in rows if row.take is Take.SERVER)
    drops: dict[tuple[str, str], tuple[str, ...]] = {}
    unread: dict[str, str] = {}
    if drop:
        touched = {(row.server, row.name) for row in there if row.what is What.ACCOUNT and _redials(row)}
        drops, unread = await _live(context, servers, touched)
    return ApplyPreview(plan, there, here, tuple(left), drops, unread)


def _same_servers(unit: UnitOfWork, context: Context, plan: Plan) -> dict[str, Server]:
    found = {}
    for name, known in plan.fingerprints.items():
        try:
            server = unit.servers.named(name)
        except UnknownName:
            raise BadInput("the plan is about a server that is not here any more", target=safe(name, 80)) from None
        if context.database.marks.fingerprint(server_print(server)) != known:
            raise BadInput("the server was edited since the plan was made", target=safe(name, 80), hint=AGAIN)
        found[name] = server
    missing = {row.server for row in plan.rows} - set(found)
    if missing:
        raise BadInput("the plan is about a server that it does not name", target=safe(min(missing), 80))
    return found


def _redials(row: PlannedRow) -> bool:
    return row.deletes or bool(_LIMITING.intersection(row.differing))


async def _live(
    context: Context, servers: Mapping[str, Server], touched: set[tuple[str, str]]
) -> tuple[dict[tuple[str, str], tuple[str, ...]], dict[str, str]]:
    """Who of these is online, by every NAS's own list."""
    drops: dict[tuple[str, str], tuple[str, ...]] = {}
    unread: dict[str, str] = {}
    for name, server in servers.items():
        for nas in await context.database.read(partial(_nases, server.id)):
            port = context.gateways.nas_sessions(nas, isolation=server.isolation_name)
            try:
                listed = await port.sessions() if port is not None else ()
            except RadiusbridgeError as error:
                unread[nas.name] = error.line()
                continue
            for who in {(name, row.username) for row in listed} & touched:
                drops[who] = (*drops.get(who, ()), nas.name)
    return drops, unread


def _nases(server_id: int, unit: UnitOfWork) -> tuple[Nas, ...]:
    return tuple(unit.nases.of_server(server_id))


def check_count(preview: ApplyPreview, typed: int | None) -> None:
    """Refused unless the typed count is that of the rows. Nobody has to confirm nothing."""
    if not preview.size or typed == preview.size:
        return
    given = "no count was given" if typed is None else f"the typed count is {typed}"
    raise Refused(
        f"{given}, but {preview.size} rows would be carried out; nothing was done",
        target="apply",
        hint=f"look at the list, then type the count, or --yes-count {preview.size}",
    )


async def create_runs(
    context: Context, preview: ApplyPreview, *, brakes: Brakes, reason: str = ""
) -> tuple[BulkRun, ...]:
    """Store, in one transaction, the bulk runs of what is written to servers: profiles, accounts, then the profiles
    that go, since nobody may have them any more. The caller has confirmed the count."""
    require(context, "plan.apply")
    phases = {0: list[PlannedRow](), 1: list[PlannedRow](), 2: list[PlannedRow]()}
    for row in preview.there:
        phases[1 if row.what is What.ACCOUNT else 2 if row.deletes else 0].append(row)

    def work(unit: UnitOfWork) -> tuple[BulkRun, ...]:
        return tuple(_run(unit, context, preview, rows, brakes, reason) for rows in phases.values() if rows)

    return await context.database.write(work)


def _run(
    unit: UnitOfWork,
    context: Context,
    preview: ApplyPreview,
    rows: Sequence[PlannedRow],
    brakes: Brakes,
    reason: str,
) -> BulkRun:
    made_at = preview.plan.made_at.isoformat()
    selection: dict[str, object] = {"plan": made_at, "servers": list(preview.plan.servers)}
    draft = BulkRun(PLAN, selection, {}, brakes.as_json(), context.who, context.channel, reason=reason)
    run = unit.bulk.create(draft, list(_bulk_rows(unit, preview, rows)), unit.now)
    after = {"kind": run.kind, "size": run.size, "selection": dict(run.selection), "wanted": {}}
    unit.note("bulk.create", f"bulk run {run.id}", who=context.who, channel=context.channel, after=after, reason=reason)
    return run


def _bulk_rows(unit: UnitOfWork, preview: ApplyPreview, rows: Iterable[PlannedRow]) -> Iterable[BulkRow]:
    by_server: dict[str, list[PlannedRow]] = {}
    for row in rows:
        by_server.setdefault(row.server, []).append(row)
    for name, of_server in by_server.items():
        server_id = unit.servers.named(name).id
        known = unit.customers.by_usernames(server_id, (row.name for row in of_server if row.what is What.ACCOUNT))
        for row in of_server:
            ours = row.what is What.ACCOUNT and row.place is not Place.THERE
            customer = known.get(folded(row.name)) if ours else None
            detail = {"row": row.as_json(), "drop": (row.server, row.name) in preview.drops}
            number = customer.number if customer is not None else ""
            yield BulkRow(customer.id if customer is not None else 0, server_id, number, row.name, detail=detail)


def submit_row(unit: UnitOfWork, context: Context, run: BulkRun, row: BulkRow) -> Operation | str:
    """Submit one row of a plan; in words why it is not carried out after all."""
    require(context, "plan.apply")
    detail = row.detail or {}
    values = detail["row"]
    assert isinstance(values, Mapping)
    planned = PlannedRow.from_json(values)
    reason = run.reason or f"plan, bulk {run.id}"
    expected: dict[str, object] = {"here": planned.here, "there": planned.there}
    if planned.what is What.PROFILE:
        return _profile(unit, context, planned, row.server_id, reason, expected)
    live = Live.KICK if detail.get("drop") else Live.KEEP
    if planned.deletes:
        if unit.customers.by_username(row.server_id, planned.name) is not None:
            return _CHANGED
        wanted = {**Handling(live).wanted(), "expected": expected}
        return enter(unit, context, Operation(Intent.REMOVE, row.server_id, 0, planned.name, wanted, reason=reason))
    try:
        customer = unit.customers.get(row.customer_id)
    except UnknownName:
        return "the customer was removed"
    profile, holds = unit.profiles.get(customer.profile_id), unit.holds.open_holds(customer.id)
    if context.database.marks.fingerprint(account_here(customer, profile, holds)) != planned.here:
        return _CHANGED
    wanted = {"leave": list(planned.leave), "expected": expected}
    if planned.place is Place.DIFFERS:
        changed = [name.replace("_", "-") for name in planned.differing]
        wanted |= {**Handling(live).wanted(), "changed": changed, "clear": list(planned.unrecorded)}
        wanted |= _retired(planned)
    if "access" in planned.differing or (planned.place is Place.HERE and holds):
        wanted["access"] = str(_access(unit, customer, held=bool(holds)))
    return provision(unit, context, customer, reason, wanted)


def _profile(
    unit: UnitOfWork, context: Context, planned: PlannedRow, server_id: int, reason: str, expected: Mapping[str, object]
) -> Operation | str:
    if planned.deletes:
        wanted = {"profile_id": 0, "deadline": DEADLINE, "expected": dict(expected)}
        gone = Operation(Intent.PROFILE_REMOVE, server_id, 0, planned.name, wanted, reason=reason)
        return enter(unit, context, gone)
    try:
        profile = unit.profiles.named(planned.name)
    except UnknownName:
        return "the profile was removed"
    if profile_here(profile) != planned.here:
        return _CHANGED
    return ensure(unit, context, profile, server_id, reason=reason, live=REDIAL, expected=expected)


def _retired(planned: PlannedRow) -> dict[str, object]:
    """The one plan that the wanted one takes the place of."""
    had = next((each.have for each in planned.differences if each.field == "profile"), NONE)
    return {} if had == NONE or ", " in had else {"retired": had}


def _access(unit: UnitOfWork, customer: Customer, *, held: bool) -> Access:
    return ACCESS_OF[held_by(unit, customer.id, unit.servers.get(customer.server_id))] if held else Access.OPEN
