"""Load: the pace, the percentiles, and a load on a virtual clock."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise, repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.radius.load import Load, LoadPlan, RoundTrips, Tally
from radiusbridge.radius.outcome import Kind, Outcome
from radiusbridge.radius.requests import Request, status_request
from radiusbridge.radius.stream import RadiusStream
from tests.radius.support import SECRET, Answer, Dice, LoopClock, MemoryNetwork, run_virtually
from tests.radius.test_accounting_and_status import reply


@given(st.floats(0.1, 1000), st.floats(0, 20), st.integers(1, 5000))
def test_a_ramp_rises_evenly_to_the_rate(rate: float, ramp: float, count: int) -> None:
    pace = LoadPlan(rate=rate, ramp=ramp, count=1).pace()
    assert pace is not None
    times = [pace(number) for number in range(count)]
    assert times[0] == 0.0 or ramp == 0.0
    assert all(later >= earlier for earlier, later in pairwise(times))
    by_then = rate * ramp / 2
    for number, when in enumerate(times):
        if when <= ramp:
            assert rate * when * when / (2 * ramp or 1) == pytest.approx(number, abs=1e-6 * (1 + number))
        else:
            assert by_then + (when - ramp) * rate == pytest.approx(number, abs=1e-6 * (1 + number))


@given(st.lists(st.floats(1e-6, 60), min_size=1, max_size=300), st.sampled_from([1.0, 50.0, 90.0, 99.0, 99.9, 100.0]))
def test_percentiles_are_right_to_five_percent_and_the_histogram_counts_all(times: list[float], percent: float) -> None:
    trips = RoundTrips()
    for seconds in times:
        trips.add(seconds)
    at = max(0, -int(-len(times) * percent // 100) - 1)
    true = sorted(times)[min(at, len(times) - 1)]
    found = trips.percentile(percent)
    assert found is not None
    assert true * 0.95 <= found <= true * 1.05
    rows = trips.histogram()
    assert sum(count for _, _, count in rows) == len(times)
    for low, high, count in rows:
        assert count == sum(low <= seconds < high for seconds in times)
    assert rows[0][2]
    assert rows[-1][2]


def test_nothing_measured_is_nothing_said() -> None:
    trips = RoundTrips()
    assert (trips.mean, trips.percentile(50), trips.histogram()) == (None, None, [])
    trips.add(0.0)
    trips.add(1e6)
    assert trips.percentile(100) == 1e6


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rate": 0.0, "count": 1},
        {"rate": 1e9, "count": 1},
        {"rate": float("nan"), "count": 1},
        {"count": 0},
        {"seconds": -1.0},
        {"seconds": float("nan")},
        {"ramp": 1.0, "count": 1},
        {"in_flight": 0, "count": 1},
        {"timeout": 61.0, "count": 1},
    ],
)
def test_senseless_plans_are_bad_input(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        LoadPlan(**options)


def test_the_tally_keeps_the_ends_apart_and_counts_a_loss_with_its_time() -> None:
    tally = Tally()
    for outcome in (
        Outcome(Kind.ACCEPT, 1, 0.1, 0.1, unsigned=True),
        Outcome(Kind.REJECT, 3, 2.5, 0.1),
        Outcome(Kind.SILENCE, 4, 5.0),
        Outcome(Kind.NOT_SENT),
    ):
        tally.add(outcome)
    assert dict(tally.outcomes) == {"accept": 1, "reject": 1, "silence": 1, "not-sent": 1}
    assert (tally.ended, tally.answered, tally.again, tally.unsigned) == (4, 2, 5, 1)
    assert tally.round_trips.most == 2.5


def pressed(answer: Answer, plan: LoadPlan, stop_after: int | None = None) -> tuple[MemoryNetwork, Load, float]:
    network = MemoryNetwork(answer)
    clock = LoopClock()
    stream: RadiusStream[None] = RadiusStream(
        "192.0.2.1", 1812, SECRET, clock=clock, entropy=Dice(), sockets=network, window=plan.in_flight
    )
    load = Load(stream, plan, clock)

    def stop(tally: Tally) -> None:
        if stop_after is not None and tally.ended >= stop_after:
            load.stop()

    async def main() -> float:
        await load.run(repeat(status_request()), stop)
        return asyncio.get_running_loop().time()

    return network, load, run_virtually(main())


def test_a_load_keeps_rate_time_and_count() -> None:
    def answer(raw: bytes) -> list[tuple[float, bytes]]:
        return [(0.01, reply(raw, 2))]

    network, load, took = pressed(answer, LoadPlan(rate=50, seconds=4.0))
    assert len(network.sent) == load.tally.answered == 200
    assert 3.9 < took < 4.2
    assert load.tally.round_trips.percentile(99) == pytest.approx(0.01, rel=0.05)
    network, load, took = pressed(answer, LoadPlan(rate=50, ramp=2.0, count=100, seconds=60.0))
    assert len(network.sent) == 100
    assert took == pytest.approx(3.0, abs=0.2)
    network, load, _ = pressed(answer, LoadPlan(count=500, in_flight=10))
    assert load.tally.answered == 500
    assert not load.stopped


def test_a_stopped_load_waits_once_for_what_is_on_the_wire() -> None:
    quick = LoadPlan(rate=1000, count=100_000, in_flight=50)
    network, load, _ = pressed(lambda raw: [(0.01, reply(raw, 2))], quick, stop_after=100)
    assert load.stopped
    assert load.tally.ended == load.tally.answered == len(network.sent) < 1000

    calls = 0

    def silent_after(raw: bytes) -> list[tuple[float, bytes]]:
        nonlocal calls
        calls += 1
        return [(0.01, reply(raw, 2))] if calls <= 100 else []

    network = MemoryNetwork(silent_after)
    clock = LoopClock()
    stream: RadiusStream[None] = RadiusStream(
        "192.0.2.1", 1812, SECRET, clock=clock, entropy=Dice(), sockets=network, window=50
    )
    load = Load(stream, quick, clock)

    async def twice() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(1.0, load.stop)
        loop.call_later(1.5, load.stop)
        await load.run(endless())
        return loop.time()

    assert run_virtually(twice()) == pytest.approx(1.5, abs=0.1)
    assert load.tally.outcomes == {"accept": 100, "silence": 50}


def endless() -> Iterator[Request]:
    while True:
        yield status_request()
