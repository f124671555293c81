"""One router under examination: what is known of it, and how findings about it are made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from radiusbridge.domain.doctor import Diagnosis, Severity
from radiusbridge.domain.records import ApiAccess
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.rows import is_yes
from radiusbridge.gateways.doctor.chart import Chart, Row, Unseen
from radiusbridge.gateways.doctor.script import Script


@dataclass(frozen=True, slots=True)
class Patient:
    """kind: `server` or `nas`, as the verbs that edit it are called. us: our address as the router sees it, or None.
    now: our clock when its own was read. needed, useful: policies, and what each is for."""

    kind: str
    name: str
    api: ApiAccess
    chart: Chart
    version: str
    us: str | None
    now: datetime
    zone: tzinfo | None
    needed: dict[str, str]
    useful: dict[str, str]

    @property
    def number(self) -> tuple[int, int]:
        """(major, minor); (7, 0) where the version cannot be read."""
        major, _, rest = self.version.partition(".")
        minor = rest.partition(".")[0]
        return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (7, 0)

    @property
    def script(self) -> Script:
        """Writes lines for its terminal."""
        return Script(self.number[0])


Findings = Iterator[Diagnosis]
Check = Callable[[Patient], Findings]


def examined(patient: Patient, checks: dict[str, Check]) -> Findings:
    """The findings of all checks; a check that is not shown what it needs is unknown, under its own name."""
    for name, check in checks.items():
        try:
            yield from check(patient)
        except Unseen as unseen:
            yield Diagnosis(name, Severity.UNKNOWN, safe(str(unseen), 300))


def ok(name: str, seen: str, row: Row | None = None) -> Diagnosis:
    """Nothing wrong."""
    return Diagnosis(name, Severity.OK, seen, row=shown(row))


def note(name: str, seen: str, why: str, *mend: str, row: Row | None = None) -> Diagnosis:
    """Worth knowing."""
    return Diagnosis(name, Severity.NOTE, seen, why, mend, shown(row))


def warning(name: str, seen: str, why: str, *mend: str, row: Row | None = None) -> Diagnosis:
    """It will hurt."""
    return Diagnosis(name, Severity.WARNING, seen, why, mend, shown(row))


def fault(name: str, seen: str, why: str, *mend: str, row: Row | None = None) -> Diagnosis:
    """It does not work."""
    return Diagnosis(name, Severity.FAULT, seen, why, mend, shown(row))


def shown(row: Row | None) -> tuple[tuple[str, str], ...]:
    """A row as findings keep it."""
    return tuple(row.items()) if row else ()


def enabled(row: Row) -> bool:
    """Whether a row is not switched off."""
    return not is_yes(row.get("disabled"))
