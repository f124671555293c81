"""Customers from a list: a form that says where it is, what would become of each row, their number to be typed."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.as_written import DayOrder
from radiusbridge.domain.imports import Judged, Kind, Terms
from radiusbridge.services.importing.headings import parse_map
from radiusbridge.services.importing.opening import opened, split_place
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers, Choice
from radiusbridge.tui.form import Entry, Form, Values
from radiusbridge.tui.form_checks import empty_or, one_of, only
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit, shortened

if TYPE_CHECKING:
    from radiusbridge.services.importing.sources import Source
    from radiusbridge.services.importing.taking_in import Looked
    from radiusbridge.tui.app import Dashboard

SHOWN = 100
"""Rows of a kind that the question shows before it only counts."""
_MAKE, _KNOWN, _LEAVE, _ALL = "make", "known", "leave", "all"
_STYLES = {Kind.REFUSED: "bold red", Kind.CHANGED: "yellow", Kind.NEW: "green", Kind.SAME: "dim"}
_KINDS = (Kind.REFUSED, Kind.CHANGED, Kind.NEW)
_EFFECT = N_("All of it is written in one operation, which undo takes back. No server is asked.")


def begin(app: "Dashboard") -> None:
    """A form, then the look."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services import profiles, servers

        homes = [each.name for each in await servers.listed(desk.context)]
        plans = [each.name for each in await profiles.listed(desk.context)]
        orders = [str(each) for each in DayOrder if each]
        lines = [
            Entry("place", _("list"), split_place, hint=_("a file .csv .xlsx .sql, or ppp:ROUTER, hotspot:ROUTER")),
            Entry("server", _("server"), one_of("server", homes), only(homes), ", ".join(homes[:6])),
            Entry("profile", _("profile"), empty_or(one_of("profile", plans)), hint=_("of rows that name none")),
            Entry("said", _("columns"), empty_or(_said), hint=_("where not known: Nama=name; 3=phone")),
            Entry("dates", _("dates"), empty_or(one_of("dates", orders)), hint=_("03/04/2026 is: dmy or mdy")),
        ]

        def typed(values: Values | None) -> None:
            if values is not None:
                app.acting.bulk.count("import", lambda desk: _asked(desk, values), partial(_write, app))

        app.push_screen(Form(_("Import customers"), lines), typed)

    app.acting.opening("import", work)


def _said(text: str) -> dict[str, str]:
    parts = [part for part in text.split(";") if part.strip()]
    return dict(parse_map(part.strip()) for part in parts)


async def _asked(desk: Desk, values: Values) -> "Asked[Looked]":
    source, verb = await opened(desk.context, values["place"], _said(values["said"]))
    dates = DayOrder(values["dates"].strip().lower())
    terms = Terms(values["server"].strip(), values["profile"].strip(), dates=dates)

    async def look(answers: Answers) -> "Hit[Looked]":
        hit = await _looked(desk, source, replace(terms, make=answers["profiles"] == _MAKE), answers)
        return replace(hit, line=_line(verb, values, answers, hit.size))

    def title(size: int) -> str:
        return _("Import {count} customers").format(count=formats.number(size))

    return Asked(title, look, (_(_EFFECT),), _choices())


def _choices() -> dict[str, Choice]:
    made = {"m": (_MAKE, _("missing ones are made")), "o": (_KNOWN, _("only those that are here"))}
    left = {"a": (_ALL, _("nothing, if any is refused")), "l": (_LEAVE, _("the others"))}
    return {"profiles": Choice(_("profiles"), made, _KNOWN), "refused": Choice(_("import"), left, _ALL)}


async def _looked(desk: Desk, source: "Source", terms: Terms, answers: Answers) -> "Hit[Looked]":
    from radiusbridge.services.importing.taking_in import look

    rows: dict[Kind, list[Judged]] = {kind: [] for kind in _KINDS}

    def tell(judged: Sequence[Judged]) -> None:
        for row in judged:
            if row.kind in rows and len(rows[row.kind]) < SHOWN:
                rows[row.kind].append(row)

    found = await look(desk.context, source, terms, tell)
    kinds = found.tally.kinds
    shut = kinds[Kind.REFUSED] and answers["refused"] == _ALL
    lines = [_sum(found)]
    lines += [Text("  " + cell(words, 200), "dim") for words in source.words]
    used = ", ".join(f"{each.heading} = {each.field}" for each in source.mapped if each.field is not None)
    lines += [Text(f"  {cell(used, 400)}", "dim")] if used else []
    if found.tally.profiles:
        names = ", ".join(cell(name, 40) for name in found.tally.profiles[:6])
        lines.append(Text("  " + _("makes the profiles {names}").format(names=names)))
    if shut:
        lines.append(Text("  " + _("rows are refused, so nothing is imported; l leaves them"), "bold red"))
    for kind in _KINDS:
        lines += [shortened(_row(row)) for row in rows[kind]]
        if kinds[kind] > len(rows[kind]):
            more = formats.number(kinds[kind] - len(rows[kind]))
            lines.append(Text("  " + _("{n} more: {what}").format(n=more, what=term(kind)), "dim"))
    return Hit(0 if shut else found.size, found, tuple(lines))


def _sum(found: "Looked") -> Text:
    counts = ", ".join(f"{formats.number(found.tally.kinds[kind])} {term(kind)}" for kind in Kind)
    return Text(f"  {cell(found.source.name, 60)}: {counts}", "bold")


def _row(row: Judged) -> Text:
    text = Text(f"  {term(row.kind)} ", _STYLES[row.kind])
    text.append(f"{row.row.line}  ")
    if row.kind is Kind.REFUSED:
        told = row.reason
    elif row.kind is Kind.CHANGED:
        told = ", ".join(row.fields).replace("_id", "").replace("_", " ")
    else:
        told = ", ".join(each for each in (row.name, row.profile, row.words) if each)
    text.append(f"{cell(row.username, 24)}  " if row.username else "", "bold")
    return text.append(cell(told, 200))


def _line(verb: str, values: Values, answers: Answers, size: int) -> str:
    """The same headless."""
    name = split_place(values["place"])[1]
    words = ["radiusbridge", "import", verb, name, "--server", values["server"].strip()]
    words += ["--profile", values["profile"].strip()] if values["profile"].strip() else []
    if verb in {"csv", "xlsx"}:
        words += [part for pair in _said(values["said"]).items() for part in ("--map", "=".join(pair))]
        words += ["--dates", values["dates"].strip().lower()] if values["dates"].strip() else []
    words += ["--make-profiles"] if answers["profiles"] == _MAKE else []
    words += ["--leave-refused"] if answers["refused"] == _LEAVE else []
    return shlex.join([*words, "--apply", "--yes-count", str(size)])


async def _write(app: "Dashboard", desk: Desk, hit: "Hit[Looked]") -> None:
    from radiusbridge.services.importing.taking_in import take_in

    operation = await take_in(desk.context, hit.found)
    told = _("{count} customers, operation {number}; undo takes it back")
    app.notify(told.format(count=formats.number(hit.size), number=operation.id), title=_("imported"))
    app.list_screen.renew()
