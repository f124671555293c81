"""Requests a second, CPU for each, and memory of a long stream: radiusbridge against radclient.

Both ask the same FreeRADIUS in one run, in turns, for 20,000 requests that all differ. What radclient needs to start
(dictionaries) is measured by a file of one request and taken off its time; reading its file is not, as our time
includes making every request from text. Lost means unanswered after retransmission.
radclient gets slower with its file, so a shorter one flatters it. `python -m bench.radius_load`
"""

import asyncio
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from radiusbridge.domain.secret import Secret
from radiusbridge.radius.outcome import Kind as Answer
from radiusbridge.radius.requests import Request, access_request, disconnect_request
from radiusbridge.radius.stream import RadiusStream
from radiusbridge.services.system import SystemClock, SystemEntropy
from tests.peers.freeradius import FreeRadius, FreeRadiusAuth, FreeRadiusDae

REQUESTS = 20_000
ROUNDS = 5
STREAMED = 1_000_000
MEMORY_GOAL = 100.0  # MiB
PASSWORD = "alice-pw-1"

_RECEIVE_BUFFER = "\n    recv_buff = 1048576"


class LoadAuth(FreeRadiusAuth):
    """With a receive buffer for 256 requests at once; the default one holds fewer than 200 and drops the others."""

    def config(self) -> str:
        port = f"port = {self.ports['auth']}"
        return super().config().replace(port, port + _RECEIVE_BUFFER)


class LoadDae(FreeRadiusDae):
    """The same for Disconnect-Requests."""

    def config(self) -> str:
        port = f"port = {self.ports['dae']}"
        return super().config().replace(port, port + _RECEIVE_BUFFER)


@dataclass(frozen=True)
class Kind:
    """One kind of request, for both clients."""

    name: str
    command: str
    port: str
    good: Answer

    def requests(self, count: int) -> Iterator[tuple[None, Request]]:
        for number in range(count):
            yield None, self.request(number)

    def request(self, number: int) -> Request:
        if self.command == "auth":
            return access_request(
                "alice",
                Secret(PASSWORD),
                nas_ip_address="192.0.2.1",
                service_type=None,
                framed_protocol=None,
                nas_port_type=None,
                extra=(("NAS-Port", number),),
            )
        return disconnect_request(
            (
                ("User-Name", f"user{number}"),
                ("Acct-Session-Id", f"static-{number}"),
                ("Framed-IP-Address", _address(number)),
            )
        )

    def text(self, number: int) -> str:
        if self.command == "auth":
            return (
                f'User-Name = "alice"\nUser-Password = "{PASSWORD}"\nNAS-IP-Address = 192.0.2.1\n'
                f"NAS-Port = {number}\nMessage-Authenticator = 0x00\n"
            )
        return (
            f'User-Name = "user{number}"\nAcct-Session-Id = "static-{number}"\n'
            f"Framed-IP-Address = {_address(number)}\nMessage-Authenticator = 0x00\n"
        )


AUTH = Kind("Access-Requests (PAP, signed)", "auth", "auth", Answer.ACCEPT)
DISCONNECT = Kind("Disconnect-Requests (signed)", "disconnect", "dae", Answer.ACK)


@dataclass(frozen=True)
class Run:
    """One measurement. cpu, server_cpu: microseconds for a request."""

    rate: float
    cpu: float
    server_cpu: float
    lost: int
    again: int = 0


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _server_cpu(server: FreeRadius) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _stream(server: FreeRadius, kind: Kind, count: int, window: int) -> tuple[int, int]:
    """How many were answered well, and how many sendings it took beyond the first."""
    stream: RadiusStream[None] = RadiusStream(
        server.host,
        server.ports[kind.port],
        Secret(server.secret),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        window=window,
    )
    good = again = 0
    async with aclosing(stream.run(kind.requests(count))) as batches:
        async for batch in batches:
            for _, outcome in batch:
                good += outcome.kind is kind.good
                again += outcome.sends - 1
    return good, again


