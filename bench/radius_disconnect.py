"""Client CPU for one signed Disconnect-Request: radiusbridge against pyrad's asynchronous client.

Both ask the same real FreeRADIUS in one run, in turns, 64 in flight. `python -m bench.radius_disconnect`
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from pyrad import packet
from pyrad.client_async import ClientAsync
from pyrad.dictionary import Dictionary

from radiusbridge.domain.secret import Secret
from radiusbridge.radius.client import RadiusClient, Tap
from radiusbridge.radius.dictionary import FILE
from radiusbridge.radius.outcome import Kind
from radiusbridge.radius.requests import disconnect_request
from tests.peers.freeradius import FreeRadiusDae
from tests.radius.support import Dice, LoopClock

IN_FLIGHT = 64
REQUESTS = 4000
ROUNDS = 5
GOAL = 0.5

Ask = Callable[[int], Awaitable[bool]]


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


async def _cpu_each(ask: Ask, requests: int) -> float:
    """Microseconds of this process's CPU for each request."""
    numbers = iter(range(requests))
    good = 0

    async def worker() -> None:
        nonlocal good
        for number in numbers:
            answered = await ask(number)
            good += answered

    started = time.process_time()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    spent = time.process_time() - started
    if good != requests:
        raise RuntimeError(f"{requests - good} of {requests} requests were not acknowledged")
    return spent / requests * 1e6


async def ours(server: FreeRadiusDae, requests: int, tap: Tap | None = None) -> float:
    """Microseconds of this process's CPU for each request by our client."""
    loop = asyncio.get_running_loop()
    async with RadiusClient(
        server.host, server.ports["dae"], Secret(server.secret), clock=LoopClock(), entropy=Dice(), tap=tap
    ) as client:

        async def ask(number: int) -> bool:
            request = disconnect_request(
                (
                    ("User-Name", f"user{number}"),
                    ("Acct-Session-Id", f"static-{number}"),
                    ("Framed-IP-Address", _address(number)),
                )
            )
            return (await client.send(request, deadline=loop.time() + 30)).kind is Kind.ACK

        return await _cpu_each(ask, requests)


async def _pyrads(server: FreeRadiusDae, requests: int, dictionary: Dictionary) -> float:
    client = ClientAsync(
        server.host, coa_port=server.ports["dae"], secret=server.secret.encode(), dict=dictionary, retries=3, timeout=2
    )
    await client.initialize_transports(enable_coa=True)

    async def ask(number: int) -> bool:
        request = client.CreateCoAPacket(
            code=packet.DisconnectRequest,
            message_authenticator=True,
            User_Name=f"user{number}",
            Acct_Session_Id=f"static-{number}",
            Framed_IP_Address=_address(number),
            Event_Timestamp=int(time.time()),
        )
        return bool((await client.SendPacket(request)).code == packet.DisconnectACK)

    try:
        return await _cpu_each(ask, requests)
    finally:
        await client.deinitialize_transports()


def run(requests: int = REQUESTS, rounds: int = ROUNDS) -> dict[str, Any]:
    """The medians in microseconds, their ratio, and the goal."""
    dictionary = Dictionary(str(FILE))
    measured, pyrads = [], []
    with tempfile.TemporaryDirectory() as directory, FreeRadiusDae(Path(directory)) as server:
        asyncio.run(ours(server, 500))
        for _ in range(rounds):
            measured.append(asyncio.run(ours(server, requests)))
            pyrads.append(asyncio.run(_pyrads(server, requests, dictionary)))
    return {
        "name": "signed Disconnect-Request, client CPU against pyrad's ClientAsync",
        "ours_us": round(median(measured), 1),
        "theirs_us": round(median(pyrads), 1),
        "ratio": round(median(measured) / median(pyrads), 3),
        "goal": GOAL,
        "met": median(measured) <= GOAL * median(pyrads),
    }


if __name__ == "__main__":
    result = run()
    print(
        "{name}: {ours_us} us against {theirs_us} us, ratio {ratio} (goal <= {goal}: {verdict})".format(
            verdict="met" if result["met"] else "MISSED", **result
        )
    )
