"""What is wrong with vouchers, as the routers tell it now."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.listed import export_option, exported
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.findings import Finding
    from radiusbridge.services.context import Context


@click.command()
@export_option
@json_option
@database_verb
async def watch(context: "Context", file: str | None, as_json: bool) -> int:
    """Look once for guesses, codes on two devices, codes that are not ours, and ours that vanished or were changed.

    Reads the routers' logs and lists; the agent does so all the time, and tells of it (see: alert). Exit status: 0
    nothing is wrong, 1 something is, 3 a router could not be read.
    """
    from radiusbridge.services.vouchers.watching import watch_now

    looked = await watch_now(context)
    for router, error in sorted(looked.unread.items()):
        note(router, error)
    written = exported(file, [_view(each) for each in looked.findings], _FIELDS)
    if as_json and not written:
        output.json_value([_view(each) for each in looked.findings])
    elif not written:
        for each in looked.findings:
            _show(each)
    if looked.findings:
        return 1
    if looked.unread:
        return 3
    if not as_json and not written:
        output.line("nothing is wrong")
    return 0


_NAMES = ("router", "subject", "level", "words", "mend")
_FIELDS = ("kind", *_NAMES, "evidence")


def _view(finding: "Finding") -> output.View:
    return {
        "kind": str(finding.kind),
        **{name: getattr(finding, name) for name in _NAMES},
        "evidence": list(finding.evidence),
    }


def _show(finding: "Finding") -> None:
    output.line(f"{str(finding.kind).removeprefix('voucher-')}  {safe(finding.router, 40)}: {finding.words}")
    output.paragraph(", ".join(finding.evidence))
    output.paragraph(finding.mend)
