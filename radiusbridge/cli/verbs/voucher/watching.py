"""What is wrong with vouchers, as the routers tell it now."""

from typing import TYPE_CHECKING

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.findings import Finding
    from radiusbridge.services.context import Context


@click.command()
@json_option
@database_verb
async def watch(context: "Context", as_json: bool) -> int:
    """Look once for guesses, codes on two devices, codes that are not ours, and ours that vanished or were changed.

    Reads the routers' logs and lists; the agent does so all the time, and tells of it (see: alert). Exit status: 0
    nothing is wrong, 1 something is, 3 a router could not be read.
    """
    from radiusbridge.services.vouchers.watching import watch_now

    looked = await watch_now(context)
    for router, error in sorted(looked.unread.items()):
        note(router, error)
    if as_json:
        output.json_value([_view(each) for each in looked.findings])
    else:
        for each in looked.findings:
            _show(each)
    if looked.findings:
        return 1
    if looked.unread:
        return 3
    if not as_json:
        output.line("nothing is wrong")
    return 0


def _view(finding: "Finding") -> output.View:
    names = ("router", "subject", "level", "words", "mend")
    return {
        "kind": str(finding.kind),
        **{name: getattr(finding, name) for name in names},
        "evidence": list(finding.evidence),
    }


def _show(finding: "Finding") -> None:
    output.line(f"{str(finding.kind).removeprefix('voucher-')}  {safe(finding.router, 40)}: {finding.words}")
    output.paragraph(", ".join(finding.evidence))
    output.paragraph(finding.mend)
