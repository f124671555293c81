"""Whether anything was committed is told without reading it; PostgreSQL does not tell."""

from functools import partial

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.records import Profile


def add(name: str, unit: UnitOfWork) -> None:
    unit.profiles.add(Profile(name, 10_000_000, 20_000_000))


async def test_the_version_is_another_one_after_each_commit_and_after_nothing_else(database: Database) -> None:
    before = await database.version()
    assert await database.version() == before
    await database.read(lambda unit: unit.profiles.all())
    assert await database.version() == before

    def nothing(unit: UnitOfWork) -> None:
        unit.profiles.all()

    await database.write(nothing)
    assert await database.version() == before
    seen = [before]
    for name in ("10M", "20M", "50M"):
        await database.write(partial(add, name))
        seen.append(await database.version())
        assert await database.only_reading().version() == seen[-1]
    assert len(set(seen)) == (4 if before is not None else 1)
