"""The brakes of a NAS and its server: by properties over whatever may happen, and one by one."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.brakes import NOWHERE, BrakeState, Limits, Strain, may_miss

NASES = ("nas1", "nas2", "nas3")
moves = st.lists(
    st.tuples(st.floats(0.01, 3.0), st.sampled_from(NASES), st.floats(0, 1)), min_size=1, max_size=200
)  # fmt: skip
LIMITS = Limits(per_nas=2.0, per_server=4.0, batch=5, back_within=30.0)


def most_within(times: list[float], seconds: float) -> int:
    return max((sum(at <= other < at + seconds for other in times) for at in times), default=0)


@given(moves)
def test_no_nas_is_ahead_of_its_rate_nor_of_its_batches(happening: list[tuple[float, str, float]]) -> None:
    state, now, row = BrakeState(LIMITS), 0.0, 0
    begun: dict[str, list[tuple[float, int]]] = {name: [] for name in NASES}
    out: set[int] = set()
    for pause, name, share in happening:
        now += pause
        while state.may_go(now, [name])[name]:
            row += 1
            state.begun(now, row, frozenset({name}))
            begun[name].append((now, row))
            out.add(row)
        for each in sorted(out)[: round(share * len(out))]:
            state.back(each)
            out.discard(each)
        for rows in begun.values():
            full = len(rows) // LIMITS.batch * LIMITS.batch
            over = rows[: full - LIMITS.batch] if full == len(rows) else rows[:full]
            # of each batch before the last one enough were back once; who was missing then may be missing still
            assert sum(each in out for _, each in over) <= len(over) // LIMITS.batch * may_miss(LIMITS.batch)
    for rows in begun.values():
        assert most_within([at for at, _ in rows], 1.0) <= LIMITS.per_nas + 1
    assert most_within([at for rows in begun.values() for at, _ in rows], 1.0) <= LIMITS.per_server + 1


def put_out(state: BrakeState, rows: Iterable[int], nas: str = "nas1", at: float = 0.0) -> None:
    for row in rows:
        state.begun(at, row, frozenset({nas}))


def test_a_batch_that_does_not_come_back_sets_its_nas_aside_and_no_other() -> None:
    state = BrakeState(Limits(batch=10, back_within=30.0))
    put_out(state, range(10))
    for row in range(8):
        state.back(row)
    assert state.may_go(1.0, NASES) == {"nas1": 0, "nas2": 10, "nas3": 10}
    assert state.asides(30.0) == {}
    assert state.asides(30.1) == {"nas1": "8 of 10 are back after 30 s"}
    state.back(8)
    assert state.asides(30.2) == {}
    assert state.may_go(30.2, NASES)["nas1"] == 10


def test_who_is_on_no_list_only_keeps_the_servers_pace() -> None:
    state = BrakeState(LIMITS)
    state.begun(0.0, 1, frozenset())
    assert state.may_go(0.0, [NOWHERE]) == {NOWHERE: 0}
    assert state.may_go(0.25, [NOWHERE, "nas1"]) == {NOWHERE: 1, "nas1": 1}
    assert state.wake(0.0, [NOWHERE]) == 0.25


def test_the_canary_has_to_come_back_but_for_one() -> None:
    state = BrakeState(Limits(batch=5, back_within=30.0), canary=True)
    put_out(state, [1, 2, 3])
    state.canary_over()
    assert state.may_go(1.0, ["nas2"]) == {"nas2": 0}
    state.back(1)
    assert state.stop(30.0) == ""
    assert state.stop(31.0) == "canary: 1 of 3 are back after 30 s"
    state.back(3)
    assert state.stop(31.0) == ""
    assert state.may_go(31.0, ["nas1"]) == {"nas1": 5}


def test_a_list_that_cannot_be_read_holds_up_its_nas() -> None:
    state = BrakeState(LIMITS)
    state.listed(0.0, "nas1", readable=False)
    state.listed(10.0, "nas1", readable=False)
    assert state.may_go(10.0, ["nas1", "nas2"]) == {"nas1": 0, "nas2": 1}
    assert state.asides(31.0) == {"nas1": "its list cannot be read for 30 s"}
    state.listed(32.0, "nas1", readable=True)
    assert (dict(state.asides(32.0)), state.may_go(32.0, ["nas1"])["nas1"]) == ({}, 1)


def test_timeouts_of_all_nases_count_also_over_a_reset() -> None:
    state = BrakeState(Limits(timeouts=10))
    for nas, counts in {"nas1": (100, 103, 103), "nas2": (7, None, 9, 2)}.items():
        for count in counts:
            state.strained(nas, Strain(timeouts=count))
    assert state.stop(0.0) == "", "3 of nas1, 2 of nas2, and 2 after its reset"
    state.strained("nas2", Strain(timeouts=5))
    assert state.stop(0.0) == "10 RADIUS requests timed out, 7 of them of nas2"


def test_a_risen_cpu_counts_when_it_stays() -> None:
    state = BrakeState(Limits(cpu_rise=40))
    for load in (20, 65, 30, 60, None, 70):
        assert state.stop(0.0) == ""
        state.strained("nas1", Strain(cpu=load))
    assert state.stop(0.0) == "the CPU of nas1 rose from 20 % to 70 %"
