"""What the readings say of everything that is watched. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from radiusbridge.domain.alerts.episodes import Episode, Signal
from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.capabilities import Card
from radiusbridge.domain.minutes import History
from radiusbridge.domain.probe_runs import ProbeRecord
from radiusbridge.domain.room import Room
from radiusbridge.domain.text import safe
from radiusbridge.domain.vitals import Vitals
from radiusbridge.domain.vouchers.stock import Level
from radiusbridge.services.readings.states import NO_API, Contact, RouterState

if TYPE_CHECKING:
    from radiusbridge.db.repositories.duties import TimerRun
    from radiusbridge.services.standby.status import PairState

REFERENCE = 15
"""Minutes of which the middle is what sessions are compared with."""
LEAST_KNOWN = 3
"""Minutes of them that have to be known."""
FEW = 10
"""Sessions that have to be gone: of a handful, one is a good part."""
NEW_NORMAL = timedelta(hours=12)
"""After so long fewer sessions are no fall any more."""
PROBES_OLD = timedelta(hours=1)
"""A probe that was not run for so long tells nothing of now."""
_NAME = 200
ROUND = "files of routers"
"""Subject of what is wrong with a whole round of them."""
SOME_LATE = 3_600.0
"""Seconds that a round may be late beside twice the time between two."""

Open = Mapping[tuple[Kind, str], Episode]


def of_router(
    name: str,
    state: RouterState,
    history: History,
    room: Room | None,
    cards: Sequence[Card],
    open_: Open,
    now: datetime,
) -> Iterator[Signal]:
    """All of one router. name: no other has it. room: None: it could not be read. open_: what is wrong already."""
    yield _down(state, name)
    yield _errors(state, name)
    vitals = None if state.stale else state.vitals
    if state.home.nas:
        yield sessions(name, vitals, history, open_.get((Kind.SESSIONS_FELL, name)), now)
    yield _clock(name, room)
    yield from _pools(name, room, open_)
    yield from _licences(name, vitals, cards)


def names(states: Iterable[RouterState]) -> dict[str, str]:
    """Endpoint -> what a router is called in alerts: two of one name are told apart."""
    known = tuple(states)
    count = Counter(state.home.name for state in known)
    return {
        state.home.endpoint: safe(
            state.home.name if count[state.home.name] == 1 else f"{state.home.name} ({state.home.endpoint})", _NAME
        )
        for state in known
    }


def _down(state: RouterState, name: str) -> Signal:
    if state.contact is Contact.UNKNOWN:
        return Signal(Kind.ROUTER_DOWN, name, None)
    dark = state.contact is Contact.DARK
    return Signal(Kind.ROUTER_DOWN, name, float(dark), state.error or "no answer" if dark else "it answers")


def _errors(state: RouterState, name: str) -> Signal:
    unasked = state.contact is Contact.UNKNOWN and state.error in {"", NO_API}
    if state.contact is Contact.DARK or unasked:
        return Signal(Kind.API_ERRORS, name, None)
    if state.stale:
        return Signal(Kind.API_ERRORS, name, 1, f"it refuses to be read: {state.error}")
    missing = state.vitals.missing if state.vitals is not None else ()
    if missing:
        return Signal(Kind.API_ERRORS, name, 1, f"it does not tell: {'; '.join(missing)}")
    return Signal(Kind.API_ERRORS, name, 0, "it tells what it is asked")


def sessions(name: str, vitals: Vitals | None, history: History, open_: Episode | None, now: datetime) -> Signal:
    """How many are gone, of the middle of the last minutes; while it is an alert, of what there was before it."""
    count = None if vitals is None else vitals.sessions
    reference = usual(history, now) if open_ is None else open_.reference
    if count is None or reference is None:
        return Signal(Kind.SESSIONS_FELL, name, None)
    words = f"{count} of {reference:.0f} sessions"
    if open_ is not None and now - open_.began_at > NEW_NORMAL:
        return Signal(Kind.SESSIONS_FELL, name, 0, f"{words}; that is how many there are now")
    gone = reference - count
    level = gone / reference if gone >= FEW or (open_ is not None and open_.raised and gone > 0) else 0
    return Signal(Kind.SESSIONS_FELL, name, max(0.0, level), words, reference)


def usual(history: History, now: datetime) -> float | None:
    """Sessions in the middle of the last minutes, the running one left out; None: too little is known."""
    series = history.series(now, REFERENCE + 1, lambda minute: minute.sessions)[:-1]
    known = [value for value in series if value is not None]
    return median(known) if len(known) >= LEAST_KNOWN else None


def _clock(name: str, room: Room | None) -> Signal:
    off = None if room is None else room.clock_off
    if off is None:
        return Signal(Kind.CLOCK_OFF, name, None)
    told = f"its clock is {timedelta(seconds=round(abs(off)))} {'ahead of' if off > 0 else 'behind'} ours"
    return Signal(Kind.CLOCK_OFF, name, abs(off), told if abs(off) >= 1 else "the clocks agree")


def _pools(name: str, room: Room | None, open_: Open) -> Iterator[Signal]:
    if room is None or room.pools is None:
        # which pools there are is not known now, and those that are full are not less so
        known = (subject for kind, subject in open_ if kind is Kind.POOL_FULL and subject.startswith(f"{name}/"))
        yield from (Signal(Kind.POOL_FULL, subject, None) for subject in known)
        return
    for pool in room.pools:
        subject = f"{name}/{safe(pool.name, 100)}"
        level = pool.used / pool.total if pool.total else 1.0
        yield Signal(Kind.POOL_FULL, subject, level, f"{pool.used} of {pool.total} addresses are given")


def _licences(name: str, vitals: Vitals | None, cards: Sequence[Card]) -> Iterator[Signal]:
    """What the licence carries was read for the router's cards, how many there are is read all the time."""
    for card in cards:
        for what, cap in card.limits.items():
            subject = name if len(cards) == 1 else f"{name}/{card.kind}"
            count = None if vitals is None else vitals.accounted if card.kind == "server" else vitals.sessions
            level = None if count is None or not cap else count / cap
            words = f"licence {safe(card.licence, 20)}: {count} of {cap} {safe(what, 40)}"
            yield Signal(Kind.LICENCE_CAP, subject, level, words)


