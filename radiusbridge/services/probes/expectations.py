"""What a probe expects: read from text, and held against an answer."""

import re

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probes import AttributeExpectation, Check, Expect, Probe, ProbeOutcome
from radiusbridge.domain.text import safe
from radiusbridge.gateways.attributes import carries, check_expectation
from radiusbridge.gateways.probes import Answer, rejected
from radiusbridge.gateways.words import milliseconds

_FORM = re.compile(r"(?P<name>[^=~\s]+)\s*(?P<sign>[=~])?(?P<rest>.*)", re.DOTALL)

_OUTCOMES: dict[Expect, frozenset[ProbeOutcome]] = {
    Expect.ACCEPT: frozenset({ProbeOutcome.ACCEPT, ProbeOutcome.ACCEPT_UNSIGNED, ProbeOutcome.ALIVE}),
    Expect.REJECT: frozenset({ProbeOutcome.REJECT, ProbeOutcome.ALIVE}),
    Expect.CHALLENGE: frozenset({ProbeOutcome.CHALLENGE}),
    Expect.ACK: frozenset({ProbeOutcome.ACK, ProbeOutcome.ACK_201, ProbeOutcome.RECORDED, ProbeOutcome.ALIVE}),
    Expect.NAK: frozenset({ProbeOutcome.NAK, ProbeOutcome.NAK_NO_CAUSE, ProbeOutcome.GONE_AFTER_RETRANSMIT}),
    Expect.TIMEOUT: frozenset({ProbeOutcome.SILENCE}),
}


def parse_expectation(text: str) -> AttributeExpectation:
    """`NAME`, `NAME=VALUE` or `NAME~REGEX`. UnknownName with the nearest names; BadInput for a value of another type
    or a pattern that is none."""
    form = _FORM.fullmatch(text.strip())
    if form is None:
        raise BadInput(f"“{safe(text, 80)}” expects nothing", hint="write it like Framed-Pool=active or Class~^gold")
    rest = form["rest"]
    expectation = AttributeExpectation(
        form["name"], rest if form["sign"] == "=" else None, rest if form["sign"] == "~" else None
    )
    check_expectation(expectation)
    return expectation


def judge(probe: Probe, answer: Answer) -> tuple[Check, ...]:
    """Every expectation of the probe, met or not, by the answer that decides."""
    came = _came(probe, answer)
    if not came.met or probe.expected is Expect.TIMEOUT:
        return (came,)
    checks = [came, *(_carries(expectation, answer) for expectation in probe.expect_attributes)]
    if probe.max_time is not None:
        checks.append(_in_time(probe.max_time, answer))
    return tuple(checks)


def _came(probe: Probe, answer: Answer) -> Check:
    wanted = probe.expected
    met = answer.outcome in _OUTCOMES[wanted]
    if answer.outcome is ProbeOutcome.ALIVE and wanted is not Expect.ACK:
        met = rejected(answer) == (wanted is Expect.REJECT)
    return Check(wanted.value, met, f"{answer.exchanged.label} came" if not met else "came")


def _carries(expectation: AttributeExpectation, answer: Answer) -> Check:
    seen = [value for name, value in answer.attributes if name == expectation.name]
    met = answer.reply is not None and carries(answer.reply, expectation)
    words = f"the reply has {', '.join(seen)}" if seen else f"the reply has no {expectation.name}"
    return Check(safe(str(expectation), 120), met, words)


def _in_time(limit: float, answer: Answer) -> Check:
    took = answer.elapsed
    return Check(f"within {milliseconds(limit)}", took <= limit, f"it took {milliseconds(took)}")