def ours(server: FreeRadius, kind: Kind, count: int, window: int) -> Run:
    """One stream of different requests."""
    before = _server_cpu(server)
    began, cpu = time.perf_counter(), time.process_time()
    good, again = asyncio.run(_stream(server, kind, count, window))
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    used = _server_cpu(server) - before
    return Run(count / seconds, spent / count * 1e6, used / count * 1e6, count - good, again)


def radclient(server: FreeRadius, kind: Kind, file: Path, total: int, window: int, repeat: int = 1) -> Run:
    """The whole run of one radclient process, as it is."""
    before, children = _server_cpu(server), resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    command = ["radclient", "-q", "-s", "-r", "3", "-t", "2", "-c", str(repeat), "-p", str(window), "-f", str(file)]
    target = f"{server.host}:{server.ports[kind.port]}"
    said = subprocess.run(
        [*command, "-S", str(server.secret_file), target, kind.command], capture_output=True, text=True, check=False
    ).stdout
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    accepted = re.search(r"Accepted\s*: (\d+)", said)
    lost = total - int(accepted.group(1) if accepted else 0)
    return Run(total / seconds, spent / total * 1e6, (_server_cpu(server) - before) / total * 1e6, lost)


def compare(
    server: FreeRadius, kind: Kind, folder: Path, *, window: int, goal: float, count: int, rounds: int
) -> tuple[dict[str, Any], list[Run], list[Run]]:
    """Both in turns; radclient's start is taken off its time."""
    file = folder / f"{kind.command}.all"
    file.write_text("\n".join(kind.text(number) for number in range(count)))
    one = folder / f"{kind.command}.one"
    one.write_text(kind.text(0))
    start = median(1 / radclient(server, kind, one, 1, 1).rate for _ in range(rounds))
    own, their = [], []
    ours(server, kind, 2000, window)
    for _ in range(rounds):
        own.append(ours(server, kind, count, window))
        their.append(radclient(server, kind, file, count, window))
    our_rate = median(run.rate for run in own)
    their_rate = median(count / (count / run.rate - start) for run in their)
    ratios = sorted(
        round(mine.rate / (count / (count / his.rate - start)), 2) for mine, his in zip(own, their, strict=True)
    )
    lost = sum(run.lost for run in own)
    found = {
        "name": f"{count:,} different {kind.name}, {window} in flight, requests/s against radclient -p {window}",
        "ours_per_s": round(our_rate),
        "radclient_per_s": round(their_rate),
        "ratio": round(our_rate / their_rate, 2),
        "ratios_of_the_rounds": ratios,
        "goal": f">= {goal}, none lost",
        "met": our_rate >= goal * their_rate and not lost,
        "our_lost": lost,
        "our_retransmissions": sum(run.again for run in own),
        "radclient_lost": sum(run.lost for run in their),
        "server_cpu_us_with_us": round(median(run.server_cpu for run in own), 1),
        "server_cpu_us_with_radclient": round(median(run.server_cpu for run in their), 1),
        "all_cores_allow_us_per_s": _bound(own),
    }
    return found, own, their


def _bound(runs: list[Run]) -> int:
    """Requests a second if every core of the machine did nothing else than this client's and the server's work."""
    return round((os.cpu_count() or 1) * 1e6 / median(run.cpu + run.server_cpu for run in runs))


def _cpu(kind: Kind, own: list[Run], their: list[Run]) -> dict[str, Any]:
    mine, his = median(run.cpu for run in own), median(run.cpu for run in their)
    return {
        "name": f"client CPU for one of the {kind.name} at 256 in flight, against radclient's",
        "ours_us": round(mine, 1),
        "radclient_us": round(his, 1),
        "ratio": round(mine / his, 2),
        "goal": "<= 0.5",
        "met": mine <= 0.5 * his,
    }


