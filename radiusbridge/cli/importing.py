"""An import from any source: its options, the look, the typed count, and what came of it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import json_option, reason_option, stacked
from radiusbridge.domain.as_written import DayOrder
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, Judged, Kind, Tally, Terms
from radiusbridge.domain.records import HoldKind
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.importing.sources import Source
    from radiusbridge.services.importing.taking_in import Looked, Tell

F = TypeVar("F", bound=Callable[..., Any])
SHOWN = 10
"""Rows of a kind that are shown before they are only counted."""
_TOLD = 100_000
"""Rows between two words about how far it is."""
_ALWAYS = 200
"""Refused rows that are shown."""

import_options: Callable[[F], F] = stacked(
    click.option("--server", default="", metavar="NAME", help="Whose accounts they are; may be left out for the only."),
    click.option("--profile", default="", metavar="NAME", help="The profile of rows that name none."),
    click.option(
        "--profile-of", "profile_of", multiple=True, metavar="TEXT=NAME", help="What a plan there is called here."
    ),
    click.option("--make-profiles", is_flag=True, help="Make profiles that are missing, where their rate is known."),
    click.option(
        "--hold", type=click.Choice([str(kind) for kind in HoldKind]), default="pause", show_default=True,
        help="What keeps out who is disabled there.",
    ),
    click.option("--refused", metavar="FILE", help="Write the refused rows there: .csv, .jsonl or .xlsx."),
    click.option("--apply", "applied", is_flag=True, help="Import it: all or nothing. Without: only a look."),
    click.option("--leave-refused", is_flag=True, help="Import the others where rows are refused."),
    click.option("--yes-count", type=int, metavar="N", help="Confirm that N customers are written."),
    reason_option,
    json_option,
)  # fmt: skip

dates_option = click.option(
    "--dates", type=click.Choice(["dmy", "mdy"]), help="What 03/04/2026 means; without it such rows are refused."
)


def terms_of(options: dict[str, Any]) -> Terms:
    """What was typed. BadInput."""
    pairs = [text.rpartition("=") for text in options["profile_of"]]
    for theirs, sign, ours in pairs:
        if not (sign and theirs.strip() and ours.strip()):
            raise BadInput("that names no profile", target="--profile-of", hint="TEXT=NAME")
    return Terms(
        options["server"],
        options["profile"],
        {theirs.strip(): ours.strip() for theirs, _, ours in pairs},
        options["make_profiles"],
        HoldKind(options["hold"]),
        DayOrder(options.get("dates") or ""),
    )


async def run_import(context: "Context", source: "Source", options: dict[str, Any], terms: Terms | None = None) -> int:
    """Look, tell, and with --apply write. The exit status. terms: None: `terms_of` the options."""
    from radiusbridge.services.importing.taking_in import check, look, take_in

    as_json: bool = options["as_json"]
    _show_source(source, as_json)
    began = context.clock.monotonic()
    with ExitStack() as open_files:
        tellers: list[Tell] = [_Rows(as_json).tell, _Count("read").tell]
        if options["refused"]:
            tellers.append(_refused_file(open_files, source, options["refused"]))
        looked = await look(context, source, terms or terms_of(options), lambda rows: _each(tellers, rows))
    _show_tally(looked, context.clock.monotonic() - began, as_json)
    if not options["applied"]:
        return 1 if looked.tally.kinds[Kind.REFUSED] else 0
    from radiusbridge.cli.bulk_report import typed_count

    check(looked, looked.size, leave_refused=options["leave_refused"])
    if not looked.size:
        note("import", "there is nothing to write")
        return 0
    check(looked, typed_count(options["yes_count"], looked.size), leave_refused=options["leave_refused"])
    began = context.clock.monotonic()
    operation = await take_in(context, looked, reason=options["reason"], tell=_Count("written").tell)
    seconds = context.clock.monotonic() - began
    if as_json:
        output.json_line({"type": "imported", "operation": operation.id, "count": looked.size})
    else:
        output.line(f"IMPORTED  {looked.size} customers, operation {operation.id}, in {seconds:.1f} s")
    note("import", f"take it back: radiusbridge undo {operation.id}; bring it to the server: radiusbridge plan -o FILE")
    return 0


def _each(tellers: "Iterable[Tell]", rows: Sequence[Judged]) -> None:
    for tell in tellers:
        tell(rows)


def _show_source(source: "Source", as_json: bool) -> None:
    used = [(each.heading, str(each.field)) for each in source.mapped if each.field is not None]
    unused = [each.heading for each in source.mapped if each.field is None]
    if as_json:
        view = {"columns": dict(used), "unused": unused, "words": list(source.words)}
        output.json_line({"type": "source", "name": source.name, **view})
        return
    for words in source.words:
        note(source.name, words)
    if used:
        note(source.name, "columns: " + ", ".join(f"{safe(heading, 40)} = {field}" for heading, field in used))
    if unused:
        note(source.name, "not used: " + ", ".join(safe(heading, 40) for heading in unused[:20]))


class _Count:
    """Says how far it is where a list is long."""

    def __init__(self, done: str) -> None:
        self._done = done
        self._rows = 0

    def tell(self, rows: Sequence[Judged]) -> None:
        """Some more."""
        before, self._rows = self._rows, self._rows + len(rows)
        if before // _TOLD < self._rows // _TOLD:
            note("import", f"{self._rows // _TOLD * _TOLD} rows {self._done} …")


class _Rows:
    """Shows rows as they are judged."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._left = {Kind.NEW: SHOWN, Kind.CHANGED: SHOWN, Kind.SAME: 0, Kind.REFUSED: _ALWAYS}

    def tell(self, rows: Sequence[Judged]) -> None:
        """Some more."""
        for row in rows:
            if self._as_json:
                output.json_line(row_view(row))
            elif self._left[row.kind]:
                self._left[row.kind] -= 1
                output.line(f"{row.kind:<8} line {row.row.line}: {row_words(row)}")


