"""Longer answers in words: a probe's result, a refusal, findings of a test."""

from collections.abc import Sequence

from rich.text import Text

from radiusbridge.domain.doctor import GRAVEST, Diagnosis, Severity
from radiusbridge.domain.probes import ProbeResult, ProbeVerdict
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.tui import formats
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _
from radiusbridge.tui.rows import BAD, FAINT, GOOD, WARN
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

_SIGNS = {ProbeVerdict.OK: ("✔", GOOD), ProbeVerdict.FAILED: ("✖", BAD), ProbeVerdict.UNANSWERED: ("…", WARN)}
_MARKS = {Mark.OK: ("✔", GOOD), Mark.WARN: ("!", WARN), Mark.FAILED: ("✖", BAD), Mark.SKIPPED: ("·", FAINT)}

_GRAVE = {
    Severity.FAULT: ("✖", BAD),
    Severity.WARNING: ("!", WARN),
    Severity.UNKNOWN: ("?", WARN),
    Severity.NOTE: ("·", FAINT),
    Severity.OK: ("✔", GOOD),
}


def probe_lines(result: ProbeResult) -> list[Text]:
    """How it ended, what it means, and what to look at next."""
    sign, tone = _SIGNS[result.verdict]
    probe = result.probe
    head = Text(f"{sign} {result.verdict.upper()}", f"bold {TONE_STYLES[tone]}".strip())
    told = _("test login as {user} at {server}").format(user=cell(probe.user, 60), server=cell(probe.name, 40))
    head.append(f"  {result.label}  {told}", "default")
    lines = [head, Text(f"  {cell(result.words, 300)}")]
    if result.round_trip is not None:
        signed = _("signed") if result.signed else _("not signed")
        lines.append(Text(f"  {formats.number(result.round_trip * 1000, 1)} ms, {signed}"))
    unmet = _("  expected {what}: {found}")
    lines += [
        Text(unmet.format(what=cell(each.expectation), found=cell(each.words)))
        for each in result.checks
        if not each.met
    ]
    if result.next_step and not result.causes:
        lines.append(Text(_("  next: {words}").format(words=cell(result.next_step, 300))))
    for number, cause in enumerate(result.causes, 1):
        told = _("  {n}. {cause}; to tell: {check}")
        lines.append(Text(told.format(n=number, cause=cell(cause.words, 300), check=cell(cause.check, 300))))
    lines += [Text(f"    {cell(name, 60)} = {cell(value, 200)}", "dim") for name, value in result.attributes]
    return lines


def diagnosis_lines(findings: Sequence[Diagnosis]) -> list[Text]:
    """What the doctor found, the gravest first, with the lines that mend it."""
    lines: list[Text] = []
    for each in sorted(findings, key=lambda one: GRAVEST.index(one.severity)):
        sign, tone = _GRAVE[each.severity]
        line = Text(f"{sign} {term(each.severity):<8}", f"bold {TONE_STYLES[tone]}".strip())
        line.append(f" {cell(each.seen, 300)}", "default")
        lines.append(line)
        if each.severity in {Severity.OK, Severity.NOTE}:
            continue
        lines += [Text(f"    {cell(each.why, 400)}")] if each.why else []
        lines += [Text(f"    {cell(mend, 400)}", "bold") for mend in each.mend]
    return lines


def finding_lines(findings: Sequence[Finding]) -> list[Text]:
    """The steps of a test, the one that fails with what to do."""
    lines = []
    for each in findings:
        sign, tone = _MARKS[each.mark]
        line = Text(f"{sign} {cell(each.step, 14):<14}", f"bold {TONE_STYLES[tone]}".strip())
        line.append(f" {each.seconds * 1000:5.0f} ms  {cell(each.words, 300)}", "default")
        lines.append(line)
        if each.hint:
            lines.append(Text(_("    next: {words}").format(words=cell(each.hint, 300))))
    failed = [each for each in findings if each.mark is Mark.FAILED]
    if failed:
        lines.append(
            Text(_("the step that fails: {step}").format(step=cell(failed[0].step, 40)), f"bold {TONE_STYLES[BAD]}")
        )
    return lines
