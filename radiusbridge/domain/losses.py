"""Who was online where from when until when, and which sessions were lost together. Pure.

Many ends close together are told as one loss of the place that explains them best: that of which the largest share was
lost. What is explained by one place is not told again of another.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LEAST = 5
"""Sessions that have to end together to be a loss."""
SHARE = 0.3
"""Part of a place's sessions that has to end."""
GAP = timedelta(seconds=5)
"""Between two ends of one loss at most."""
LONGEST = timedelta(seconds=60)
"""From the first end of a loss to the last at most: where customers come and go, ends follow each other for ever."""
VAGUE = timedelta(seconds=60)
"""An end that is known less exactly belongs to no loss."""


@dataclass(frozen=True, slots=True)
class Span:
    """One session of the past, or of now (ended_at None).

    began_at: by its uptime. seen_at: when it was listed last; ended_at: when it was first missing from the list.
    interface: under which the NAS has it, `vlan-120`; empty: not told. row: its `.id`.
    """

    nas: str
    server_id: int
    username: str
    session_id: str
    row: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    address: str = ""
    caller_id: str = ""
    interface: str = ""
    id: int = field(default=0, compare=False)


class By(StrEnum):
    """What kind of place was lost; of two that explain as much, the first is told."""

    NAS = "nas"
    INTERFACE = "interface"
    VLAN = "vlan"
    """The customers' own, where the NAS tells no interface."""
    ODP = "odp"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Place:
    """nas: of an interface; else empty."""

    by: By
    name: str
    nas: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """A session, and where its customer is."""

    span: Span
    area: str = ""
    odp: str = ""
    vlan: str = ""

    def places(self) -> Iterable[Place]:
        """All that it would be missing from."""
        yield Place(By.NAS, self.span.nas)
        if self.span.interface:
            yield Place(By.INTERFACE, self.span.interface, self.span.nas)
        elif self.vlan:
            yield Place(By.VLAN, self.vlan)
        if self.area:
            yield Place(By.AREA, self.area)
        if self.odp:
            yield Place(By.ODP, self.odp)


@dataclass(frozen=True, slots=True)
class Loss:
    """lost of `of` sessions of a place ended between began_at and ended_at; back: whose name had a session later."""

    place: Place
    began_at: datetime
    ended_at: datetime
    lost: int
    of: int
    back: int
    usernames: tuple[str, ...] = field(repr=False)

    @property
    def seconds(self) -> float:
        """From the first end to the last."""
        return (self.ended_at - self.began_at).total_seconds()

    @property
    def words(self) -> str:
        """As an operator says it."""
        where = f"{self.place.name} of {self.place.nas}" if self.place.nas else self.place.name
        named = where if self.place.by in {By.NAS, By.INTERFACE} else f"{self.place.by} {where}"
        return f"{self.lost} of {self.of} on {named} within {max(1, round(self.seconds))} s"


def losses(sessions: Sequence[Located], *, least: int = LEAST, share: float = SHARE) -> tuple[Loss, ...]:
    """What was lost, the newest first."""
    of_place: dict[Place, list[Span]] = {}
    latest: dict[tuple[int, str], datetime] = {}
    for each in sessions:
        who = each.span.server_id, each.span.username
        latest[who] = max(latest.get(who, each.span.began_at), each.span.began_at)
        for place in each.places():
            of_place.setdefault(place, []).append(each.span)
    found = [
        candidate
        for place, spans in of_place.items()
        for candidate in _of_place(place, spans, latest, least)
        if candidate[0].lost >= share * candidate[0].of
    ]
    order = list(By)
    found.sort(
        key=lambda one: (-one[0].lost / one[0].of, -one[0].lost, order.index(one[0].place.by), one[0].place.name)
    )
    told, explained = list[Loss](), set[int]()
    for loss, spans in found:
        new = {id(span) for span in spans} - explained
        if len(new) >= max(least, len(spans) / 2):
            explained |= new
            told.append(loss)
    return tuple(sorted(told, key=lambda loss: loss.began_at, reverse=True))


def _of_place(
    place: Place, spans: Sequence[Span], latest: Mapping[tuple[int, str], datetime], least: int
) -> Iterable[tuple[Loss, Sequence[Span]]]:
    by_begin = sorted(spans, key=lambda span: span.began_at)
    begins = [span.began_at for span in by_begin]
    ends = sorted(span.ended_at for span in spans if span.ended_at is not None)
    for burst in _bursts(spans):
        if len(burst) < least:
            continue
        first, last = _end(burst[0]), _end(burst[-1])
        there = bisect_left(begins, first) - bisect_left(ends, first)
        # whoever came meanwhile could be lost, too; who was lost and dialled again is counted already
        came = {span.username for span in by_begin[bisect_left(begins, first) : bisect_right(begins, last)]}
        of = there + len(came - {span.username for span in burst if span.began_at < first})
        back = sum(latest[span.server_id, span.username] > span.began_at for span in burst)
        names = tuple(dict.fromkeys(span.username for span in burst))
        yield Loss(place, first, last, len(burst), max(of, len(burst)), back, names), burst


def _bursts(spans: Iterable[Span]) -> Iterable[list[Span]]:
    known = (span for span in spans if span.ended_at is not None and span.ended_at - span.seen_at <= VAGUE)
    ends = sorted(known, key=lambda one: (_end(one), one.username))
    if ends:
        yield from _split(ends, GAP)


def _split(ends: list[Span], gap: timedelta) -> Iterable[list[Span]]:
    """Where more than `gap` lies between two of them; what is too long still, at ever smaller ones, so that what ended
    closest together stays together."""
    burst = [ends[0]]
    for span in ends[1:]:
        if _end(span) - _end(burst[-1]) > gap:
            yield from _no_longer(burst, gap)
            burst = []
        burst.append(span)
    yield from _no_longer(burst, gap)


def _no_longer(burst: list[Span], gap: timedelta) -> Iterable[list[Span]]:
    if _end(burst[-1]) - _end(burst[0]) <= LONGEST:
        yield burst
    else:
        yield from _split(burst, gap / 2)


def _end(span: Span) -> datetime:
    assert span.ended_at is not None
    return span.ended_at
