"""What the page of a router shows, as lines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.graph import graph
from radiusbridge.domain.log_fields import OURS
from radiusbridge.domain.router_desk import FULL, Face, Pool, Port, PppoeServer, Watched
from radiusbridge.domain.sizes import size_text
from radiusbridge.gateways.desk_traffic import AGGREGATE, Flow
from radiusbridge.tui import formats
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, standing
from radiusbridge.tui.text import cell, fit, short_duration

if TYPE_CHECKING:
    from radiusbridge.domain.log_fields import LogEntry
    from radiusbridge.domain.records import Operation
    from radiusbridge.services.router_desk.traffic import Gap

_LABEL = 12


def _pair(label: str, words: str, tone: str = PLAIN) -> Text:
    return Text(fit(label, _LABEL) + " ").append(cell(words, 200), TONE_STYLES[tone])


def face_lines(face: Face) -> list[Text]:
    """How it is."""
    board = " ".join(dict.fromkeys(filter(None, (face.board, face.model, face.architecture))))
    firmware = face.firmware or "-"
    newer = face.new_firmware not in {"", face.firmware}
    if newer:
        firmware = _("{old}, {new} can be had").format(old=face.firmware, new=face.new_firmware)
    load = "?" if face.load is None else f"{face.load} %"
    memory = _("{used} used of {all}").format(used=_size(face.memory_used), all=_size(face.memory))
    disk = _("{free} free of {all}").format(free=_size(face.disk_free), all=_size(face.disk))
    lines = [
        _pair(_("identity"), face.identity or "-"),
        _pair(_("board"), f"{board or '-'}  {face.serial}".rstrip()),
        _pair(_("version"), face.version or "-"),
        _pair(_("firmware"), firmware, WARN if newer else PLAIN),
        _pair(_("up for"), "-" if face.uptime is None else short_duration(face.uptime)),
        _clock(face),
        _pair("CPU", f"{load}  {face.cores or '?'} x {face.cpu or '?'}", BAD if (face.load or 0) >= 90 else PLAIN),
        _pair(_("memory"), memory),
        _pair(_("disk"), disk, WARN if face.disk_free is not None and face.disk_free < 4 << 20 else PLAIN),
        _pair(_("licence"), face.licence or "-"),
    ]
    health = "   ".join(f"{each.name} {each.value} {each.unit}".strip() for each in face.sensors)
    lines.append(_pair(_("health"), health or "-"))
    return [*lines, *(Text(f"? {cell(words, 200)}", TONE_STYLES[FAINT]) for words in face.missing)]


def restart_line(restart: "Operation", now: datetime) -> Text:
    """The newest restart, and how it stands."""
    _sign, word, tone = standing(restart)
    ago = short_duration((now - (restart.created_at or now)).total_seconds())
    words = _("operation {id}, {who} {ago} ago, {count} sessions on it: {stands}").format(
        id=restart.id, who=cell(restart.who, 40), ago=ago, count=restart.wanted.get("count"), stands=word
    )
    return _pair(_("restart"), words, tone)


def _clock(face: Face) -> Text:
    if face.clock is None or face.ahead is None:
        return _pair(_("clock"), _("cannot be read"), WARN)
    told = f"{face.clock:%Y-%m-%d %H:%M:%S} UTC"
    if face.zone and not face.zone.startswith("UTC"):
        told += f" ({face.zone})"
    if abs(face.ahead) < 2:
        return _pair(_("clock"), _("{time}, as ours").format(time=told))
    words = _("{time}, {far} ahead of ours") if face.ahead > 0 else _("{time}, {far} behind ours")
    return _pair(
        _("clock"), words.format(time=told, far=short_duration(abs(face.ahead))), BAD if face.clock_off else WARN
    )


def _size(octets: int | None) -> str:
    return "?" if octets is None else size_text(octets)


def _table(heads: Sequence[tuple[str, int]], rows: Iterable[tuple[Sequence[str], str]], nothing: str) -> list[Text]:
    """heads: with their widths. rows: cells and tone."""
    lines = [
        Text("  ".join(fit(cell(text, 120), width) for text, (_head, width) in zip(row, heads, strict=True)).rstrip(),
             TONE_STYLES[tone])
        for row, tone in rows
    ]  # fmt: skip
    if not lines:
        return [Text(nothing, TONE_STYLES[FAINT])]
    return [Text("  ".join(fit(head, width) for head, width in heads).rstrip(), "bold"), *lines]


def port_lines(ports: Sequence[Port]) -> list[Text]:
    """Interfaces."""
    heads = [
        (_("INTERFACE"), 20),
        (_("TYPE"), 8),
        (_("STATE"), 8),
        (_("RECEIVED"), 10),
        (_("SENT"), 10),
        (_("DOWNS"), 5),
    ]

    def row(port: Port) -> tuple[Sequence[str], str]:
        state, tone = (
            (_("disabled"), FAINT) if port.disabled else (_("running"), PLAIN) if port.running else (_("down"), BAD)
        )
        downs = "-" if port.downs is None else str(port.downs)
        return (port.name, port.kind, state, _size(port.received), _size(port.sent), downs), tone

    return _table(heads, map(row, ports), _("It has no interface."))


def server_lines(servers: Sequence[PppoeServer]) -> list[Text]:
    """PPPoE servers."""
    heads = [(_("SERVICE"), 16), (_("INTERFACE"), 16), (_("STATE"), 8), (_("SESSIONS"), 8), (_("PROFILE"), 20)]

    def row(server: PppoeServer) -> tuple[Sequence[str], str]:
        state = _("works") if server.works else _("disabled") if server.disabled else _("invalid")
        sessions = "?" if server.sessions is None else formats.number(server.sessions)
        return (server.service, server.interface, state, sessions, server.profile), PLAIN if server.works else BAD

    return _table(heads, map(row, servers), _("It has no PPPoE server."))


def pool_lines(pools: Sequence[Pool]) -> list[Text]:
    """Address pools."""
    heads = [(_("POOL"), 20), (_("USED"), 8), (_("OF"), 8), (_("FULL"), 7), (_("THEN"), 12), (_("RANGES"), 40)]

    def row(pool: Pool) -> tuple[Sequence[str], str]:
        share = pool.share
        used = "?" if pool.used is None else formats.number(pool.used)
        total = "?" if pool.total is None else formats.number(pool.total)
        full = "?" if share is None else f"{formats.number(share * 100, 1)} %"
        tone = BAD if share is not None and share >= FULL else PLAIN
        return (pool.name, used, total, full, pool.next or "-", pool.ranges), tone

    return _table(heads, map(row, pools), _("It has no address pool."))


def watched_lines(rows: Sequence[Watched]) -> list[Text]:
    """Netwatch."""
    heads = [(_("HOST"), 20), (_("STATUS"), 8), (_("WHAT"), 17), (_("SINCE"), 19), (_("TYPE"), 8)]
    tones = {"up": GOOD, "down": BAD, "disabled": FAINT}
    told = (((row.host, row.status, row.label, row.since, row.kind), tones.get(row.status, WARN)) for row in rows)
    return _table(heads, told, _("It watches nothing."))


def log_lines(entries: "Sequence[LogEntry]") -> list[Text]:
    """Lines of its log, the newest first."""
    lines = []
    for entry in reversed(entries):
        topics = entry.topics.split(",")
        tone = BAD if {"error", "critical"} & {*topics} or entry.cause else WARN if OURS in topics else PLAIN
        line = Text(f"{formats.clock(entry.at)}  ", TONE_STYLES[FAINT])
        line.append(fit(cell(entry.topics, 60), 18) + " ").append(cell(entry.message, 400), TONE_STYLES[tone])
        lines.append(line)
    return lines or [Text(_("No line has come yet."), TONE_STYLES[FAINT])]


def traffic_lines(interface: str, past: "Sequence[Flow | Gap]", size: tuple[int, int], now: datetime) -> list[Text]:
    """A graph for each way. size: cells that there are for all of it."""
    width, height = max(10, size[0] - 8), max(2, (size[1] - 4) // 2)
    shown = past[-width:]
    flows = [each for each in shown if isinstance(each, Flow)]
    name = _("all interfaces together") if interface == AGGREGATE else cell(interface, 60)
    head = Text(name, "bold")
    newest = shown[-1] if shown else None
    if newest is None:
        return [head, Text(_("waiting for the first reading …"), TONE_STYLES[FAINT])]
    if isinstance(newest, Flow):
        head.append("  " + _("{seconds} s, one stream").format(seconds=len(shown)), TONE_STYLES[FAINT])
    else:
        words = _("nothing is measured since {age}: {why}")
        age = short_duration((now - newest.at).total_seconds())
        head.append("  " + words.format(age=age, why=cell(newest.why, 120)), TONE_STYLES[BAD])
    lines = [head]
    for way, style in ((_("in"), "green"), (_("out"), "cyan")):
        incoming = style == "green"
        series = [(each.received if incoming else each.sent) if isinstance(each, Flow) else None for each in shown]
        most = max((value for value in series if value is not None), default=0)
        last = (flows[-1].received if incoming else flows[-1].sent) if flows else 0
        told = _("{way} {now}b/s now, {most}b/s at most")
        lines.append(Text(told.format(way=way, now=formats.rate(last), most=formats.rate(most))))
        rows = graph(series, width, height, most)
        for at, row in enumerate(rows):
            label = formats.rate(most) if at == 0 else "0" if at == height - 1 else ""
            lines.append(Text(f"{label:>6} ").append(row.rstrip(), style))
    return lines
