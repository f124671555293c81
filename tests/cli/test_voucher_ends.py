"""`voucher expire`, `voucher void` and `voucher show CODE` with guests who are online; the demo of a voucher's life."""

import os
import subprocess
import sys

import pytest

from radiusbridge.simulator.build import add_device
from radiusbridge.simulator.guests import Guest
from radiusbridge.simulator.isp import SimulatedIsp
from radiusbridge.simulator.oracle import Oracle
from tests.cli.conftest import Cli, RunningIsp, connect

VOUCHER = "voucher"


def come(isp: RunningIsp, code: str) -> None:
    """A guest logs in with a voucher."""

    def switch_on(world: SimulatedIsp) -> Guest:
        guest = add_device(world.world, world.router("nas1"), code, code)
        guest.redial = (0.2, 0.4)
        guest.switch_on()
        return guest

    guest = isp.call(switch_on)
    isp.until(lambda _world: guest.online)


def online(isp: RunningIsp, code: str) -> bool:
    return isp.call(lambda each: Oracle(each.world).can_pass_traffic(code))


@pytest.mark.slow
def test_who_is_online_is_told_before_void_and_ended_with_proof(cli: Cli) -> None:
    with RunningIsp(customers=1, guests=1, local_guests=1) as isp:
        connect(cli, isp)
        cli.ok("hotspot", "profile", "add", "daily", "--rate", "1M/2M")
        make = (VOUCHER, "generate", "3", "--profile", "daily", "--nas", "bras-1", "--json")
        cli.ok(*make, "--validity", "1d", "--starts", "first-login")
        codes = [each["code"] for each in cli.ok(VOUCHER, "show", "1", "--codes", "--json").json["vouchers"]]
        come(isp, codes[0])
        come(isp, codes[1])

        asked = cli(VOUCHER, "void", "1")
        assert (asked.status, "2 guests are online with them" in asked.err) == (4, True)
        assert f"online: {codes[0]} at 10." in asked.err
        ended = cli.ok(VOUCHER, "void", "1", "--code", codes[0], "--yes", "--json").lines
        assert [each["user"] for each in ended[0]["online"]] == [codes[0]]
        assert (ended[-1]["verdict"], ended[-1]["states"]["void"]) == ("PROVEN", 1)
        assert (online(isp, codes[0]), online(isp, codes[1])) == (False, True)
        [over] = cli.ok(VOUCHER, "show", codes[0], "--json").json
        assert cli.ok("op", "show", str(over["ended_by"]), "--json").json["intent"] == "voucher-end"

        quiet = cli.ok(VOUCHER, "expire")
        assert "no voucher is over" in quiet.out
        assert "the next one is over at" in quiet.out
        told = cli.ok(VOUCHER, "show", codes[1]).out
        assert "first login" in told
        assert "off at most (" in told
        assert "used" in cli.ok(VOUCHER, "list").out

        short = cli.ok(*make, "--validity", "1s", "--starts", "generation").lines[0]
        assert short["verdict"] == "PROVEN"
        codes = [each["code"] for each in cli.ok(VOUCHER, "show", "2", "--codes", "--json").json["vouchers"]]
        while len((due := cli(VOUCHER, "expire", "--json")).json["over"]) < 3:
            pass
        assert due.status == 1
        come(isp, codes[2])
        *ends, swept = cli.ok(VOUCHER, "expire", "--due", "--json").lines
        assert {each["verdict"] for each in ends} == {"PROVEN"}
        assert (swept["expired"], swept["ended"], swept["in_bulk"], swept["exit"]) == (3, 3, 2, 0)
        assert not online(isp, codes[2])
        assert cli(VOUCHER, "sell", codes[0]).status == 1
        assert cli.ok(VOUCHER, "expire", "--due").out.startswith("0 vouchers found over, 0 ended")
        assert cli.ok(VOUCHER, "resume", "2", "--json").lines[0]["states"] == {"expired": 3}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demo_of_a_vouchers_life() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "radiusbridge", "demo", "--vouchers"],
        check=False,
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert ended.stderr == ""
    for words in (
        "PROVEN  voucher batch 1 on um1: 100 ready",
        "PROVEN  voucher batch 2 on um1: 100 ready",
        "sold", "state          used, PROVEN", "kick by disconnect", "ended by operation 1", "refused: ",
        "it is expired already", "1 sold, 0 returned: Rp 5.000",
    ):  # fmt: skip
        assert words in ended.stdout, words
