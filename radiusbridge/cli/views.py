"""Records as JSON values with stable names: what `--json` prints, and what tables are made of (docs/verbs.md).

Rates are bits a second, sizes bytes, durations seconds, money integer, times ISO 8601 in UTC. A secret never appears;
a field `…_known` says whether one is stored.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from radiusbridge.cli.output import View as View
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.bulk import Renewal
from radiusbridge.domain.days import day_of
from radiusbridge.domain.records import (
    ApiAccess,
    AuditEntry,
    Customer,
    DaeAccess,
    Hold,
    Nas,
    Operation,
    Profile,
    RadiusAccess,
    Server,
    SqlAccess,
    Step,
)

if TYPE_CHECKING:
    from radiusbridge.gateways.ports import Finding


def time_of(moment: datetime | None) -> str | None:
    """ISO 8601, or None."""
    return None if moment is None else moment.isoformat()


def _api(api: ApiAccess | None) -> View | None:
    if api is None:
        return None
    return {
        "host": api.host,
        "port": api.port,
        "user": api.user,
        "password_known": bool(api.password),
        "tls": str(api.tls),
        "fingerprint": api.fingerprint,
        "ca_file": api.ca_file,
    }


def _sql(sql: SqlAccess | None) -> View | None:
    if sql is None:
        return None
    return {
        "host": sql.host,
        "port": sql.port,
        "user": sql.user,
        "password_known": bool(sql.password),
        "database": sql.database,
        "tls": str(sql.tls),
        "ca_file": sql.ca_file,
    }


def _radius(radius: RadiusAccess | None) -> View | None:
    if radius is None:
        return None
    return {
        "host": radius.host,
        "port": radius.port,
        "secret_known": bool(radius.secret),
        "source": radius.source,
        "signing": radius.signing,
        "signed_once": radius.signed_once,
    }


def _dae(dae: DaeAccess | None) -> View | None:
    if dae is None:
        return None
    return {
        "host": dae.host,
        "port": dae.port,
        "secret_known": bool(dae.secret),
        "source": dae.source,
        "nas_address": dae.nas_address,
    }


def server_view(server: Server) -> View:
    """A server."""
    return {
        "name": server.name,
        "kind": server.kind,
        "api": _api(server.api),
        "sql": _sql(server.sql),
        "radius": _radius(server.radius),
        "policy": str(server.isolation_policy),
        "isolation_name": server.isolation_name,
        "isolation_rate": server.isolation_rate,
        "isolation_pool": server.isolation_pool,
        "method": str(server.method),
        "owner": server.owner,
    }


def nas_view(nas: Nas, server: str) -> View:
    """A NAS."""
    return {"name": nas.name, "server": server, "dae": _dae(nas.dae), "api": _api(nas.api)}


def profile_view(profile: Profile) -> View:
    """A profile."""
    view: dict[str, Any] = asdict(profile)
    del view["id"]
    return {**view, "service": str(profile.service), "starts_at": str(profile.starts_at)}


def hold_view(hold: Hold) -> View:
    """A hold."""
    return {
        "kind": str(hold.kind),
        "owner": hold.owner,
        "reason": hold.reason,
        "ticket": hold.ticket,
        "since": time_of(hold.since),
    }


def customer_view(customer: Customer, server: str, profile: str, holds: tuple[Hold, ...]) -> View:
    """A customer; `access` is `open` or `held`."""
    return {
        "number": customer.number,
        "user": customer.username,
        "name": customer.name,
        "server": server,
        "profile": profile,
        "access": "held" if holds else "open",
        "holds": [hold_view(hold) for hold in holds],
        "password_known": bool(customer.password),
        "static_address": customer.static_address or None,
        "caller_id": customer.caller_id or None,
        "routes": customer.routes,
        "service": str(customer.service),
        "phone": customer.phone,
        "address": customer.address,
        "area": customer.area,
        "odp": customer.odp,
        "vlan": customer.vlan,
        "note": customer.note,
        "paid_until": time_of(customer.paid_until),
        "grace_days": customer.grace_days,
        "exempt": customer.exempt or None,
        "promise_until": time_of(customer.promise_until),
        "billing_day": customer.billing_day,
        "test_account": customer.test_account,
    }


def renewal_view(renewal: Renewal, zone: tzinfo | None) -> View:
    """What a customer has paid for. Days are those of the operator's zone."""
    before = renewal.paid_from
    return {
        "id": renewal.id,
        "at": time_of(renewal.at),
        "user": renewal.username,
        "paid_from": None if before is None else day_of(before, zone).isoformat(),
        "paid_day": day_of(renewal.paid_to, zone).isoformat(),
        "note": renewal.note,
        "who": renewal.who,
        "operation": renewal.operation_id,
    }


def operation_view(operation: Operation) -> View:
    """An operation."""
    return {
        "id": operation.id,
        "intent": str(operation.intent),
        "user": operation.username,
        "status": str(operation.status),
        "verdict": None if operation.verdict is None else str(operation.verdict),
        "reasons": list(operation.reasons),
        "wanted": dict(operation.wanted),
        "attempts": operation.attempts,
        "not_before": time_of(operation.not_before),
        "key": operation.key or None,
        "who": operation.who,
        "channel": operation.channel,
        "reason": operation.reason,
        "created_at": time_of(operation.created_at),
        "finished_at": time_of(operation.finished_at),
    }


def step_view(step: Step) -> View:
    """A piece of evidence."""
    return {
        "operation": step.operation_id,
        "sequence": step.sequence,
        "step": step.name,
        "outcome": step.outcome,
        "text": step.text,
        "started_at": time_of(step.started_at),
        "duration": round(step.duration, 6),
        "detail": dict(step.detail),
    }


def audit_view(entry: AuditEntry) -> View:
    """An entry of the audit log."""
    return {
        "id": entry.id,
        "at": time_of(entry.at),
        "who": entry.who,
        "channel": entry.channel,
        "action": entry.action,
        "subject": entry.subject,
        "before": _plain(entry.before),
        "after": _plain(entry.after),
        "operation": entry.operation_id,
        "reason": entry.reason,
    }


def session_view(session: SessionRow) -> View:
    """A live session."""
    return {
        "nas": session.nas,
        "user": session.username,
        "session_id": session.session_id,
        "address": session.address,
        "caller_id": session.caller_id,
        "lists": list(session.lists),
        "uptime": session.uptime,
        "service": session.service,
    }


def finding_view(finding: "Finding") -> View:
    """A step of `server test` or `nas test`."""
    return {
        "step": finding.step,
        "mark": str(finding.mark),
        "text": finding.words,
        "hint": finding.hint,
        "milliseconds": round(finding.seconds * 1000, 3),
    }


def _plain(values: Mapping[str, object] | None) -> View | None:
    return None if values is None else dict(values)
