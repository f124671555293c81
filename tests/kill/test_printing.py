"""A print is killed in the middle: the next one goes on with what is on no paper, and tells what is not known."""

import re

from tests.cli.conftest import Cli, RunningIsp, connect
from tests.cli.conftest import cli as cli
from tests.escpos import RunningPrinter
from tests.kill.test_database_gone import verb


def test_a_killed_print_is_finished_by_the_next(cli: Cli) -> None:
    with RunningIsp(customers=1, guests=1, local_guests=1) as isp:
        connect(cli, isp)
        cli.ok("hotspot", "profile", "add", "harian", "--rate", "1M/2M")
        cli.ok("voucher", "generate", "6", "--profile", "harian", "--nas", "bras-1")
    wanted = ("voucher", "print", "1", "--to", "escpos58", "--socket")
    with RunningPrinter(pauses_after=2) as there, verb(cli, *wanted, there.address):
        there.saw(2)
    codes = [each["code"] for each in cli.ok("voucher", "show", "1", "--codes", "--json").json["vouchers"]]
    with RunningPrinter() as other:
        over = cli(*wanted, other.address, "--json")
        assert (over.status, over.json["handed"], over.json["left_out"]) == (5, 4, {"printed already": 2})
        assert re.search(r"it had not ended; UNPROVEN: .*1 card .*look at the paper of the last one", over.err)
        later = [lines[2] for lines, _, _ in other.printer.paper.cards]
    first = [lines[2] for lines, _, _ in there.printer.paper.cards]
    assert [each.replace("-", "") for each in (*first, *later)] == codes
    acts = [[line["act"] for line in cli.ok("voucher", "trace", code, "--json").json] for code in codes]
    assert acts == [["print"], ["doubtful", "print"], *[["print"]] * 4]
