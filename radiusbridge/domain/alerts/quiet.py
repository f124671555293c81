"""Quiet hours: by the clock of a time zone, over midnight too. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from radiusbridge.domain.days import zone_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` to `end` of each day, by the clocks of `zone` (an IANA name)."""

    start: time
    end: time
    zone: str = "UTC"

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours end that it is in at that moment (UTC); None: it is in none."""
        zone = zone_of(self.zone)
        local = now.astimezone(zone)
        clock = local.time().replace(tzinfo=None)
        over_midnight = self.start > self.end
        inside = (clock >= self.start or clock < self.end) if over_midnight else self.start <= clock < self.end
        if not inside:
            return None
        day = local.date() + timedelta(days=1) if over_midnight and clock >= self.start else local.date()
        end = datetime.combine(day, self.end, zone).astimezone(UTC)
        # where clocks go back within them, the end that has been is not the one that is meant
        return end if end > now else datetime.combine(day, self.end.replace(fold=1), zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"


def parse_quiet(text: str, zone: str) -> Quiet:
    """`22:00-06:00` in a zone. BadInput."""
    first, dash, last = text.partition("-")
    try:
        start, end = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        dash, start, end = "", time(), time()
    if not dash or start == end or start.tzinfo or end.tzinfo:
        raise BadInput("those are no quiet hours", target=safe(text, 40), hint="22:00-06:00")
    zone_of(zone)
    return Quiet(start, end, zone)
