"""`server test` and `nas test`: the steps as they happen."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.views import finding_view
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.gateways.ports import Finding

_MARKS = {"ok": "ok  ", "warn": "WARN", "failed": "FAIL", "skipped": "skip"}


async def show_findings(target: str, findings: "AsyncIterator[Finding]", as_json: bool) -> int:
    """Print each finding when it is made; the exit status. The failing step is named last."""
    from radiusbridge.services.testing import exit_status

    seen = []
    async for finding in findings:
        seen.append(finding)
        if as_json:
            output.json_line({"type": "finding", "target": target, **finding_view(finding)})
        else:
            _show(finding)
    status = exit_status(seen)
    if as_json:
        failed = next((finding.step for finding in seen if finding.mark == "failed"), None)
        output.json_line({"type": "result", "target": target, "failed_step": failed, "exit": status})
        return status
    for finding in seen:
        if finding.mark == "failed":
            hint = f"; {finding.hint}" if finding.hint else ""
            note(target, f"failed at {finding.step}: {finding.words}{hint}")
    return status


def _show(finding: "Finding") -> None:
    head = f"{_MARKS[finding.mark]}  {safe(finding.step, 20):<15}{finding.seconds * 1000:8.1f} ms  "
    room = output.width() - len(head)
    words = [*output.wrapped(safe(finding.words, 600), room)]
    if finding.hint:
        words += output.wrapped(f"-> {safe(finding.hint, 400)}", room)
    output.line(head + words[0])
    for part in words[1:]:
        output.line(" " * len(head) + part)
