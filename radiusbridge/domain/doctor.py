"""What the doctor finds out about a device, and how grave it is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""
    WARNING = "warning"
    """It works, and will hurt: less safe, less provable, or soon full."""
    FAULT = "fault"
    """Something does not work."""
    UNKNOWN = "unknown"
    """The device does not show it: too old, no right, or it answered something else. Never taken for ok."""


GRAVEST = (Severity.FAULT, Severity.WARNING, Severity.UNKNOWN, Severity.NOTE, Severity.OK)
"""The severities, the gravest first."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One finding. mend: lines to paste, in order; those that begin with `/` into the router's terminal, the others
    into ours. A secret in them is a placeholder. row: what was read of the row that it is about."""

    id: str
    severity: Severity
    seen: str
    why: str = ""
    mend: tuple[str, ...] = ()
    row: tuple[tuple[str, str], ...] = ()


def gravest(findings: Iterable[Diagnosis]) -> Severity:
    """The severity of the gravest one; OK where there is none."""
    return min((finding.severity for finding in findings), key=GRAVEST.index, default=Severity.OK)
