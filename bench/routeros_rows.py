"""Rows a second read by our connection against plain librouteros, from a process that replays recorded octets.

Ratio of medians over alternated rounds, and memory while 1,000,000 rows stream through.
"""

import asyncio
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

ROWS = 20_000
ROUNDS = 5
STREAMED = 1_000_000
USER, PASSWORD = "noc", "x"


def rows_of_users(count: int) -> bytes:
    from librouteros.protocol import encode_sentence

    return b"".join(
        encode_sentence(
            "!re", ".tag=%TAG%", f"=.id=*{number:X}", f"=name=customer{number:05}", "=service=pppoe",
            f"=caller-id=4C:5E:0C:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:{number & 255:02X}",
            f"=address=10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", "=uptime=1w2d03:04:05",
            "=encoding=", f"=session-id=0x8130{number & 0xFFFF:04x}", "=limit-bytes-in=0", "=limit-bytes-out=0",
            "=radius=true", encoding="ascii",
        )
        for number in range(count)
    )  # fmt: skip


def replay() -> None:
    """The child: prints its port, then answers `/login`, and each print with the recorded rows, tagged as asked."""
    import socketserver

    from librouteros.protocol import encode_sentence

    mark = encode_sentence(".tag=%TAG%", encoding="ascii")[:-1]
    recorded = rows_of_users(ROWS)
    untagged = recorded.replace(mark, b"")

    class Handler(socketserver.StreamRequestHandler):
        def sentence(self) -> list[str]:
            words = []
            while length := (self.rfile.read(1) or b"\0")[0]:
                words.append(self.rfile.read(length).decode())
            return words

        def handle(self) -> None:
            while words := self.sentence():
                tag = next((word for word in words if word.startswith(".tag=")), "")
                end = encode_sentence("!done", *([tag] if tag else []), encoding="ascii")
                if words[0] == "/login":
                    self.wfile.write(end)
                    continue
                if words[0] == "/cancel":
                    continue
                octets = recorded.replace(mark, encode_sentence(tag, encoding="ascii")[:-1]) if tag else untagged
                repeat = next((int(word.rpartition("=")[2]) for word in words if word.startswith("=repeat=")), 1)
                for _ in range(repeat):
                    self.wfile.write(octets)
                self.wfile.write(end)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        while True:
            server.handle_request()


def stock(port: int) -> float:
    """Seconds that librouteros's synchronous API, its fastest way, takes for the rows."""
    from librouteros import connect

    api = connect("127.0.0.1", USER, PASSWORD, port=port)
    began = time.perf_counter()
    rows = list(api.rawCmd("/ppp/active/print"))
    seconds = time.perf_counter() - began
    api.close()
    assert len(rows) == ROWS
    return seconds


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.perf_counter()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _open(port: int) -> Any:
    from radiusbridge.domain.secret import Secret
    from radiusbridge.routeros.connection import Connection
    from radiusbridge.routeros.endpoint import ApiEndpoint

    return await Connection.open(ApiEndpoint("bench", "127.0.0.1", port, USER, Secret(PASSWORD)), clock=_Clock())


async def ours(port: int) -> float:
    """Seconds that our connection takes for the same rows."""
    link = await _open(port)
    began = time.perf_counter()
    result = await link.call("/ppp/active/print", deadline=120)
    seconds = time.perf_counter() - began
    await link.close()
    assert len(result.rows) == ROWS
    return seconds


def resident() -> float:
    """The most memory that this process ever had resident, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def memory(port: int) -> tuple[float, float, float]:
    """Resident MiB after the first tenth and after all of a long stream, and the stream's seconds."""
    link = await _open(port)
    began = time.perf_counter()
    count, early = 0, 0.0
    async with link.stream("/ppp/active/print", {"repeat": STREAMED // ROWS}) as rows:
        async for _ in rows:
            count += 1
            if count == STREAMED // 10:
                early = resident()
    seconds = time.perf_counter() - began
    await link.close()
    assert count == STREAMED
    return early, resident(), seconds


def run() -> dict[str, Any]:
    """Measure: rows a second of both, their ratio (goal 3), and memory over the long stream."""
    child = subprocess.Popen([sys.executable, __file__, "--replay"], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        port = int(child.stdout.readline())
        early, late, seconds = asyncio.run(memory(port))  # first, so that nothing else has raised the mark
        theirs, own = [], []
        for _ in range(ROUNDS):
            theirs.append(stock(port))
            own.append(asyncio.run(ours(port)))
    finally:
        child.terminate()
        child.wait()
        child.stdout.close()
    return {
        "name": "routeros rows",
        "librouteros_rows_per_s": round(ROWS / statistics.median(theirs)),
        "our_rows_per_s": round(ROWS / statistics.median(own)),
        "ratio": round(statistics.median(theirs) / statistics.median(own), 2),
        "goal": ">= 3",
        "met": statistics.median(theirs) >= 3 * statistics.median(own),
        "streamed_rows": STREAMED,
        "streamed_rows_per_s": round(STREAMED / seconds),
        "resident_mib_after_a_tenth": round(early, 1),
        "resident_mib_at_the_end": round(late, 1),
    }


def main() -> None:
    if "--replay" in sys.argv:
        replay()
        return
    found = run()
    print(
        f"rows: ours {found['our_rows_per_s']:,}/s, librouteros {found['librouteros_rows_per_s']:,}/s, "
        f"ratio {found['ratio']} (goal {found['goal']}); {found['streamed_rows']:,} rows streamed at "
        f"{found['streamed_rows_per_s']:,}/s, {found['resident_mib_after_a_tenth']} MiB resident after a tenth, "
        f"{found['resident_mib_at_the_end']} MiB at the end"
    )


if __name__ == "__main__":
    main()
