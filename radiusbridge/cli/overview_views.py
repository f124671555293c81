"""The overview as JSON values and as words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from radiusbridge.cli import output
from radiusbridge.cli.alert_views import episode_view
from radiusbridge.cli.output import View
from radiusbridge.cli.views import time_of as time_of
from radiusbridge.domain.minutes import Series
from radiusbridge.domain.records import Operation
from radiusbridge.domain.session_rates import short_rate
from radiusbridge.domain.spark import spark
from radiusbridge.services.overview import SOON, Overview, RouterLine, Standing

SPARK = 20


def overview_view(seen: Overview) -> View:
    """All of it."""
    standing, totals = seen.standing, seen.totals
    return {
        "at": time_of(seen.at),
        "routers": [router_view(line, seen.at) for line in seen.routers],
        "totals": {
            "sessions": totals.sessions,
            "received_bps": _whole(totals.received),
            "sent_bps": _whole(totals.sent),
            "partial": totals.partial,
            "sessions_by_minute": _series(totals.sessions_series),
            "received_by_minute": _series(totals.traffic_series),
        },
        "customers": {
            "all": standing.customers,
            "held": standing.held,
            "holds": dict(standing.holds or {}),
            "expiring_today": standing.today,
            "expiring_soon": standing.soon,
            "soon_days": SOON,
            "next": [
                {"customer": each.number, "user": each.username, "paid_until": time_of(each.paid_until)}
                for each in standing.next
            ],
        },
        "waiting": {"count": standing.waiting, "oldest": [_operation(each) for each in standing.oldest]},
        "failed": [_operation(each) for each in standing.failed],
        "probes": [
            {
                "suite": each.suite,
                "probe": each.probe,
                "target": each.target,
                "at": time_of(each.at),
                "ok": each.ok,
                "outcome": each.outcome,
                "words": each.words,
            }
            for each in standing.probes
        ],
        "alerts": [episode_view(each.episode, muted=each.muted) for each in standing.alerts],
        "watched": standing.watched,
        "short_stock": [
            {"profile": each.profile, "outlet": each.outlet, "ready": each.ready, "least": each.least}
            for each in standing.short
        ],
    }


def router_view(line: RouterLine, now: datetime) -> View:
    """One router. Figures of one that does not answer now are `stale`."""
    state, vitals = line.state, line.state.vitals
    age = state.age(now)
    told: dict[str, Any] = dict.fromkeys(_VITALS)
    if vitals is not None:
        told = {name: getattr(vitals, field) for name, field in _VITALS.items()}
        told["answer_ms"] = round(vitals.seconds * 1000, 1)
    return {
        "router": state.home.name,
        "roles": list(state.home.roles),
        "endpoint": state.home.endpoint,
        "nas": state.home.nas or None,
        "state": str(state.contact),
        "since": time_of(state.since),
        "last_contact": time_of(state.heard_at),
        "age_seconds": None if age is None else round(age, 1),
        "stale": state.stale,
        "error": state.error or None,
        **told,
        "missing": [] if vitals is None else list(vitals.missing),
        "received_bps": _whole(state.traffic.received),
        "sent_bps": _whole(state.traffic.sent),
        "rate_seconds": round(state.traffic.seconds, 3) or None,
        "rate_unknown": state.traffic.why or None,
        "sessions_by_minute": _series(line.sessions),
        "received_by_minute": _series(line.traffic),
    }


_VITALS = {
    "version": "version",
    "board": "board",
    "cpu_percent": "cpu",
    "memory_used": "memory_used",
    "memory_total": "memory_total",
    "uptime_seconds": "uptime",
    "sessions": "sessions",
    "accounts": "accounts",
    "accounted_sessions": "accounted",
    "answer_ms": "seconds",
}


def _operation(operation: Operation) -> View:
    return {
        "operation": operation.id,
        "intent": str(operation.intent),
        "user": operation.username,
        "created": time_of(operation.created_at),
        "finished": time_of(operation.finished_at),
        "reasons": list(operation.reasons),
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _series(series: Series) -> list[int | None]:
    return [_whole(value) for value in series]


def sums(seen: Overview) -> list[tuple[str, str]]:
    """Everything but the routers, for people."""
    standing, totals = seen.standing, seen.totals
    least = "at least " if totals.partial else ""
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted((standing.holds or {}).items()))
    expires = ", ".join(f"{each.number} {each.username}" for each in standing.next[:3])
    bad = [each.probe for each in standing.probes if not each.ok]
    flow = "not known" if totals.received is None else f"{least}{short_rate(round(totals.received))}b/s"
    count = "not known" if totals.sessions is None else f"{least}{totals.sessions}"
    good = f"{len(standing.probes) - len(bad)} of {len(standing.probes)} as expected"
    return [
        ("sessions", f"{count}  {spark(totals.sessions_series, SPARK)}"),
        ("traffic", f"{flow}  {spark(totals.traffic_series, SPARK)}"),
        ("held", f"{standing.held} of {standing.customers} customers{': ' if kinds else ''}{kinds}"),
        (
            "expiring",
            f"{standing.today} today, {standing.soon} within {SOON} days{': ' if expires else ''}{expires}",
        ),
        ("waiting", _listed(standing.waiting, standing.oldest)),
        ("failed", _listed(len(standing.failed), standing.failed)),
        ("alerts", _alerts(standing)),
        *([("vouchers", _short(standing))] if standing.short else []),
        ("probes", f"{good}{'; not: ' if bad else ''}{', '.join(bad)}" if standing.probes else "no result is kept"),
    ]


def _alerts(standing: Standing) -> str:
    if not standing.alerts:
        return "nothing is wrong" if standing.watched else "nobody watches: radiusbridge agent"
    told = "; ".join(f"{each.episode.kind} {each.episode.subject}" for each in standing.alerts[:3])
    return f"{len(standing.alerts)}: {told}"


def _short(standing: Standing) -> str:
    return "; ".join(f"{each.place}: {each.ready} ready, {each.least} have to be" for each in standing.short[:3])


def _listed(count: int, operations: tuple[Operation, ...]) -> str:
    told = "; ".join(f"{each.id} {each.intent} {each.username}" for each in operations[:3])
    return f"{count}{': ' if told else ''}{told}"


def _rate(row: Mapping[str, object]) -> str:
    value = row["received_bps"]
    return short_rate(value) if isinstance(value, int) else "-"


def _history(row: Mapping[str, object]) -> str:
    series = row["sessions_by_minute"] if row["nas"] else row["received_by_minute"]
    assert isinstance(series, list)
    return spark(series, SPARK)


def _aged(name: str) -> output.Column:
    """A figure; `?` before one that is not of now."""
    heading = {"cpu_percent": "CPU"}.get(name, name.upper())

    def show(row: Mapping[str, object]) -> str:
        value = row[name]
        return "-" if value is None or value == "" else f"{'?' if row['stale'] else ''}{value}"

    return heading, show


COLUMNS = (
    output.column("ROUTER", "router"),
    output.column("STATE", "state"),
    _aged("version"),
    _aged("cpu_percent"),
    _aged("sessions"),
    ("TRAFFIC", _rate),
    ("HEARD", lambda row: output.short_time(row["last_contact"])),
    ("LAST HOUR", _history),
)
