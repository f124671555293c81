"""What changes between two snapshots of the NASes' lists: who came, who left, what is different, who went dark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.services.watch import NasReading


class What(StrEnum):
    """What happened."""

    LISTED = "listed"
    """The list of a NAS was read for the first time; its sessions come as CAME before it."""
    CAME = "came"
    LEFT = "left"
    CHANGED = "changed"
    """The same session with another address, caller or address lists."""
    STALE = "stale"
    """The list of a NAS can no longer be told as what is so now."""
    FRESH = "fresh"
    """It can again; what changed meanwhile comes before it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. session: None where it is about the NAS."""

    what: What
    nas: str
    session: SessionRow | None = None
    count: int = 0
    """LISTED, FRESH: sessions of the NAS."""
    listens: bool = False
    words: str = ""
    """STALE: why."""


class Changes:
    """Keeps what was told, one NAS by another."""

    def __init__(self) -> None:
        self._lists: dict[str, Mapping[str, tuple[SessionRow, ...]]] = {}
        self._stale: set[str] = set()

    def of(self, reading: NasReading, now: float) -> Iterator[Change]:
        """What a NAS's newest reading changes. now: on the monotonic clock."""
        if reading.stale(now):
            if reading.nas not in self._stale and (reading.began is not None or reading.error):
                self._stale.add(reading.nas)
                yield Change(What.STALE, reading.nas, words=reading.error or "no fresh list")
            return
        before = self._lists.get(reading.nas)
        if before is not reading.sessions:
            self._lists[reading.nas] = reading.sessions
            yield from _differences(reading.nas, before or {}, reading.sessions)
        if before is None or reading.nas in self._stale:
            what = What.LISTED if before is None else What.FRESH
            yield Change(what, reading.nas, count=reading.count, listens=reading.listens)
            self._stale.discard(reading.nas)


def _differences(
    nas: str, before: Mapping[str, tuple[SessionRow, ...]], after: Mapping[str, tuple[SessionRow, ...]]
) -> Iterator[Change]:
    """A redial is one that left and one that came, since its session id is another."""
    for name in before.keys() | after.keys():
        old, new = before.get(name, ()), after.get(name, ())
        if old is new:
            continue
        was, now = ({(row.session_id, row.id): row for row in rows} for rows in (old, new))
        for key, row in was.items():
            if key not in now:
                yield Change(What.LEFT, nas, row)
        for key, row in now.items():
            if key not in was:
                yield Change(What.CAME, nas, row)
            elif row != was[key]:
                yield Change(What.CHANGED, nas, row)