def row_words(row: Judged) -> str:
    """What becomes of it, on a line."""
    who = safe(row.username, 40)
    if row.kind is Kind.REFUSED:
        return f"{who}{': ' if who else ''}{safe(row.reason, 200)}"
    if row.kind is Kind.CHANGED:
        return f"{who}: {', '.join(row.fields).replace('_id', '').replace('_', ' ')}"
    told = [who, safe(row.name, 40), safe(row.profile, 40), row.words]
    return ", ".join(each for each in told if each)


def row_view(row: Judged) -> output.View:
    """The same as JSON values; no password is in it."""
    return {
        "type": "row",
        "line": row.row.line,
        "what": str(row.kind),
        "user": row.username,
        "name": row.name,
        "profile": row.profile or None,
        "fields": list(row.fields),
        "reason": row.reason or None,
        "text": row.words,
    }


def _refused_file(files: ExitStack, source: "Source", file: str) -> "Tell":
    """Refused rows as they stood there, with line and reason; passwords are left out."""
    from radiusbridge.cli.csv_file import list_file

    secret = {at for at, each in enumerate(source.mapped) if each.field is Field.PASSWORD}
    secret |= {at for at, heading in enumerate(source.headings) if heading == Field.PASSWORD}
    names = ["line", "reason"]
    for heading in source.headings:
        same = sum(name.partition(" #")[0] == heading for name in names)
        names.append(f"{heading} #{same + 1}" if same else heading)
    add = files.enter_context(list_file(file, names))

    def tell(rows: Sequence[Judged]) -> None:
        found = []
        for row in rows:
            if row.kind is Kind.REFUSED:
                cells = ["" if at in secret else cell for at, cell in enumerate(row.row.cells)]
                found.append(dict(zip(names, [str(row.row.line), row.reason, *cells], strict=False)))
        if found:
            add(found)

    return tell


def tally_view(tally: Tally) -> output.View:
    """What it comes to, as JSON values."""
    counts: output.View = {str(kind): tally.kinds[kind] for kind in Kind}
    return {
        "type": "tally",
        "rows": tally.rows,
        **counts,
        "profiles": list(tally.profiles),
        "without_password": tally.without_password,
        "kept_out": tally.kept_out,
    }


def _show_tally(looked: "Looked", seconds: float, as_json: bool) -> None:
    tally = looked.tally
    if as_json:
        output.json_line(tally_view(tally))
    counts = ", ".join(f"{tally.kinds[kind]} {kind}" for kind in Kind)
    note(looked.source.name, f"{tally.rows} rows in {seconds:.1f} s: {counts}")
    if tally.profiles:
        names = ", ".join(safe(name, 40) for name in tally.profiles[:SHOWN])
        note("import", f"makes {len(tally.profiles)} profiles: {names}")
    if tally.without_password:
        note("import", f"{tally.without_password} without a password: test logins cannot be made")
    if tally.kept_out:
        note("import", f"{tally.kept_out} are kept out by a hold, since they are disabled there")
