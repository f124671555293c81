"""What is asked of every router: version, clocks, room, log."""

from datetime import timedelta
from ipaddress import IPv4Address

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Row, Unseen, Want, prints
from radiusbridge.gateways.doctor.patient import Check, Findings, Patient, enabled, note, ok, warning
from radiusbridge.gateways.doctor.script import by_name
from radiusbridge.gateways.steps import CLOCK_TOLERANCE, router_time
from radiusbridge.routeros.values import parse_integer

_NOWHERE = str(IPv4Address(0))
NTP_SERVER = "pool.ntp.org"
MEMORY_LINES = 1000
"""Fewer lines of log are overwritten within minutes on a BRAS whose customers redial."""
ROOM = 4 << 20
"""Octets that should be free: User Manager's database and the log grow, and an update needs room."""

WANTS: dict[str, Want] = prints(
    resource=(
        "/system/resource", "version", "board-name", "architecture-name", "uptime", "free-hdd-space", "total-hdd-space",
    ),
    licence=("/system/license", "level", "nlevel"),
    clock=("/system/clock", "date", "time", "gmt-offset", "time-zone-name"),
    ntp=(
        "/system/ntp/client", "enabled", "status", "servers", "primary-ntp", "secondary-ntp", "server-dns-names",
        "dynamic-servers",
    ),
    logging=("/system/logging", ".id", "topics", "action", "disabled"),
    actions=("/system/logging/action", ".id", "name", "target", "memory-lines"),
)  # fmt: skip


def _version(patient: Patient) -> Findings:
    row = patient.chart.row("resource")
    version, board = row.get("version", ""), row.get("board-name", "?")
    if not version[:1].isdecimal():
        raise Unseen("the router does not tell its version")
    yield ok("version", f"RouterOS {safe(version, 40)} on {safe(board, 40)}", row)


def _ntp(patient: Patient) -> Findings:
    row = patient.chart.row("ntp")
    names = ("servers", "primary-ntp", "secondary-ntp", "server-dns-names", "dynamic-servers")
    servers = [row[name] for name in names if row.get(name) not in {None, "", _NOWHERE, "::"}]
    if is_yes(row.get("enabled")) and servers:
        status = row.get("status", "")
        told = f" ({safe(status, 40)})" if status else ""
        yield ok("ntp", f"the clock follows {safe(', '.join(servers), 80)}{told}", row)
        return
    seen = "the NTP client is off" if servers else "the NTP client has no servers"
    why = "a clock that drifts makes plans end at the wrong hour, and stamped RADIUS packets are dropped at 300 s"
    yield warning("ntp", seen, why, _follow_ntp(patient), row=row)


def _follow_ntp(patient: Patient) -> str:
    name = "servers" if patient.number >= (7, 0) else "server_dns_names"
    return patient.script.set("/system/ntp/client", enabled="yes", **{name: NTP_SERVER})


def _clock(patient: Patient) -> Findings:
    row = patient.chart.row("clock")
    theirs = router_time(dict(row))
    if theirs is None:
        raise Unseen("the router's date cannot be read")
    off = (theirs - patient.now).total_seconds()
    if abs(off) <= CLOCK_TOLERANCE:
        yield ok("clock", "the clocks agree", row)
        return
    seen = f"its clock is {timedelta(seconds=round(abs(off)))} {'ahead of' if off > 0 else 'behind'} ours"
    why = "RADIUS peers drop packets stamped more than 300 s off, and plans end at the wrong hour"
    yield warning("clock", seen, why, _follow_ntp(patient), row=row)


def _time_zone(patient: Patient) -> Findings:
    """Its days should begin when the operator's do."""
    row = patient.chart.row("clock")
    offset, name = row.get("gmt-offset"), row.get("time-zone-name", "")
    if offset is None:
        raise Unseen("the router does not tell its offset from UTC")
    ours = patient.now.astimezone(patient.zone)
    east = ours.utcoffset() or timedelta(0)
    minutes = int(east.total_seconds()) // 60
    wanted = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    if offset == wanted:
        yield ok("time-zone", f"its zone is {safe(name, 40) or offset}, UTC{safe(offset, 10)}", row)
        return
    key = getattr(patient.zone, "key", None)
    why = "its log, and User Manager's dates and hours of a plan, are in its own zone: days begin at another hour there"
    mend = [patient.script.set("/system/clock", time_zone_name=key)] if isinstance(key, str) else []
    yield note("time-zone", f"its zone is UTC{safe(offset, 10)}, ours UTC{wanted}", why, *mend, row=row)


def _flash(patient: Patient) -> Findings:
    row = patient.chart.row("resource")
    free, total = _size(row, "free-hdd-space"), _size(row, "total-hdd-space")
    seen = f"{_mebi(free)} of {_mebi(total)} free"
    if free >= ROOM:
        yield ok("flash", seen, row)
        return
    why = "where flash is full, User Manager cannot write and updates fail; remove old files (/file print)"
    yield warning("flash", seen, why, row=row)


def _size(row: Row, name: str) -> int:
    try:
        return parse_integer(row.get(name, ""))
    except BadInput:
        raise Unseen(f"the router does not tell its {name}") from None


def _mebi(octets: int) -> str:
    return f"{octets / (1 << 20):.1f} MiB"


def _log(patient: Patient) -> Findings:
    """Whoever wants to know why a customer was refused reads it from the log, if it is still there."""
    script = patient.script
    actions = {row.get("name", ""): row for row in patient.chart.rows("actions")}
    rules = [row for row in patient.chart.rows("logging") if enabled(row)]
    kept = {name for name, row in actions.items() if row.get("target") in {"memory", "disk", "remote"}}
    for topic, of_what in (("error", "refused logins"), ("info", "logins and log-offs")):
        if not any(row.get("topics") == topic and row.get("action") in kept for row in rules):
            mend = script.line("/system/logging", "add", topics=topic, action="memory")
            why = f"without it nobody can say why a customer does not come in: the log has no {of_what}"
            yield warning(f"log-{topic}", f"no enabled rule keeps the topic {topic}", why, mend)
        else:
            yield ok(f"log-{topic}", f"the topic {topic} is kept")
    memory = actions.get("memory")
    if memory is None or "memory-lines" not in memory:
        raise Unseen("the action “memory” of /system/logging cannot be read")
    lines = memory["memory-lines"]
    if lines.isdecimal() and int(lines) >= MEMORY_LINES:
        yield ok("log", f"the log keeps {lines} lines", memory)
        return
    mend = script.set("/system/logging/action", by_name("memory"), memory_lines=str(MEMORY_LINES))
    why = "a refusal is overwritten before anybody reads it; following the log needs some room too"
    yield warning("log", f"the log keeps {safe(lines, 10)} lines", why, mend, row=memory)


CHECKS: dict[str, Check] = {
    "version": _version,
    "ntp": _ntp,
    "clock": _clock,
    "time-zone": _time_zone,
    "flash": _flash,
    "log": _log,
}
