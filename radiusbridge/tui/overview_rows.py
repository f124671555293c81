"""The overview as lines: sums first, then every router; where each line leads. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from radiusbridge.domain.alert_fields import STATES
from radiusbridge.domain.days import day_of
from radiusbridge.domain.minutes import Series
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.records import Operation
from radiusbridge.domain.spark import spark
from radiusbridge.services.overview import SOON, Expiring, Overview, RouterLine, Standing, Totals
from radiusbridge.services.readings.states import Contact
from radiusbridge.tui import formats
from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.alert_words import SIGNS, ago, state
from radiusbridge.tui.alert_words import line as alert_line
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.rows import BAD, FAINT, GOOD, HEAD, PLAIN, WARN, Cell, Whole
from radiusbridge.tui.sales.lines import stock_lines
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell, fit, short_duration

LABEL = 11
FIGURE = 13
"""Cells of a label, and of the figure before a sparkline."""
NOW = 15.0
"""Seconds within which an answer counts as given now."""
CONTACTS: dict[Contact, tuple[str, str]] = {
    Contact.UP: ("●", GOOD),
    Contact.SLOW: ("▲", WARN),
    Contact.DARK: ("✖", BAD),
    Contact.REFUSED: ("✖", BAD),
    Contact.UNKNOWN: ("?", FAINT),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line. goes: the screen behind it, and the filter there. line: of a router. parts: of the others. series: drawn
    after the parts. words: more of it, for the detail."""

    key: str
    what: str
    goes: tuple[str, str]
    line: RouterLine | None = None
    parts: tuple[Cell, ...] = ()
    series: Series | None = None
    words: tuple[str, ...] = ()


def rows_of(seen: Overview, zone: tzinfo | None) -> tuple[Row, ...]:
    """Every line, from the top."""
    standing = seen.standing
    return (
        *_totals(seen.totals),
        _held(standing),
        _expiring(standing, seen.at, zone),
        _waiting(standing, seen.at),
        _failed(standing, seen.at),
        _alerts(standing, seen.at),
        *_short(standing),
        _probes(standing),
        Row("routers", "router", ("devices", ""), words=tuple(_counted(seen.routers))),
        *(Row(f"router {line.state.home.endpoint}", "router", _device(line), line) for line in seen.routers),
    )


def whole(row: Row, room: int) -> Whole | None:
    """The line of a row that keeps to no columns, in that many cells; None: a router's, or the titles above them."""
    if not row.parts:
        return None
    parts = list(row.parts)
    if row.series is not None:
        used = sum(len(text) + 1 for text, _tone in parts)
        parts.append((spark(row.series, min(len(row.series), max(0, room - used))), GOOD))
    return Whole(parts)


def _labelled(sign: str, label: str, tone: str) -> Cell:
    return f"{sign} {fit(label, LABEL)}", tone


def _totals(totals: Totals) -> Iterator[Row]:
    least = "≥" if totals.partial else ""
    not_known = _("not known")
    sessions = not_known if totals.sessions is None else f"{least}{formats.number(totals.sessions)}"
    flow = not_known if totals.received is None else f"{least}{formats.rate(round(totals.received))}b/s"
    partial = (_("some routers do not tell now: the sums are too small"),) if totals.partial else ()
    hour = _("the last hour, minute by minute; · where nothing is known")
    parts = (_labelled(" ", _("Sessions"), HEAD), (fit(sessions, FIGURE), PLAIN))
    yield Row("sessions", "total", ("sessions", ""), None, parts, totals.sessions_series, (*partial, hour))
    parts = (_labelled(" ", _("Traffic"), HEAD), (fit(flow, FIGURE), PLAIN))
    ports = _("what the routers' ports receive, all together")
    yield Row("traffic", "total", ("devices", ""), None, parts, totals.traffic_series, (*partial, ports, hour))


