"""Cards printed once, again with a reason; what left is told as it is, whatever ended the print. On both dialects."""

import asyncio
import itertools
import os
import stat
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, update

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.db.voucher_print_tables import voucher_trace
from radiusbridge.domain.errors import (
    AlreadyThere,
    BadInput,
    PeerRefused,
    RadiusbridgeError,
    Refused,
    UnknownName,
    Unreachable,
)
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.prints import Form, VoucherPrinter, Way
from radiusbridge.domain.vouchers.records import Keeper, Mode, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.templates import Template
from radiusbridge.gateways.factory import Gateways
from radiusbridge.gateways.printers import printer
from radiusbridge.gateways.printers.lines import NetworkLine
from radiusbridge.gateways.printers.printer import printer_at
from radiusbridge.services.context import Context
from radiusbridge.services.holding import LEASE
from radiusbridge.services.process import Process
from radiusbridge.services.router_desk.local_files import Draft
from radiusbridge.services.system import SystemEntropy
from radiusbridge.services.vouchers import looks, paper_files, print_ends, printing, selling, standing
from radiusbridge.services.vouchers.print_choice import NothingToPrint, Wanted
from radiusbridge.services.vouchers.print_lease import PrintLost
from radiusbridge.services.vouchers.printing import Printed
from tests.db.conftest import HandClock
from tests.db.conftest import cluster as cluster
from tests.db.conftest import database as database
from tests.db.conftest import key as key
from tests.db.conftest import url as url
from tests.escpos import NetworkPrinter

BATCH = VoucherBatch(
    "rb-one", Keeper.HOTSPOT, 7, "bras-1", "harian", 5, mode=Mode.PAIR, form=CodeForm(), selling_price=5000
)
CODES = ("AAAA2222", "BBBB2222", "CCCC2222", "DDDD2222", "EEEE2222")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "ANSWER", 60.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cards of today"
    made.mkdir()
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Still(HandClock):
    """Nobody's lease is renewed while a printer is waited for."""

    async def sleep(self, seconds: float) -> None:
        if seconds < 1.0:
            await super().sleep(seconds)
        else:
            await asyncio.Event().wait()


@pytest.fixture
def clock() -> HandClock:
    return Still()


@pytest.fixture
async def context(database: Database, clock: HandClock) -> Context:
    """A batch of five, of which the last was not seen on its router."""

    def stocked(unit: UnitOfWork) -> None:
        batch = unit.vouchers.create(BATCH, unit.now)
        words = Secret("rahasia")
        rows = [Voucher(batch.id, row, code, password=words, drawn_at=unit.now) for row, code in enumerate(CODES, 1)]
        unit.vouchers.add(batch, rows)
        claimed = unit.vouchers.claim(batch.id, "here/1/1", unit.now, 60)
        assert claimed is not None
        seen = [
            (replace(each, written_at=unit.now, read_at=unit.now), Verdict.PROVEN, "")
            for each in unit.vouchers.rows(batch.id)[:4]
        ]
        unit.vouchers.judged(batch.id, 1, seen)

    await database.write(stocked)
    return as_process(database, clock, "here/1/1")


def as_process(database: Database, clock: HandClock, owner: str) -> Context:
    process = Process(owner, lambda other: other != "here/2/2")
    return Context(database, Gateways(clock, SystemEntropy()), clock, SystemEntropy(), process, "sari", "test")


async def states(context: Context) -> dict[str, int]:
    return dict((await standing.standing(context, 1)).states)


async def acts(context: Context, code: str) -> list[str]:
    return [str(line.act) for line, _ in reversed(await print_ends.traces(context, code))]


async def to_printer(context: Context, port: int, wanted: Wanted | None = None) -> Printed:
    found = printer_at(Way.SOCKET, f"127.0.0.1:{port}", context.clock)
    return await printing.to_taker(context, wanted or Wanted(Form.ESCPOS58, ("1",)), found, f"127.0.0.1:{port}")


