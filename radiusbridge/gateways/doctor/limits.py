"""What a licence lets a router carry, against what it carries now."""

from collections.abc import Mapping

from radiusbridge.domain.text import safe
from radiusbridge.gateways.doctor.chart import Row, Unseen
from radiusbridge.gateways.doctor.patient import Findings, Patient, fault, ok, warning

UNLIMITED = frozenset({"6", "p-unlimited"})
NEARLY = 0.9


def level_of(row: Row) -> str:
    """The licence's level: `nlevel` of a board, `level` of CHR; empty where it is not told."""
    return row.get("nlevel") or row.get("level", "")


def licence(patient: Patient, count: str, caps: Mapping[str, int], what: str, name: str = "licence") -> Findings:
    """The licence's cap against how many there are now. name: of the finding. Unseen where one of them is not known."""
    row = patient.chart.row("licence")
    level = level_of(row)
    if level in UNLIMITED:
        yield ok(name, f"licence {level}: {what} without limit, {safe(count, 20) or 'an unknown number'} now", row)
        return
    cap = caps.get(level)
    if cap is None:
        raise Unseen(f"what a licence of level {safe(level, 20) or '?'} carries is not known")
    if not count.isdecimal():
        raise Unseen(f"the router does not tell how many {what} there are")
    seen = f"licence {level}: {count} of {cap} {what}"
    why = "above the cap logins are refused; a higher licence level carries more (/system/license)"
    if int(count) >= cap:
        yield fault(name, seen, why, row=row)
    elif int(count) >= cap * NEARLY:
        yield warning(name, seen, why, row=row)
    else:
        yield ok(name, seen, row)
