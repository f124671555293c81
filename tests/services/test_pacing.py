"""How fast a bulk run goes and when its canary lets the rest go: by properties."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.bulk import GOOD, BulkRow, Outcome
from radiusbridge.domain.errors import BadInput
from radiusbridge.gateways.pulse import Pulse
from radiusbridge.services.bulk.pacing import LOOK_AGAIN, Brakes, CanarySays, Pace, Room, judge, next_canary

outcomes = st.lists(st.sampled_from(list(Outcome)), max_size=20)


@given(st.floats(0.1, 1000), st.lists(st.floats(0, 10), max_size=60))
def test_no_two_begin_closer_than_the_rate(rate: float, pauses: list[float]) -> None:
    pace, now, starts = Pace(rate), 0.0, list[float]()
    for pause in pauses:
        now += pause
        start = pace.reserve(now)
        assert start >= now
        starts.append(start)
        now = max(now, start)
    assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in itertools.pairwise(starts))


@given(st.lists(st.floats(0, 5), min_size=1, max_size=40), st.floats(0.5, 50))
def test_nobody_waits_longer_than_for_those_before(arrivals: list[float], rate: float) -> None:
    pace = Pace(rate)
    for count, now in enumerate(sorted(arrivals)):
        assert pace.reserve(now) <= now + (count + 1) / rate


def test_without_a_rate_nothing_waits() -> None:
    pace = Pace(0)
    assert [pace.reserve(5.0) for _ in range(3)] == [5.0] * 3


@given(outcomes, st.integers(0, 50), st.integers(0, 6), st.booleans())
def test_the_canary(ended: list[Outcome], left: int, size: int, accepting: bool) -> None:
    brakes = Brakes(canary=size, accept_unproven=accepting)
    says = judge(ended, left, brakes)
    bad = Outcome.FAILED in ended or (Outcome.UNPROVEN in ended and not accepting)
    good = sum(each in GOOD for each in ended)
    if size and bad:
        assert says is CanarySays.STOP
    elif good >= size:
        assert says is CanarySays.GO
    elif left:
        assert says is CanarySays.MORE
    else:
        assert says is (CanarySays.GO if good else CanarySays.STOP)


rows = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=30).map(
    lambda kinds: [
        BulkRow(number, server, f"C-{number}", "u", sequence=number, operation_id=number if begun else None)
        for number, (server, begun) in enumerate(kinds, 1)
    ]
)


@given(rows, st.sets(st.integers(1, 4)), st.integers(0, 5))
def test_the_next_canaries_avoid_dark_servers_and_finish_what_was_begun(
    waiting: list[BulkRow], dark: set[int], missing: int
) -> None:
    chosen = next_canary(waiting, dark, missing)
    assert all(row.server_id not in dark for row in chosen)
    begun = [row for row in waiting if row.operation_id is not None and row.server_id not in dark]
    if begun:
        assert chosen == begun
    else:
        assert len(chosen) == min(missing, Counter(row.server_id in dark for row in waiting)[False])
        assert chosen == sorted(chosen, key=lambda row: row.sequence)


def test_brakes_are_checked_and_stored() -> None:
    brakes = Brakes(per_second=2.5, canary=1, accept_unproven=True)
    assert Brakes.from_json(brakes.as_json()) == brakes
    assert Brakes.from_json({}) == Brakes()
    for wrong in ({"per_second": -1}, {"server_per_second": 1001}, {"side_by_side": 0}, {"canary": -1}):
        with pytest.raises(BadInput):
            Brakes.from_json(wrong)


def test_places_halve_while_a_router_is_slow_and_come_back_one_by_one() -> None:
    room, seen = Room(48), list[int]()
    for second in range(120):
        slow = 10 <= second < 20
        room.heard(second * LOOK_AGAIN, 9.0 if slow else 1.2, 0.9 if slow else 0.05)
        seen.append(room.places)
    assert seen[9] == 48
    assert seen[10:14] == [24, 12, 6, 6], "an eighth is kept"
    assert seen[20:24] == [7, 8, 9, 10]
    assert seen[-1] == 48


@given(st.integers(1, 200), st.lists(st.tuples(st.floats(0, 3), st.floats(1, 50), st.floats(0, 5)), max_size=60))
def test_places_stay_within_bounds_and_change_no_faster_than_they_are_measured(
    most: int, answers: list[tuple[float, float, float]]
) -> None:
    room, now, changed = Room(most), 0.0, -LOOK_AGAIN
    for pause, stretch, seconds in answers:
        now, before = now + pause, room.places
        room.heard(now, stretch, seconds)
        assert max(1, most // 8) <= room.places <= most
        if room.places != before:
            assert now - changed >= LOOK_AGAIN
            changed = now


def test_a_pulse_is_measured_against_each_commands_own_best() -> None:
    pulse = Pulse()
    for _ in range(50):
        pulse.heard("/user-manager/user/print", 0.02)
        pulse.heard("/ppp/active/print", 0.4)
    assert pulse.stretch < 1.1, "a long list is no slow router"
    for _ in range(20):
        pulse.heard("/user-manager/user/print", 0.5)
    assert pulse.stretch > 20
    assert pulse.seconds > 0.4
    for _ in range(5000):
        pulse.heard("/user-manager/user/print", 0.5)
    assert pulse.stretch < 1.5, "a way that is longer for good is the new measure"
