"""A printer at a socket and at a device: its states, a printer that says nothing, one that goes away, deadlines."""

import asyncio
import os
import pty
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput, ConnectionLost, DeadlinePassed, PeerRefused, Unreachable
from radiusbridge.domain.vouchers.prints import Way
from radiusbridge.gateways.printers import commands, lines, printer
from radiusbridge.services.system import SystemClock
from tests.escpos import NetworkPrinter, Paper

CARD = commands.begin("pc437") + commands.line("ABCD-2345", "pc437") + commands.cut()


@asynccontextmanager
async def at(port: int) -> AsyncIterator[printer.Printer]:
    found = printer.printer_at(Way.SOCKET, f"127.0.0.1:{port}", SystemClock())
    try:
        yield found
    finally:
        await found.close()


async def test_a_printer_that_answers_tells_when_a_card_was_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with NetworkPrinter() as there, at(there.port) as found:
        await found.open()
        assert str(found.state and found.state.words) == "ready, with paper"
        await found.hand(CARD)
        assert await found.carried_out()
        assert [each[0] for each in there.paper.cards] == [["ABCD-2345"]]
        monkeypatch.setattr(printer, "PRINTED", 0.1)
        monkeypatch.setattr(printer, "ANSWER", 60.0)
        there.out_of_paper = True
        await found.hand(CARD)
        assert await found.carried_out() is False
        assert found.state == commands.PrinterState(("the paper is out",))


async def test_a_printer_with_a_fault_is_sent_nothing() -> None:
    async with NetworkPrinter(out_of_paper=True) as there, at(there.port) as found:
        with pytest.raises(PeerRefused, match="the paper is out"):
            await found.open()
        assert there.paper.cards == []


async def test_a_silent_printer_is_handed_its_cards_and_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "ANSWER", 0.05)
    async with NetworkPrinter(silent=True) as there, at(there.port) as found:
        await found.open()
        await found.hand(CARD)
        assert (found.state, await found.carried_out()) == (None, None)
        await there.saw(1)


async def test_a_printer_that_goes_away_or_stops_taking_is_told_from_one_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with NetworkPrinter(drops_after=200) as there, at(there.port) as found:
        await found.open()
        with pytest.raises(ConnectionLost):
            await found.hand(CARD * 1_000_000)
    async with at(there.port) as found:
        with pytest.raises(Unreachable, match="cannot be reached"):
            await found.open()
    monkeypatch.setattr(lines, "WRITE", 0.2)
    monkeypatch.setattr(printer, "ANSWER", 0.05)
    async with NetworkPrinter(silent=True, stuck=True) as there, at(there.port) as found:
        await found.open()
        with pytest.raises(DeadlinePassed, match="takes no more"):
            await found.hand(CARD * 1_000_000)
        assert 0 < found.sent < len(CARD) * 1_000_000
    with pytest.raises(BadInput):
        printer.printer_at(Way.SOCKET, "host:99999", SystemClock())


class Told:
    """A line on which a printer says this, answer by answer; None: nothing in time."""

    def __init__(self, *said: int | None) -> None:
        self.said, self.sent = list(said), 0

    async def open(self) -> None: ...

    async def write(self, octets: bytes) -> None:
        self.sent += len(octets)

    async def read(self, seconds: float) -> int | None:
        return self.said.pop(0)

    async def close(self) -> None: ...


@pytest.mark.parametrize(
    ("said", "carried_out", "words"),
    [
        ([0x00], True, "ready, with paper"),
        ([0x0C], False, "the paper is out"),
        ([None, 0x00, 0x12, 0x12, 0x12, 0x12], None, "ready, with paper"),
        ([None, 0x16, 0x32, 0x12, 0x12], False, "the paper is out"),
        ([None, None], False, "nothing any more"),
    ],
)
async def test_an_answer_that_comes_late_is_no_other_answer(
    said: list[int | None], carried_out: bool | None, words: str
) -> None:
    found = printer.Printer(Told(0x12, 0x12, 0x12, 0x12, *said))
    await found.open()
    assert await found.carried_out() is carried_out
    assert found.words == words


@contextmanager
def serial(paper: Paper) -> Iterator[str]:
    """A terminal line with a printer at its other end, which says how it is."""
    ours, theirs = pty.openpty()

    def serve() -> None:
        while True:
            try:
                octets = os.read(ours, 4096)
            except OSError:
                return
            if octets == b"\x04over":
                return
            asked = len(paper.answers)
            paper.feed(octets)
            os.write(ours, bytes(0x12 if what else 0x00 for what in paper.answers[asked:]))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        os.write(theirs, b"\x04over")
        thread.join(60)
        os.close(ours)
        os.close(theirs)


async def test_a_serial_line_translates_nothing() -> None:
    paper = Paper("cp1252")
    with serial(paper) as path:
        found = printer.printer_at(Way.DEVICE, path, SystemClock())
        await found.open()
        await found.hand(commands.begin("wpc1252") + commands.line("é 100 µ", "wpc1252") + commands.cut())
        assert await found.carried_out()
        await found.close()
    assert [card[0] for card in paper.cards] == [["é 100 µ"]]


async def test_a_pipe_and_what_is_no_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "ANSWER", 0.01)
    pipe = tmp_path / "lp"
    os.mkfifo(pipe)
    with pytest.raises(Unreachable, match="nobody is at the other end"):
        await printer.printer_at(Way.DEVICE, str(pipe), SystemClock()).open()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    found = printer.printer_at(Way.DEVICE, str(pipe), SystemClock())
    await found.open()
    await found.hand(CARD)
    assert os.read(reader, 4096).endswith(CARD)
    monkeypatch.setattr(lines, "WRITE", 0.1)
    with pytest.raises(DeadlinePassed):
        await found.hand(bytes(1_000_000))
    os.close(reader)
    with pytest.raises(ConnectionLost, match="is gone"):
        await found.hand(CARD)
    await found.close()
    for path, kind in ((tmp_path / "none", Unreachable), (tmp_path, BadInput), (Path(__file__), BadInput)):
        with pytest.raises(kind):
            await printer.printer_at(Way.DEVICE, str(path), SystemClock()).open()
    await asyncio.sleep(0)