def _held(standing: Standing) -> Row:
    kinds = ", ".join(f"{term(kind)} {formats.number(count)}" for kind, count in sorted((standing.holds or {}).items()))
    words = _("{held} of {all} customers").format(
        held=formats.number(standing.held), all=formats.number(standing.customers)
    )
    tone = WARN if standing.held else PLAIN
    parts = (
        _labelled("w" if standing.held else " ", _("Held"), tone),
        (f"{words}{': ' if kinds else ''}{kinds}", PLAIN),
    )
    return Row("held", "customers", ("customers", "access:held"), parts=parts)


def _expiring(standing: Standing, now: datetime, zone: tzinfo | None) -> Row:
    today = day_of(now, zone)
    words = _("{today} today, {soon} within {days} days").format(
        today=formats.number(standing.today), soon=formats.number(standing.soon), days=SOON
    )
    if standing.next:
        words += _("; next: {who}").format(who=_expires(standing.next[0], zone))
    tone = WARN if standing.today else PLAIN
    parts = (_labelled("!" if standing.today else " ", _("Expiring"), tone), (words, PLAIN))
    goes = ("customers", f"paid>={today} paid<+{SOON}d")
    return Row("expiring", "customers", goes, parts=parts, words=tuple(_expires(each, zone) for each in standing.next))


def _expires(each: Expiring, zone: tzinfo | None) -> str:
    return f"{cell(each.number, 20)} {cell(each.username, 40)} {formats.day(day_of(each.paid_until, zone))}"


def _waiting(standing: Standing, now: datetime) -> Row:
    goes = ("operations", "status:waiting")
    if not standing.waiting:
        parts = (_labelled(" ", _("Waiting"), PLAIN), (_("no operation waits for its server"), FAINT))
        return Row("waiting", "operations", goes, parts=parts)
    count = ngettext("{n} operation", "{n} operations", standing.waiting).format(n=formats.number(standing.waiting))
    details = tuple(_told(each, each.created_at, now) for each in standing.oldest)
    oldest = _("{count}; oldest: {told}").format(count=count, told=details[0]) if details else count
    return Row(
        "waiting", "operations", goes, parts=(_labelled("…", _("Waiting"), WARN), (oldest, PLAIN)), words=details
    )


def _failed(standing: Standing, now: datetime) -> Row:
    goes = ("operations", "verdict:failed")
    if not standing.failed:
        parts = (_labelled(" ", _("Failed"), PLAIN), (_("none in the last 24 hours"), FAINT))
        return Row("failed", "operations", goes, parts=parts)
    details = tuple(_told(each, each.finished_at, now) for each in standing.failed)
    return Row(
        "failed", "operations", goes, parts=(_labelled("✖", _("Failed"), BAD), (details[0], PLAIN)), words=details
    )


def _told(operation: Operation, at: datetime | None, now: datetime) -> str:
    """`isolate budi 14m (no answer)`."""
    age = "" if at is None else f" {short_duration(max(0.0, (now - at).total_seconds()))}"
    why = f" ({cell(operation.reasons[0], 120)})" if operation.reasons else ""
    return f"{term(operation.intent)} {cell(operation.username, 40)}{age}{why}"


def _alerts(standing: Standing, now: datetime) -> Row:
    """What is wrong; the gravest that nobody has seen to in words."""
    alerts = sorted(standing.alerts, key=lambda row: STATES.index(state(row)))
    if not alerts:
        words = _("nothing is wrong") if standing.watched else _("nobody watches: run radiusbridge agent")
        parts = (_labelled(" ", _("Alerts"), PLAIN), (words, FAINT if standing.watched else WARN))
        return Row("alerts", "alerts", ("alerts", ""), parts=parts)
    worst = state(alerts[0])
    sign, tone = SIGNS[worst]
    count = sum(state(each) in {"critical", "warning"} for each in alerts)
    told = f"{alert_line(alerts[0])} {ago(alerts[0].episode.began_at, now)}"
    words = f"{formats.number(count)}: {told}" if count else _("{n} seen to or muted").format(n=len(alerts))
    details = tuple(f"{SIGNS[state(each)][0]} {alert_line(each)}" for each in alerts)
    parts = (_labelled(sign, _("Alerts"), tone), (words, PLAIN))
    return Row("alerts", "alerts", ("alerts", ""), parts=parts, words=details)


