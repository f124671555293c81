"""A process of its own that works on a database until it is done, or kills itself in the middle.

    python -m tests.db.worker claim URL KEY OWNER
    python -m tests.db.worker die URL KEY before|after NUMBER

`claim` finishes all operations that it can claim, and prints each. `die` adds customers, prints each number after its
commit, and kills itself (SIGKILL) before or after the commit of that number.
"""

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

from radiusbridge.db.database import Database
from radiusbridge.db.hop import ThreadHop
from radiusbridge.db.keys import KeyFile
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.system import SystemClock
from tests.db import samples


def report(value: object) -> None:
    sys.stdout.write(f"{value}\n")
    sys.stdout.flush()


async def claim_all(database: Database, owner: str) -> list[int]:
    """Claim, prove and finish until nothing is claimable; the ids that were claimed."""
    mine: list[int] = []
    while candidates := await database.read(lambda uow: uow.operations.claimable(uow.now, 5)):
        for one in candidates:
            mine += await database.write(partial(carry_out, one.id, owner))
    return mine


def carry_out(operation_id: int, owner: str, uow: UnitOfWork) -> list[int]:
    taken = uow.operations.claim(operation_id, owner, uow.now, 60)
    if taken is None or taken.lease is None:
        return []
    uow.steps.append(operation_id, taken.lease.epoch, [samples.step(owner)])
    assert uow.operations.finish(operation_id, taken.lease.epoch, Verdict.PROVEN, [owner], uow.now)
    return [operation_id]


async def die(url: str, key: KeyFile, when: str, number: int) -> None:
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1
        if commits == number:
            os.kill(os.getpid(), signal.SIGKILL)

    hop = ThreadHop(before_commit=count) if when == "before" else ThreadHop(after_commit=count)
    database = Database.open(url, key=key, clock=SystemClock(), hop=hop)
    first = await database.write(samples.populate)
    report(first.number)
    while True:
        added = await database.write(
            lambda uow: uow.customers.add(samples.customer(1, 1, username=f"user{uow.customers.count()}"))
        )
        report(added.number)


async def main(kind: str, url: str, key_path: str, *rest: str) -> None:
    key = KeyFile(Path(key_path))
    if kind == "die":
        await die(url, key, rest[0], int(rest[1]))
        return
    database = Database.open(url, key=key, clock=SystemClock())
    for operation_id in await claim_all(database, rest[0]):
        report(operation_id)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
