"""Plan files: JSON lines with a header, a line for each row, and an end with a checksum over all but the directions."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from radiusbridge.db.marks import Marks
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.planned import FORMAT, PlannedRow, Take, canonical
from radiusbridge.domain.records import Server
from radiusbridge.domain.text import safe
from radiusbridge.services.planning.prints import server_print

LONGEST = 200_000
"""Characters of a line; a router's longest attributes fit many times."""
AGAIN = "make a new one: radiusbridge plan … -o FILE"


class PlanWriter:
    """Writes a plan line by line, so that its length costs no memory."""

    def __init__(self, file: TextIO, marks: Marks, servers: Sequence[Server], made_at: datetime, who: str) -> None:
        self._file = file
        self._sum = marks.checksum()
        self._rows = 0
        self._line(
            {
                "type": "plan",
                "format": FORMAT,
                "database": marks.identity,
                "servers": [
                    {"name": one.name, "kind": one.kind, "fingerprint": marks.fingerprint(server_print(one))}
                    for one in servers
                ],
                "made_at": made_at.isoformat(),
                "who": who,
            }
        )

    def row(self, row: PlannedRow) -> None:
        """Write one row."""
        self._rows += 1
        self._line(row.as_json())

    def end(self, unread: Sequence[str] = ()) -> None:
        """Write the end; without it the plan is not whole. unread: servers that could not be read."""
        end = {"type": "end", "rows": self._rows, "unread": list(unread)}
        self._sum.update(canonical(end))
        self._file.write(json.dumps({**end, "checksum": self._sum.hexdigest()}) + "\n")
        self._file.flush()

    def _line(self, values: dict[str, Any]) -> None:
        self._sum.update(canonical(values))
        self._file.write(json.dumps(values) + "\n")


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was read and found whole."""

    servers: tuple[str, ...]
    fingerprints: dict[str, str]
    """Of the servers, by name."""
    made_at: datetime
    rows: tuple[PlannedRow, ...]

    def taking(self, take: Take) -> tuple[PlannedRow, ...]:
        """The rows of one direction."""
        return tuple(row for row in self.rows if row.take is take)


def read_plan(path: Path, marks: Marks) -> Plan:
    """Read a plan file. BadInput: no plan, another version's or database's, cut off, or changed but for directions."""
    target = safe(str(path), 200)
    lines = _lines(path, target)
    header = next(lines, {})
    if header.get("type") != "plan":
        raise BadInput("this is no plan", target=target, hint=AGAIN)
    if header.get("format") != FORMAT:
        found = safe(str(header.get("format")), 20)
        raise BadInput(f"the plan has format {found}, and this program reads {FORMAT}", target=target, hint=AGAIN)
    if header.get("database") != marks.identity:
        raise BadInput("the plan was made from another database", target=target, hint=AGAIN)
    total = marks.checksum()
    total.update(canonical(header))
    rows: list[PlannedRow] = []
    for values in lines:
        if values.get("type") == "end":
            _check_end(values, total, len(rows), target)
            if next(lines, None) is not None:
                break
            return _plan(header, rows, target)
        total.update(canonical(values))
        rows.append(PlannedRow.from_json(values))
    raise BadInput("the plan is not whole: it has no end, or more after it", target=target, hint=AGAIN)


def _check_end(values: dict[str, Any], total: Any, count: int, target: str) -> None:
    given = values.pop("checksum", None)
    total.update(canonical(values))
    if given != total.hexdigest() or values.get("rows") != count:
        raise BadInput(
            "the plan was changed after it was made: only the values of “take” may be edited, to db, server or skip",
            target=target,
            hint=AGAIN,
        )


def _plan(header: dict[str, Any], rows: list[PlannedRow], target: str) -> Plan:
    try:
        prints = {str(one["name"]): str(one["fingerprint"]) for one in header["servers"]}
        return Plan(tuple(prints), prints, datetime.fromisoformat(header["made_at"]), tuple(rows))
    except (KeyError, TypeError, ValueError):
        raise BadInput("the head of the plan cannot be read", target=target, hint=AGAIN) from None


def _lines(path: Path, target: str) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            while line := file.readline(LONGEST):
                if line.strip():
                    values = json.loads(line)
                    if not isinstance(values, dict):
                        raise ValueError
                    yield values
    except OSError as error:
        raise BadInput(f"the plan cannot be read: {error.strerror}", target=target) from None
    except (ValueError, RecursionError):
        raise BadInput("this is no plan: a line is no JSON object", target=target, hint=AGAIN) from None
