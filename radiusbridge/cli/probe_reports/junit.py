"""JUnit XML, as CI systems read it: what did not come as expected is a failure, what nobody answered an error."""

from xml.sax.saxutils import escape, quoteattr

from radiusbridge.cli.probe_reports import Run
from radiusbridge.domain.probe_runs import Told
from radiusbridge.domain.probes import ProbeVerdict
from radiusbridge.domain.text import safe


def report(run: Run) -> str:
    """The whole file."""
    failures = sum(one.result.verdict is ProbeVerdict.FAILED for one in run.told)
    errors = sum(one.result.verdict is ProbeVerdict.UNANSWERED for one in run.told)
    counts = f'tests="{len(run.told)}" failures="{failures}" errors="{errors}" skipped="0" time="{run.seconds:.3f}"'
    name = quoteattr(run.suite.name)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites name={name} {counts}>",
            f'<testsuite name={name} {counts} timestamp="{run.started:%Y-%m-%dT%H:%M:%S}">',
            *(_case(run, one) for one in run.told),
            "</testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _case(run: Run, one: Told) -> str:
    probe = one.case.probe
    group = quoteattr(safe(f"{run.suite.name}.{one.case.target}", 200))
    properties = "".join(
        f"<property name={quoteattr(name)} value={quoteattr(safe(value))}/>" for name, value in probe.labels
    )
    inside = f"<properties>{properties}</properties>" if properties else ""
    return (
        f'<testcase name={quoteattr(one.case.name)} classname={group} time="{one.result.seconds:.3f}">'
        f"{inside}{_end(one)}</testcase>"
    )


def _end(one: Told) -> str:
    words = safe(one.words, 1000)
    if one.ok:
        return f"<system-out>{escape(words)}</system-out>"
    what = "failure" if one.result.verdict is ProbeVerdict.FAILED else "error"
    causes = [f"{number}. {cause.words}; to tell: {cause.check}" for number, cause in enumerate(one.result.causes, 1)]
    text = "\n".join(safe(line, 600) for line in (one.result.next_step, *causes) if line)
    return f"<{what} type={quoteattr(one.result.label)} message={quoteattr(words)}>{escape(text)}</{what}>"