def ceiling(server: FreeRadius, kind: Kind, folder: Path, count: int) -> dict[str, Any]:
    """What radclient does with a file of 64 requests, each repeated: not the same work, printed beside."""
    file = folder / f"{kind.command}.64"
    file.write_text("\n".join(kind.text(number) for number in range(64)))
    repeat = count // 64
    run = radclient(server, kind, file, 64 * repeat, 64, repeat)
    return {
        "name": f"radclient's ceiling: 64 {kind.name} repeated with -c (no goal)",
        "radclient_per_s": round(run.rate),
        "lost": run.lost,
        "ratio": "-",
    }


def memory(server: FreeRadius, folder: Path, count: int) -> dict[str, Any]:
    """A long file streamed by a process of its own."""
    file = folder / "long"
    with file.open("w") as out:
        for number in range(count):
            out.write(AUTH.text(number) + "\n")
    command = [
        sys.executable,
        "-m",
        "bench.radius_load",
        "--stream",
        str(file),
        str(count // 10),
        str(server.ports["auth"]),
    ]
    began = time.perf_counter()
    said = subprocess.run(
        [*command, str(server.secret_file)], capture_output=True, text=True, check=True
    ).stdout.split()
    seconds = time.perf_counter() - began
    good, early, late = int(said[0]), float(said[1]), float(said[2])
    return {
        "name": f"{count:,} requests streamed from a file: resident memory at the end in MiB",
        "ratio": round(late / early, 3),
        "mib_after_a_tenth": early,
        "mib_at_the_end": late,
        "per_s": round(count / seconds),
        "lost": count - good,
        "goal": f"flat, below {MEMORY_GOAL:.0f}",
        "met": late < MEMORY_GOAL and late < 1.1 * early and good == count,
    }


def _read(file: Path) -> Iterator[tuple[None, Request]]:
    """The Access-Requests of such a file, one at a time."""
    given: dict[str, str] = {}
    with file.open() as lines:
        for line in lines:
            name, separator, value = line.strip().partition(" = ")
            if separator:
                given[name] = value.strip('"')
                continue
            yield (
                None,
                access_request(
                    given["User-Name"],
                    Secret(given["User-Password"]),
                    nas_ip_address=given["NAS-IP-Address"],
                    service_type=None,
                    framed_protocol=None,
                    nas_port_type=None,
                    extra=(("NAS-Port", int(given["NAS-Port"])),),
                ),
            )


def _resident() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


async def _stream_file(file: Path, tenth: int, port: int, secret: str) -> None:
    """The child: prints how many were accepted, and the resident MiB after a tenth and at the end."""
    stream: RadiusStream[None] = RadiusStream(
        "127.0.0.1", port, Secret(secret), clock=SystemClock(), entropy=SystemEntropy()
    )
    good, early = 0, 0.0
    async with aclosing(stream.run(_read(file))) as batches:
        async for batch in batches:
            good += sum(outcome.kind is AUTH.good for _, outcome in batch)
            if not early and good >= tenth:
                early = _resident()
    print(good, early, _resident())


def run(count: int = REQUESTS, rounds: int = ROUNDS, streamed: int = STREAMED) -> list[dict[str, Any]]:
    """Every row of the table."""
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        for kind, make in ((AUTH, LoadAuth), (DISCONNECT, LoadDae)):
            with make(folder / kind.command) as server:
                found, own, their = compare(server, kind, folder, window=256, goal=2.0, count=count, rounds=rounds)
                rows += [found, _cpu(kind, own, their)]
                found, _, _ = compare(server, kind, folder, window=16, goal=8.0, count=count, rounds=rounds)
                rows += [found, ceiling(server, kind, folder, count)]
                if kind is AUTH:
                    rows.append(memory(server, folder, streamed))
    return rows


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--stream"]:
        file, tenth, port, secret_file = arguments[1:]
        asyncio.run(_stream_file(Path(file), int(tenth), int(port), Path(secret_file).read_text().strip()))
        return
    for row in run():
        print(row)


if __name__ == "__main__":
    main(sys.argv[1:])