def of_probes(records: Iterable[ProbeRecord], now: datetime) -> Iterator[Signal]:
    """By the newest result of each."""
    for record in records:
        subject = safe(f"{safe(record.suite, 80)}/{safe(record.probe, 100)}", _NAME)
        old = now - record.at > PROBES_OLD
        level = None if old else float(not record.ok)
        yield Signal(Kind.PROBE_FAILED, subject, level, f"{safe(record.outcome, 40)}: {safe(record.words, 300)}")


def of_files(run: "TimerRun | None", open_: Open, now: datetime) -> Iterator[Signal]:
    """Of files of routers that an agent keeps on a timer. run: its last one; None: there was none yet."""
    if run is None or run.outcome == "running":
        yield from (Signal(kind, subject, None) for kind, subject in open_ if kind is Kind.BACKUP_FAILED)
        return
    if run.outcome != "ok":
        yield Signal(Kind.BACKUP_FAILED, ROUND, 1, f"the round failed: {safe(run.outcome, 300)}")
        return
    files, every = run.figures.get("files"), run.figures.get("every")
    if isinstance(every, int | float):
        late = (now - run.began_at).total_seconds() > 2 * every + SOME_LATE
        yield Signal(Kind.BACKUP_FAILED, ROUND, float(late), f"the last round began {run.began_at:%Y-%m-%d %H:%M} UTC")
    for subject, told in files.items() if isinstance(files, dict) else ():
        error = told.get("error") or ""
        words = f"not kept: {safe(error, 300)}" if error else "kept"
        yield Signal(Kind.BACKUP_FAILED, safe(subject, _NAME), float(bool(error)), words)


def of_ends(failed: Iterable[tuple[str, int, int]], open_: Open) -> Iterator[Signal]:
    """Of vouchers whose end FAILED. failed: (router, batch, how many)."""
    found = {safe(f"{safe(router, 100)}/batch {batch}", _NAME): (batch, count) for router, batch, count in failed}
    for subject, (batch, count) in found.items():
        words = f"the end of {count} vouchers FAILED, and guests may get in: radiusbridge voucher resume {batch}"
        yield Signal(Kind.VOUCHER_END, subject, count, words)
    for kind, subject in open_:
        if kind is Kind.VOUCHER_END and subject not in found:
            yield Signal(kind, subject, 0, "none is left")


def of_stock(levels: Iterable[Level]) -> Iterator[Signal]:
    """Of vouchers, where it is said how many have to be ready."""
    for level in levels:
        place, words = safe(level.place, _NAME), f"{level.ready} vouchers are ready, {level.least} have to be"
        yield Signal(Kind.VOUCHER_STOCK, place, float(level.short), words)


def of_pairs(states: "Iterable[PairState]") -> Iterator[Signal]:
    """Servers and their standbys, as the newest health check has them."""
    for state in states:
        subject = safe(f"{state.active} and {state.standby}", _NAME)
        wrong = [*state.wrong]
        if state.behind or state.differs:
            wrong.append(f"{state.standby} is not in step: {state.step}")
        if state.pair.turned and state.pair.auto and not wrong:
            wrong.append(f"{state.active} took the place of {state.standby}; it works: radiusbridge standby failback")
        if state.pair.checked_at is None:
            yield Signal(Kind.STANDBY, subject, None)
        else:
            words = safe("; ".join(wrong), 300) or f"{state.active} is active, {state.standby} is in step"
            yield Signal(Kind.STANDBY, subject, float(bool(wrong)), words)