@pytest.mark.parametrize("form", list(Form))
async def test_a_batch_into_a_file_once(context: Context, form: Form, folder: Path) -> None:
    file, old = folder / "cards", folder / ".cards-0a.print.part"
    old.write_text("somebody's, who was killed")
    os.utime(old, (0, 0))
    over = await printing.to_file(context, Wanted(form, ("1",)), file)
    assert (over.run.verdict, over.run.cards, over.run.handed, over.exit_status) == (Verdict.PROVEN, 4, 4, 0)
    assert over.left_out == {"not seen on its router": 1}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert over.run.octets == file.stat().st_size
    assert names(folder) == ["cards"]
    assert await states(context) == {"printed": 4, "drawn": 1}
    with pytest.raises(AlreadyThere):
        await printing.to_file(context, Wanted(form, ("1",)), file)
    with pytest.raises(NothingToPrint, match="4 printed already"):
        await printing.to_file(context, Wanted(form, ("1",)), folder / "more")
    with pytest.raises(Refused, match="it was printed at"):
        await printing.to_file(context, Wanted(form, ("aaaa-2222",)), folder / "more")
    with pytest.raises(BadInput, match="needs a reason"):
        await printing.to_file(context, Wanted(form, ("aaaa2222",), again=True), folder / "more")
    again = Wanted(form, ("aaaa2222", "AAAA-2222"), again=True, reason="torn")
    assert (await printing.to_file(context, again, file, replace_file=True)).run.cards == 1
    assert await acts(context, "AAAA2222") == ["print", "reprint"]
    [(line, _), *_] = await print_ends.traces(context, "AAAA2222")
    assert (line.who, line.reason, line.channel) == ("sari", "torn", "test")


