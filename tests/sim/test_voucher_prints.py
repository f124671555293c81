"""Prints of two machines on virtual time: a slow one is nobody else's, one that stood still is told by others, once."""

import asyncio

import pytest

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.prints import Form
from radiusbridge.gateways.fence import pass_fence
from radiusbridge.services.holding import LEASE
from radiusbridge.services.vouchers import print_ends, printing
from radiusbridge.services.vouchers.print_choice import Wanted
from radiusbridge.services.vouchers.print_lease import PrintLost
from radiusbridge.services.vouchers.printing import Printed
from radiusbridge.services.vouchers.writing import BatchRunner
from tests.sim.kiosk import Kiosk, play
from tests.sim.node import Node


class Paper:
    """A printer that is slower than a lease is long; cards: those that came out whole."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.sent, self.words, self.cards = 0, "", 0
        self._clock, self._seconds = clock, seconds

    async def open(self) -> None: ...

    async def hand(self, octets: bytes) -> None:
        """In two pieces, as a line to a printer has it."""
        self.sent += 10
        await self._clock.sleep(self._seconds)
        pass_fence()
        self.sent += len(octets) - 10
        self.cards += 1

    async def carried_out(self) -> bool | None:
        await self._clock.sleep(self._seconds)
        return None

    async def close(self) -> None: ...


class Shop:
    """Six vouchers, and machines that print them."""

    def __init__(self, kiosk: Kiosk) -> None:
        self.kiosk = kiosk
        self.nodes = [kiosk.node() for _ in range(3)]
        self.papers: dict[str, Paper] = {}
        self.errors: list[RadiusbridgeError] = []

    async def stock(self) -> None:
        context = self.nodes[0].context
        batch = await self.kiosk.drawn(context, 6)
        assert (await BatchRunner(context, batch.id).run()).batch.verdict is Verdict.PROVEN

    async def print(self, node: Node, seconds: float) -> Printed | None:
        paper = self.papers[node.owner] = Paper(node.context.clock, seconds)
        try:
            return await printing.to_taker(node.context, Wanted(Form.TEXT, batches=(1,)), paper, "counter")
        except RadiusbridgeError as error:
            self.errors.append(error)
            return None

    async def acts(self, node: Node) -> list[list[str]]:
        rows = await self.kiosk.rows(node.context, (await BatchRunner(node.context, 1).run()).batch)
        lines = await print_ends.traces(node.context)
        return [[str(line.act) for line, row in reversed(lines) if row.id == each.id] for each in rows]


@pytest.mark.parametrize(("stops_after", "came_out"), [(2.5, 1), (3.5, 2)], ids=["in a card", "between two cards"])
def test_a_print_is_its_holders_while_it_is_renewed_and_anybodys_when_it_stood_still(
    stops_after: float, came_out: int
) -> None:
    async def script(kiosk: Kiosk) -> None:
        shop = Shop(kiosk)
        await shop.stock()
        first, second, third = shop.nodes
        first.carry(shop.print(first, 1.05 * LEASE))
        for _ in range(int(stops_after * 2)):
            await kiosk.clock.sleep(LEASE / 2)
            assert await print_ends.settle(second.context) == (), "slow, and renewed"
        first.carry(first.freeze(3 * LEASE))
        await kiosk.clock.sleep(LEASE / 2)
        assert await print_ends.settle(second.context) == ()
        await kiosk.clock.sleep(LEASE)
        settled = await asyncio.gather(*(print_ends.settle(each.context) for each in (second, third)))
        [run] = [run for each in settled for run in each]
        assert (run.verdict, run.cards, run.handed) == (Verdict.UNPROVEN, 2, 1), run
        assert "fell silent before the last card; 1 card handed over" in run.words
        over = await shop.print(second, 1.0)
        assert over is not None
        assert (over.run.handed, over.left_out) == (4, {"printed already": 2})
        before = await shop.acts(second)
        await kiosk.clock.sleep(4 * LEASE)
        [error] = shop.errors
        assert isinstance(error, PrintLost)
        assert "stood still for longer than its lease; UNPROVEN: the process on" in error.line()
        assert shop.papers[first.owner].cards == came_out
        assert before == await shop.acts(second) == [["print"], ["print", "doubtful"], *[["print"]] * 4]
        assert (await print_ends.runs(second.context))[1] == run

    play(script)