def _short(standing: Standing) -> Iterator[Row]:
    """Vouchers that run short; no line where none do."""
    lines = tuple(line.plain for line in stock_lines(standing.short))
    if lines:
        parts = (_labelled("!", _("Vouchers"), WARN), (lines[0], PLAIN))
        yield Row("vouchers", "vouchers", ("vouchers", ""), parts=parts, words=lines)


def _probes(standing: Standing) -> Row:
    goes = ("probes" if any(name == "probes" for name, _title, _key in SCREENS) else "devices", "")
    if not standing.probes:
        parts = (_labelled(" ", _("Probes"), PLAIN), (_("no result of the last 24 hours is kept"), FAINT))
        return Row("probes", "probes", goes, parts=parts)
    bad = [each for each in standing.probes if not each.ok]
    good = len(standing.probes) - len(bad)
    words = _("{good} of {all} as expected").format(good=good, all=len(standing.probes))
    details = tuple(map(_probe, (*bad, *(one for one in standing.probes if one.ok))))
    if bad:
        words += _("; not: {names}").format(names=", ".join(cell(each.probe, 40) for each in bad[:3]))
    parts = (_labelled("✖" if bad else "✔", _("Probes"), BAD if bad else GOOD), (words, PLAIN))
    return Row("probes", "probes", goes, parts=parts, words=details)


def _probe(record: ProbeRecord) -> str:
    sign = "✔" if record.ok else "✖"
    name = f"{cell(record.suite, 40)} {cell(record.probe, 60)}"
    return f"{sign} {name} {cell(record.outcome, 30)} {cell(record.words, 200)}"


def _counted(lines: Sequence[RouterLine]) -> Iterator[str]:
    for contact in Contact:
        count = sum(line.state.contact is contact for line in lines)
        if count:
            yield f"{CONTACTS[contact][0]} {formats.number(count)} {term(contact)}"


def _device(line: RouterLine) -> tuple[str, str]:
    name = line.state.home.name
    return "devices", f'name="{name}"' if '"' not in name and name.isprintable() else ""


# -- a router's columns


def named(row: Row) -> Cell:
    """Sign and name."""
    assert row.line is not None
    sign, tone = CONTACTS[row.line.state.contact]
    return f"{sign} {cell(row.line.state.home.name, 60)}", tone


def contact(row: Row, now: datetime) -> Cell:
    """The word, and since when."""
    assert row.line is not None
    state = row.line.state
    _sign, tone = CONTACTS[state.contact]
    since = state.since if state.contact is not Contact.UP else None
    age = "" if since is None else f" {short_duration(max(0.0, (now - since).total_seconds()))}"
    return f"{_(state.contact.value)}{age}", tone


def heard(row: Row, now: datetime) -> Cell:
    """When it answered last."""
    assert row.line is not None
    age = row.line.state.age(now)
    if age is None:
        return _("never"), WARN
    return (_("now"), PLAIN) if age < NOW else (short_duration(age), WARN)


def figure(row: Row, value: object) -> Cell:
    """A figure; `?` before one that is stale, `-` where the router does not tell."""
    assert row.line is not None
    if value is None or value == "":
        return "-", FAINT
    return (f"?{value}", WARN) if row.line.state.stale else (str(value), PLAIN)


def look(row: Row, name: str) -> object:
    """A field of `domain.overview_fields.OVERVIEW`; under `""` its words."""
    line = row.line
    if name == "what":
        return row.what
    if line is None:
        words = " ".join(" ".join(text.split()) for text, _tone in row.parts)
        said: dict[str, object] = {"": " ".join((words, *row.words)), "name": row.key, "words": words}
        return said.get(name)
    state, vitals = line.state, line.state.vitals
    match name:
        case "name":
            return state.home.name
        case "state":
            return state.contact.value
        case "version":
            return "" if vitals is None else vitals.version
        case "cpu":
            return None if vitals is None else vitals.cpu
        case "sessions":
            return None if vitals is None else vitals.sessions
        case "words":
            return state.error
    return " ".join((state.home.name, state.home.nas, *state.home.roles, state.contact, state.error))
