"""`voucher shift`, `voucher least` and `voucher stock` by verbs."""

import asyncio
from functools import partial

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.services.settings import settings
from radiusbridge.services.system import SystemClock
from tests.cli.conftest import Cli
from tests.db.test_voucher_shifts import ready


async def written() -> None:
    where = settings()
    database = Database.open(where.database, key=KeyFile(where.key_file), clock=SystemClock())
    await database.write(partial(ready, 3, outlet="kios"))
    await database.close()


def test_a_day_at_the_drawer(cli: Cli) -> None:
    asyncio.run(written())
    shift = ("voucher", "shift")
    assert cli(*shift, "close", "--counted", "0").status == 1
    assert cli(*shift, "open", "--cash", "-5").status == 2
    opened = cli.ok(*shift, "open", "--cash", "100000", "--outlet", "kios", "--json").json
    assert (opened["type"], opened["id"], opened["cashier"], opened["expected"]) == ("shift", 1, "noc", None)
    assert cli(*shift, "open", "--cash", "1").status == 1

    stock = cli.ok("voucher", "least", "harian", "3", "--outlet", "kios")
    assert "warning" not in stock.err
    sold = cli.ok("voucher", "sell", "--profile", "harian", "--json").json
    short = cli("voucher", "stock")
    assert (short.status, "harian at kios: warning: 2 vouchers are ready, 3 have to be" in short.err) == (1, True)
    [level] = cli("voucher", "stock", "--json").json
    assert level == {
        "profile": "harian", "outlet": "kios", "ready": 2, "others": 0, "sold": 1, "least": 3, "short": True,
    }  # fmt: skip
    cli.ok("voucher", "least", "harian", "0", "--outlet", "kios")
    assert cli.ok("voucher", "stock").out.splitlines()[0].split() == ["PROFILE", "OUTLET", "READY", "OTHERS", "SOLD"]

    [line] = cli.ok("voucher", "sales", "--filter", "shift:1", "--json").json["lines"]
    assert (line["code"], line["shift"]) == (sold["code"], 1)
    off = cli(*shift, "close", "--counted", "104000")
    assert (off.status, "not what has to be in the drawer" in off.err, "105" in off.err) == (4, True, False)
    blind = cli.ok(*shift, "show").out, cli.ok(*shift, "list").out, cli.ok(*shift, "list", "--json").out
    assert not any("105.000" in each or "105000" in each or "5.000" in each for each in blind)
    assert "expected  Rp 105.000" in cli.ok(*shift, "show", "--expected").out
    assert cli(*shift, "close").status == 2
    closed = cli.ok(*shift, "close", "--counted", "104000", "--reason", "=cmd()").out
    assert "shift 1 of noc is closed: 1 sold, 0 returned: Rp 5.000" in closed
    assert "difference  Rp -1.000" in closed
    assert cli(*shift, "close", "1", "--counted", "105000").status == 1
    cli.ok(*shift, "open", "--cash", "20000")
    cli.ok("voucher", "return", sold["code"])
    later = cli.ok(*shift, "show", "--expected", "--json").json
    assert (later["id"], later["returned"], later["refunded"], later["expected"]) == (2, 1, 5000, 15_000)
    assert cli(*shift, "show", "9").status == 2
    rows = cli.ok(*shift, "list", "--json").json
    assert [(each["id"], each["difference"], each["reason"]) for each in rows] == [
        (2, None, None),
        (1, -1000, "=cmd()"),
    ]
    assert [each["id"] for each in cli.ok(*shift, "list", "--open", "--json").json] == [2]
    assert "Rp 104.000" in cli.ok(*shift, "list").out
    assert cli.exported(*shift, "list")[1]["counted"] == 104_000
    audited = {each["action"] for each in cli.ok("audit", "list", "--json").json}
    assert {"voucher.shift.open", "voucher.shift.count", "voucher.shift.close", "voucher.least"} <= audited
