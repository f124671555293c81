"""Prints, traces, templates and printers as text and JSON."""

from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import show_list
from radiusbridge.cli.voucher_views import codes_view
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from radiusbridge.domain.vouchers.prints import PrintRun, Trace, VoucherPrinter
    from radiusbridge.domain.vouchers.records import Voucher
    from radiusbridge.domain.vouchers.templates import Template
    from radiusbridge.services.vouchers.looks import Look
    from radiusbridge.services.vouchers.printing import Printed

_RUN = ("id", "who", "channel", "template", "target", "reason", "again", "cards", "handed", "octets", "words")
_RUNS = (
    output.column("ID", "id"),
    ("AT", lambda row: output.short_time(row["at"])),
    output.column("WHO", "who"),
    output.column("FORM", "form"),
    output.column("CARDS", "cards"),
    output.column("HANDED", "handed"),
    output.column("VERDICT", "verdict"),
    output.column("TARGET", "target"),
)
_TRACES = (
    ("AT", lambda row: output.short_time(row["at"])),
    ("VOUCHER", lambda row: f"{row['batch']}/{row['row']}"),
    output.column("CODE", "printed"),
    output.column("ACT", "act"),
    output.column("PRINT", "print"),
    output.column("WHO", "who"),
    output.column("REASON", "reason"),
)
_PRINTERS = (
    output.column("NAME", "name"),
    output.column("FORM", "form"),
    output.column("WAY", "way"),
    output.column("ADDRESS", "address"),
    output.column("TEMPLATE", "template"),
    output.column("CODE PAGE", "code_page"),
    output.column("RASTER", "raster"),
)


def run_view(run: "PrintRun") -> output.View:
    """A print as JSON values."""
    return {
        **{name: getattr(run, name) for name in _RUN},
        "form": str(run.form),
        "at": run.at.isoformat(),
        "ended_at": None if run.ended_at is None else run.ended_at.isoformat(),
        "verdict": None if run.verdict is None else str(run.verdict),
    }


def show_printed(over: "Printed", as_json: bool, *, talk: bool = False) -> int:
    """What came of a print; its exit status. talk: on standard error, since the cards are on standard output."""
    run, status = over.run, over.exit_status
    for each in over.earlier:
        note(f"print {each.id}", f"it had not ended; {each.verdict}: {each.words}")
    if as_json:
        view = {"type": "print", **run_view(run), "left_out": dict(over.left_out), "exit": status}
        output.json_line(view)
        return status
    left = ", ".join(f"{count} {why}" for why, count in over.left_out.items())
    words = f"{run.words}{f'; left out: {left}' if left else ''}"
    if talk:
        note("", f"{run.verdict}  print {run.id}: {words}")
        return status
    output.line(f"{run.verdict}  print {run.id} to {safe(run.target, 200)}")
    output.paragraph(words)
    return status


def show_runs(runs: "Sequence[PrintRun]", as_json: bool, file: str | None) -> None:
    """Newest first."""
    views = [run_view(each) for each in runs]
    show_list(views, _RUNS, as_json=as_json, file=file)


def show_traces(traces: "Sequence[tuple[Trace, Voucher]]", as_json: bool, file: str | None, *, codes: bool) -> None:
    """Newest first. codes: those of vouchers that are ready, too."""
    views: list[output.View] = [
        {
            "at": line.at.isoformat(),
            "act": str(line.act),
            **codes_view(voucher, asked=codes),
            "batch": line.batch_id,
            "row": voucher.row,
            "print": line.run_id,
            "who": line.who,
            "channel": line.channel,
            "reason": line.reason,
        }
        for line, voucher in traces
    ]
    show_list(views, _TRACES, as_json=as_json, file=file)


def template_view(look: "Look") -> output.View:
    """A template as JSON values."""
    return {"name": look.name, "built_in": look.built_in, **_fields(look.template)}


def _fields(template: "Template") -> output.View:
    names = ("brand", "subtitle", "login", "note", "columns", "border", "qr", "language")
    return {**{name: getattr(template, name) for name in names}, "fields": list(template.fields)}


def show_templates(looks: "Sequence[Look]", as_json: bool, file: str | None) -> None:
    """By name."""
    names = ("name", "built_in", "brand", "columns", "border", "qr", "language", "fields")
    columns = [output.column(name.upper().replace("_", " "), name) for name in names]
    show_list([template_view(each) for each in looks], columns, as_json=as_json, file=file)


def printer_view(printer: "VoucherPrinter") -> output.View:
    """A printer as JSON values."""
    same = {name: getattr(printer, name) for name in ("name", "address", "template", "code_page", "raster")}
    return {**same, "form": str(printer.form), "way": str(printer.way)}


def show_printers(printers: "Sequence[VoucherPrinter]", as_json: bool, file: str | None) -> None:
    """By name."""
    show_list([printer_view(each) for each in printers], _PRINTERS, as_json=as_json, file=file)
