"""The capability card of what a router's menus showed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.checking import SESSION_CAPS
from radiusbridge.gateways.doctor.chart import Chart, Unseen, Want
from radiusbridge.gateways.doctor.limits import level_of
from radiusbridge.gateways.doctor.nas import PPPOE_CAPS
from radiusbridge.gateways.doctor.patient import Patient
from radiusbridge.gateways.routers import Router
from radiusbridge.routeros.values import parse_duration


def card_of(
    patient: Patient, device_id: int, endpoint: str, wants: Mapping[str, Want], generation: str, signs: bool | None
) -> Card:
    """The card of a patient. Unseen where the router does not even tell its version."""
    chart = patient.chart
    resource = chart.row("resource")
    menus = {want.command.rpartition("/")[0]: chart.has(key) for key, want in wants.items() if key in chart.readings}
    level = _level(chart)
    caps = SESSION_CAPS if patient.kind == "server" else PPPOE_CAPS
    limit = "active sessions" if patient.kind == "server" else "PPPoE sessions"
    return Card(
        patient.kind,
        device_id,
        endpoint,
        safe(resource.get("version", ""), 60),
        patient.now,
        safe(resource.get("board-name", ""), 60),
        level,
        generation,
        tuple(sorted(menu for menu, there in menus.items() if there)),
        tuple(sorted(menu for menu, there in menus.items() if not there)),
        {} if patient.kind == "server" else _lacks(patient),
        signs,
        {limit: caps[level]} if level in caps else {},
        _started(resource.get("uptime", ""), patient.now),
    )


async def read_life(router: Router, now: datetime) -> tuple[str, datetime | None]:
    """The router's version, and when it was started. Raises as `Router.read`."""
    rows = await router.read("/system/resource/print", proplist=("version", "uptime"))
    row = rows[0] if rows else {}
    return safe(row.get("version", ""), 60), _started(row.get("uptime", ""), now)


def _level(chart: Chart) -> str:
    try:
        return safe(level_of(chart.row("licence")), 20)
    except Unseen:
        return ""


def _started(uptime: str, now: datetime) -> datetime | None:
    try:
        return now - timedelta(seconds=float(parse_duration(uptime)))
    except BadInput:
        return None


def _lacks(patient: Patient) -> dict[str, str]:
    """Rungs that certainly do not exist: what a NAT, or an answer, could put in doubt is not among them."""
    lacks: dict[str, str] = {}
    chart = patient.chart
    incoming = chart.readings["incoming"].rows
    if incoming and incoming[0].get("accept") in {"no", "false"}:
        lacks[Rung.DISCONNECT] = "/radius/incoming does not accept (accept=no)"
    aaa = chart.readings["aaa"].rows
    if aaa and aaa[0].get("accounting") in {"no", "false"}:
        lacks[Rung.CLOSE_SESSION] = "accounting is off there, so User Manager knows no sessions of it"
    users, groups = chart.readings["users"].rows, chart.readings["groups"].rows
    group = next((row.get("group") for row in users if row.get("name") == patient.api.user), None)
    policy = next((row.get("policy", "") for row in groups if row.get("name") == group), None)
    if policy is not None and "write" not in policy.split(","):
        lacks[Rung.NAS_API] = "our account there has no policy write"
    return lacks
