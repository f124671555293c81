"""Kept probe results: sums, percentiles by nearest rank, the last failure, and forgetting; on both dialects."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import UnknownName
from radiusbridge.domain.probe_runs import SINGLE, ProbeHistory, ProbeRecord
from tests.db import samples
from tests.db.conftest import START

RECORD = ProbeRecord(START, "north", "login", "um-1", "auth", "pap", "accept", True, 0, 0.1, "Access-Accept")


async def kept(database: Database, records: list[ProbeRecord]) -> tuple[ProbeHistory, ...]:
    """What these records come to, and nothing else."""

    def work(unit: UnitOfWork) -> None:
        unit.probe_results.forget(START + timedelta(days=10_000))
        unit.probe_results.add_all(records)

    await database.write(work)
    return await database.read(lambda unit: unit.probe_results.history())


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.none() | st.floats(0, 60), st.booleans(), st.integers(0, 1000)),
        min_size=1,
        max_size=120,
    )
)
async def test_sums_and_percentiles(database: Database, ends: list[tuple[str, float | None, bool, int]]) -> None:
    records = [
        replace(RECORD, probe=probe, elapsed=took, ok=ok, at=START + timedelta(seconds=at), words=str(number))
        for number, (probe, took, ok, at) in enumerate(ends)
    ]
    found = {one.probe: one for one in await kept(database, records)}
    assert set(found) == {record.probe for record in records}
    for probe, one in found.items():
        own = [record for record in records if record.probe == probe]
        times = sorted(record.elapsed for record in own if record.elapsed is not None)
        bad = [record for record in own if not record.ok]
        assert (one.runs, one.good, one.answered) == (len(own), len(own) - len(bad), len(times))
        assert (one.first, one.last) == (min(record.at for record in own), max(record.at for record in own))
        for share, value in ((50, one.p50), (95, one.p95), (99, one.p99)):
            assert value == (times[ceil(share * len(times) / 100) - 1] if times else None)
        assert one.last_failure == (bad[-1] if bad else None)


async def test_what_is_asked_for(database: Database) -> None:
    late = START + timedelta(days=2)
    await kept(database, [RECORD, replace(RECORD, at=late), replace(RECORD, suite="south", at=late)])

    async def ask(probe: str = "", suite: str = "", since: datetime | None = None) -> list[tuple[str, int]]:
        found = await database.read(lambda unit: unit.probe_results.history(probe, suite, since))
        return [(one.suite, one.runs) for one in found]

    assert await ask() == [("north", 2), ("south", 1)]
    assert await ask(suite="north", since=START + timedelta(days=1)) == [("north", 1)]
    assert await ask(probe="login", suite="south") == [("south", 1)]
    assert await ask(since=START + timedelta(days=3)) == []
    for probe, suite in (("logn", ""), ("", "west\0")):
        with pytest.raises(UnknownName):
            await ask(probe, suite)
    assert await database.write(lambda unit: unit.probe_results.forget(START + timedelta(days=1))) == 1
    assert await ask() == [("north", 1), ("south", 1)]


async def test_what_is_known_of_a_customer_and_single_probes(database: Database) -> None:
    def work(unit: UnitOfWork) -> int:
        budi = samples.populate(unit).id
        single = replace(RECORD, suite=SINGLE, probe="budi/um", customer_id=budi)
        later = replace(single, at=START + timedelta(hours=1))
        unit.probe_results.add_all([replace(RECORD, customer_id=budi), RECORD, single, later])
        return budi

    budi = await database.write(work)
    of_budi = await database.read(lambda unit: unit.probe_results.of_customer(budi, 2))
    assert [(each.suite, each.at) for each in of_budi] == [(SINGLE, START + timedelta(hours=1)), (SINGLE, START)]
    assert await database.read(lambda unit: unit.probe_results.singles(5)) == of_budi[:1]
    assert [each.suite for each in await database.read(lambda unit: unit.probe_results.history())] == ["north"]
    with pytest.raises(UnknownName):
        await database.read(lambda unit: unit.probe_results.history("budi/um"))
