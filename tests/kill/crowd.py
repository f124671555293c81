"""`python -m tests.kill.crowd PROCESSES EACH SEED`: so many processes change the customers of one database at once.

Each begins when all are ready, and writes a line of JSON for each change that was stored (`who`, `user`, `did`,
`token`).
"""

import asyncio
import json
import os
import random
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace

from radiusbridge.domain.errors import Refused
from radiusbridge.domain.records import Customer, Policy
from radiusbridge.services import access, customers, kicking, renewal
from radiusbridge.services.access import Manner
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.context import Context
from radiusbridge.services.settings import settings

DEADLINE = 60.0
"""Seconds, of which most operations need one: what a slow machine does later is no failure."""
MANNER = Manner(settle=0, deadline=DEADLINE)
_TRIES = 200


async def append(context: Context, user: str, token: str) -> None:
    """Whatever stands there then, and a word more."""
    await customers.edit(context, user, lambda old: replace(old, note=f"{old.note} {token}".strip()))


async def append_to_what_was_seen(context: Context, user: str, token: str) -> None:
    """As somebody at a screen does: told that another was faster, they look again."""
    for _ in range(_TRIES):
        seen = await context.database.read(lambda unit: unit.customers.find(user))
        written = f"{seen.address} {token}".strip()
        try:
            await customers.edit(context, user, _with_address(written), seen=seen)
        except Refused as error:
            if "somebody else changed this" not in error.summary:
                raise
        else:
            return
    raise AssertionError(f"{user} was never free")


def _with_address(text: str) -> Callable[[Customer], Customer]:
    return lambda old: replace(old, address=text)


async def move(context: Context, user: str, token: str) -> None:
    """What the server has to know, too."""
    number = int(token.partition(".")[2])
    address = f"10.9.{number}.{who_number(token)}"
    await customers.edit(context, user, lambda old: replace(old, static_address=address), settle=0, deadline=DEADLINE)


def who_number(token: str) -> int:
    return int(token.partition(".")[0].removeprefix("p")) + 1


async def isolate(context: Context, user: str, _token: str) -> None:
    await access.isolate(context, user, policy=Policy.REJECT, manner=MANNER)


async def activate(context: Context, user: str, _token: str) -> None:
    await access.activate(context, user, manner=MANNER)


async def renew(context: Context, user: str, token: str) -> None:
    await renewal.renew(context, user, note=token, manner=MANNER)


async def kick(context: Context, user: str, _token: str) -> None:
    await kicking.kick(context, user, deadline=DEADLINE)


WAYS: dict[str, Callable[[Context, str, str], Awaitable[None]]] = {
    each.__name__: each for each in (append, append_to_what_was_seen, move, isolate, activate, renew, kick)
}
_OFTEN = {"append": 3, "append_to_what_was_seen": 3, "move": 1, "isolate": 2, "activate": 2, "renew": 2, "kick": 1}


async def change(context: Context, chosen: random.Random, who: str, each: int) -> None:
    users = await context.database.read(lambda unit: [one.username for one in unit.customers.all()])
    for number in range(each):
        # some customers are wanted by everybody
        user = users[int(len(users) * chosen.random() ** 3)]
        [did] = chosen.choices([*_OFTEN], [*_OFTEN.values()])
        token = f"{who}.{number}"
        await WAYS[did](context, user, token)
        os.write(1, f"{json.dumps({'who': who, 'user': user, 'did': did, 'token': token})}\n".encode())
    await context.close()


def begin(number: int, each: int, seed: int, gate: int) -> int:
    """One of them; its exit status."""
    os.environ["RADIUSBRIDGE_OPERATOR"] = who = f"p{number}"
    context = open_context(settings(), "test")
    os.read(gate, 1)
    asyncio.run(change(context, random.Random(seed * 1000 + number), who, each))
    return 0


def main(processes: int, each: int, seed: int) -> int:
    gate, opening = os.pipe()
    children: list[int] = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            os.close(opening)
            status = 1
            try:
                status = begin(number, each, seed, gate)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        children.append(child)
    os.close(opening)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