async def test_what_cannot_be_written_changes_nothing(
    context: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (folder, Path("/dev/null"), folder / "none" / "cards", folder / "a\0b"):
        with pytest.raises(BadInput):
            await printing.to_file(context, Wanted(Form.TEXT, ("1",)), path)
    with pytest.raises(UnknownName, match="no such template"):
        await printing.to_file(context, Wanted(Form.TEXT, ("1",), template="none"), folder / "cards")
    for which, error in (("99", UnknownName), ("NOBODY", UnknownName), ("EEEE2222", NothingToPrint)):
        with pytest.raises(error):
            await printing.to_file(context, Wanted(Form.TEXT, (which,)), folder / "cards")
    file, put = folder / "cards", paper_files.put

    def late(part: Path, path: Path, replace: bool) -> None:
        path.write_text("somebody else's")
        put(part, path, replace)

    monkeypatch.setattr(paper_files, "put", late)
    with pytest.raises(AlreadyThere):
        await printing.to_file(context, Wanted(Form.TEXT, ("1",)), file)
    assert file.read_text() == "somebody else's"
    assert names(folder) == ["cards"]
    assert await states(context) == {"ready": 4, "drawn": 1}
    assert await acts(context, "AAAA2222") == ["print", "unsent"]
    [run] = await print_ends.runs(context)
    assert (run.verdict, run.handed) == (Verdict.FAILED, 0)


async def test_a_printer_gets_each_card_once_and_nobody_says_more_than_was_seen(context: Context) -> None:
    async with NetworkPrinter() as there:
        over = await to_printer(context, there.port)
        await there.saw(4)
    assert (over.run.verdict, over.run.handed, over.exit_status) == (Verdict.UNPROVEN, 4, 5)
    assert "the printer says: ready, with paper; nobody here saw the paper" in over.run.words
    assert [lines[2] for lines, _, _ in there.paper.cards] == ["AAAA2222", "BBBB2222", "CCCC2222", "DDDD2222"]
    assert all("rahasia" in lines for lines, _, _ in there.paper.cards)
    with pytest.raises(Unreachable):
        await to_printer(context, there.port, Wanted(Form.ESCPOS80, ("1",), again=True, reason="faint"))
    assert await acts(context, "AAAA2222") == ["print"]
    audited = await context.database.read(lambda unit: unit.audit.recent(10))
    assert "rahasia" not in repr(audited)


async def test_paper_that_runs_out_stops_the_print_and_the_next_goes_on(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = NetworkLine.read, itertools.count(1)

    async def short_for_the_second_card(line: NetworkLine, seconds: float) -> int | None:
        return await read(line, 0.2 if seconds == printer.PRINTED and next(asked) == 2 else seconds)

    monkeypatch.setattr(NetworkLine, "read", short_for_the_second_card)
    async with NetworkPrinter(pauses_after=2) as there:
        over = await to_printer(context, there.port)
        assert (over.run.verdict, over.run.handed, over.exit_status) == (Verdict.FAILED, 1, 1)
        assert "the paper is out; look at the paper of the last one" in over.run.words
        assert await acts(context, "AAAA2222") == ["print"]
        assert await acts(context, "BBBB2222") == ["print", "doubtful"]
        assert await states(context) == {"printed": 2, "ready": 2, "drawn": 1}
        with pytest.raises(PeerRefused, match="the paper is out"):
            await to_printer(context, there.port)
    async with NetworkPrinter() as other:
        over = await to_printer(context, other.port)
        assert (over.run.handed, over.left_out) == (2, {"printed already": 2, "not seen on its router": 1})


async def test_a_printer_that_goes_away_leaves_one_card_in_doubt(context: Context) -> None:
    async with NetworkPrinter(drops_after=300) as there:
        over = await to_printer(context, there.port)
    assert over.run.verdict is Verdict.FAILED
    assert over.run.handed < 4
    told = [await acts(context, code) for code in CODES[:4]]
    assert sum("doubtful" in each or "unsent" in each for each in told) == 1
    printed = sum(each[-1:] in (["print"], ["doubtful"]) for each in told)
    assert (await states(context))["printed"] == printed


class Slow:
    """Takes cards, and waits in the middle of one."""

    def __init__(self, at: int) -> None:
        self.sent, self.words, self.at = 0, "", at
        self.reached = asyncio.Event()

    async def open(self) -> None: ...

    async def hand(self, octets: bytes) -> None:
        self.at -= 1
        self.sent += len(octets) // 2
        if self.at == 0:
            self.reached.set()
            await asyncio.sleep(3600)
        self.sent += len(octets) - len(octets) // 2

    async def carried_out(self) -> bool | None:
        return None

    async def close(self) -> None: ...


async def test_a_print_that_is_cancelled_says_where_it_was(context: Context) -> None:
    taker = Slow(at=3)
    work = asyncio.create_task(printing.to_taker(context, Wanted(Form.TEXT, ("1",)), taker, "screen"))
    await taker.reached.wait()
    work.cancel()
    await asyncio.wait([work])
    assert work.cancelled()
    [run] = await print_ends.runs(context)
    assert (run.verdict, run.handed, run.cards) == (Verdict.FAILED, 2, 3)
    assert [await acts(context, code) for code in CODES[2:4]] == [["print", "doubtful"], []]


async def test_a_print_that_is_asked_to_stop_ends_after_the_card_in_hand(context: Context) -> None:
    taker = Slow(at=0)
    wanted = Wanted(Form.TEXT, ("1",), limit=3)
    over = await printing.to_taker(context, wanted, taker, "screen", told=lambda done, total: (done, total) != (2, 3))
    assert (over.run.verdict, over.run.handed, over.left_out["beyond the limit"]) == (Verdict.FAILED, 2, 1)
    assert over.run.words == "2 cards handed over, 1 were not: asked to stop"
    assert await states(context) == {"printed": 2, "ready": 2, "drawn": 1}


async def test_a_file_that_is_asked_to_stop_is_not_there_and_its_cards_are_free(context: Context, folder: Path) -> None:
    for stops in (True, False):
        wanted = Wanted(Form.TEXT, batches=(1,), operator_speaks="id")
        going = printing.to_file(context, wanted, folder / "cards", told=lambda *_, stops=stops: not stops)
        if stops:
            with pytest.raises(Refused, match="asked to stop"):
                await going
            assert names(folder) == []
            assert await states(context) == {"ready": 4, "drawn": 1}
    assert (await going).run.verdict is Verdict.PROVEN
    assert "Sandi" in (folder / "cards").read_text() or "Kode" in (folder / "cards").read_text()


async def test_prints_of_a_process_that_was_killed_are_found_out(
    context: Context, database: Database, clock: HandClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    gone = as_process(database, clock, "here/2/2")
    file = folder / "cards.txt"
    with monkeypatch.context() as patched:
        patched.setattr(paper_files, "put", killed)
        with pytest.raises(Killed):
            await printing.to_file(gone, Wanted(Form.TEXT, ("AAAA2222", "BBBB2222")), file)
    assert not file.exists()
    [run] = await print_ends.settle(context)
    assert (run.verdict, run.handed, file.stat().st_size) == (Verdict.PROVEN, 2, run.octets)
    assert names(folder) == ["cards.txt"]

    with monkeypatch.context() as patched:
        patched.setattr(paper_files, "put", killed)
        with pytest.raises(Killed):
            await printing.to_file(gone, Wanted(Form.TEXT, ("CCCC2222",)), folder / "other")
    [draft] = [name for name in names(folder) if name.startswith(".other")]
    (folder / draft).unlink()
    over = await printing.to_file(context, Wanted(Form.TEXT, ("CCCC2222",)), folder / "third")
    assert [each.verdict for each in over.earlier] == [Verdict.FAILED]
    assert await acts(context, "CCCC2222") == ["print", "unsent", "print"]

    with monkeypatch.context() as patched:
        patched.setattr(printing, "_doubt", killed)
        patched.setattr(printing, "_end", killed)
        patched.setattr(Slow, "hand", killed)
        with pytest.raises(Killed):
            await printing.to_taker(gone, Wanted(Form.TEXT, ("1",)), Slow(0), "screen")
    [run] = await print_ends.settle(context)
    assert (run.verdict, run.cards, run.handed) == (Verdict.UNPROVEN, 1, 0)
    assert await acts(context, "DDDD2222") == ["print", "doubtful"]
    assert await print_ends.settle(context) == ()


async def test_a_file_on_another_machine_is_looked_for_there(
    context: Context, database: Database, clock: HandClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went silent between the begin of its print and the name of its file; then it wakes."""
    there = as_process(database, clock, "there~1/1/1")
    told: dict[str, Verdict | None] = {}
    put, loop = paper_files.put_draft, asyncio.get_running_loop()

    for number, what in enumerate(("seen from here", "not seen from here", "unreadable from here", "still its own")):

        def stalled(draft: Draft, path: Path, replace: bool, what: str = what) -> None:
            asyncio.run_coroutine_threadsafe(silent(draft, path, what), loop).result()
            put(draft, path, replace)

        async def silent(draft: Draft, path: Path, what: str) -> None:
            assert await print_ends.settle(context) == ()
            if what == "still its own":
                return
            clock.time += timedelta(seconds=LEASE + 1)
            if what == "not seen from here":
                draft.path.rename(folder / "elsewhere")
            with monkeypatch.context() as patched:
                if what == "unreadable from here":
                    patched.setattr(paper_files, "digest", lambda path: None)
                [run] = await print_ends.settle(context)
            told[what] = run.verdict
            if what == "not seen from here":
                (folder / "elsewhere").rename(draft.path)

        file = folder / f"cards{number}"
        monkeypatch.setattr(paper_files, "put_draft", stalled)
        work = printing.to_file(there, Wanted(Form.TEXT, (CODES[number],)), file, aside=asyncio.to_thread)
        if what == "still its own":
            assert (await work).run.verdict is Verdict.PROVEN
        else:
            with pytest.raises(PrintLost, match="stood still for longer than its lease"):
                await work
    assert told == {
        "seen from here": Verdict.PROVEN,
        "not seen from here": Verdict.UNPROVEN,
        "unreadable from here": Verdict.UNPROVEN,
    }
    assert [await acts(context, code) for code in CODES[:4]] == [
        ["print"], ["print", "doubtful"], ["print", "doubtful"], ["print"],
    ]  # fmt: skip
    assert "process on there fell silent" in (await print_ends.runs(context))[1].words
    assert await states(context) == {"printed": 4, "drawn": 1}


async def test_two_who_print_the_same_batch_share_it(context: Context) -> None:
    async with NetworkPrinter() as one, NetworkPrinter() as other:
        over = await asyncio.gather(to_printer(context, one.port), to_printer(context, other.port))
        assert sum(each.run.handed for each in over) == 4
        codes = [lines[2] for each in (one, other) for lines, _, _ in each.paper.cards]
    assert len(set(codes)) == len(codes)


async def test_void_and_prints_leave_a_trace_that_stays(context: Context, clock: HandClock, folder: Path) -> None:
    await printing.to_file(context, Wanted(Form.TEXT, ("1",)), folder / "cards")
    await standing.void(context, 1, code="AAAA2222", reason="torn")
    await standing.void(context, 1, reason="lost box")
    assert await acts(context, "AAAA2222") == ["print", "void"]
    assert await acts(context, "EEEE2222") == ["void"]
    with pytest.raises(NothingToPrint, match="void"):
        await printing.to_file(context, Wanted(Form.TEXT, ("1",), again=True, reason="x"), folder / "more")
    for statement in (update(voucher_trace).values(who="x"), delete(voucher_trace)):
        with pytest.raises(RadiusbridgeError):
            await context.database.write(partial(execute, statement))


def execute(statement: Executable, unit: UnitOfWork) -> None:
    unit.voucher_prints._connection.execute(statement)


async def test_a_sale_that_prints_takes_no_card_from_a_drawer(context: Context, folder: Path) -> None:
    await printing.to_file(context, Wanted(Form.TEXT, ("AAAA2222", "BBBB2222")), folder / "cards")
    wish = selling.Wish(profile="harian", unprinted=True)
    sold = await selling.sell(context, wish)
    assert sold.voucher.code == "CCCC2222"
    async with NetworkPrinter() as there:
        over = await to_printer(context, there.port, Wanted(Form.ESCPOS58, voucher_id=sold.voucher.id))
        assert over.run.handed == 1
    assert (await selling.sell(context, wish)).voucher.code == "DDDD2222"
    with pytest.raises(selling.NotForSale, match="no card yet"):
        await selling.sell(context, wish)
    assert (await selling.sell(context, selling.Wish(profile="harian"))).voucher.code == "AAAA2222"


async def test_templates_and_printers_by_name(context: Context, clock: HandClock) -> None:
    clock.time += timedelta(seconds=1)
    names = [each.name for each in await looks.templates(context)]
    assert {"default", "small", "thermal"} <= set(names)
    mine = Template(brand="ISK-NET", login="http://wifi.lan/login")
    await looks.set_template(context, "Default", mine)
    found = await looks.template(context, "default")
    assert (found.template, found.built_in) == (mine, False)
    await looks.set_template(context, "default", replace(mine, columns=4))
    await looks.remove_template(context, "DEFAULT")
    assert (await looks.template(context, "default")).built_in
    with pytest.raises(BadInput, match="comes with the program"):
        await looks.remove_template(context, "default")
    with pytest.raises(UnknownName, match="no printer yet"):
        await looks.printer(context, "")
    kiosk = VoucherPrinter("kios", Form.ESCPOS58, Way.SOCKET, "10.0.0.9")
    assert await looks.set_printer(context, kiosk) == await looks.printer(context, "")
    await looks.set_printer(context, replace(kiosk, name="lain", raster=True))
    with pytest.raises(UnknownName, match="several"):
        await looks.printer(context, "")
    for wrong in (
        replace(kiosk, address="a:99999"),
        replace(kiosk, template="none"),
        replace(kiosk, code_page="none"),
        replace(kiosk, name="a\x1bb"),
    ):
        with pytest.raises(BadInput):
            await looks.set_printer(context, wrong)
    with pytest.raises(BadInput, match="ESC/POS"):
        replace(kiosk, form=Form.PDF)
    await looks.remove_printer(context, "KIOS")
    assert [each.name for each in await looks.printers(context)] == ["lain"]
    with pytest.raises(Refused):
        await looks.set_printer(context.only_reading(), kiosk)
