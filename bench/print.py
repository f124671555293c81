"""A thousand voucher cards with QR codes to PDF, HTML and ESC/POS: seconds, and the memory of the process that does it.

The cards come from the database and the file is read back, as `voucher print` does it, in a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CARDS = 1_000
WITHIN = 20.0
MEMORY = 300
"""MiB."""
_GOALS = {"pdf": WITHIN, "html": WITHIN, "escpos58": WITHIN}
_RUN = """
import asyncio, json, resource, sys, time
from dataclasses import replace
from pathlib import Path
from radiusbridge.domain.verdict import Verdict
from radiusbridge.domain.vouchers.prints import Form
from radiusbridge.domain.vouchers.records import Keeper, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.templates import Template
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings
from radiusbridge.services.vouchers import looks, printing
from radiusbridge.services.vouchers.print_choice import Wanted

form, folder, cards = Form(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])


def stocked(unit):
    batch = VoucherBatch("rb-bench", Keeper.HOTSPOT, 1, "bras-1", "harian", cards, selling_price=5000, validity=86400)
    batch = unit.vouchers.create(batch, unit.now)
    unit.vouchers.add(batch, [Voucher(batch.id, at, f"K{at:07}", drawn_at=unit.now) for at in range(1, cards + 1)])
    unit.vouchers.claim(batch.id, "bench/1/1", unit.now, 60)
    rows = unit.vouchers.rows(batch.id)
    seen = [(replace(each, written_at=unit.now, read_at=unit.now), Verdict.PROVEN, "") for each in rows]
    unit.vouchers.judged(batch.id, 1, seen)


async def go():
    context = open_context(settings(str(folder / "data.sqlite3")), "cli")
    await context.database.write(stocked)
    await looks.set_template(context, "kartu", Template(brand="ISK-NET", login="http://hotspot.lan/login"))
    file, began = folder / "cards", time.perf_counter()
    over = await printing.to_file(context, Wanted(form, ("1",), template="kartu"), file)
    seconds = time.perf_counter() - began
    assert over.run.verdict is Verdict.PROVEN and over.run.handed == cards, over
    await context.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mib": peak, "octets": over.run.octets}))


asyncio.run(go())
"""


def _printed(form: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        homes = {f"XDG_{each}_HOME": name for each in ("DATA", "CONFIG", "STATE")}
        command = [sys.executable, "-c", _RUN, form, name, str(CARDS)]
        run = subprocess.run(command, env={**_environment(), **homes}, capture_output=True, text=True, check=True)
        assert (folder / "cards").exists()
    told: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return told


def _environment() -> dict[str, str]:
    return {**os.environ, "RADIUSBRIDGE_OPERATOR": "bench"}


def run() -> list[dict[str, Any]]:
    """Each form."""
    found = []
    for form, goal in _GOALS.items():
        told = _printed(form)
        found.append(
            {
                "name": f"{CARDS} cards with QR codes to {form}, below {goal:g} s and {MEMORY} MiB",
                "ratio": round(max(told["seconds"] / goal, told["mib"] / MEMORY), 3),
                "goal": "<= 1",
                "ours_s": round(told["seconds"], 2),
                "peak_mib": round(told["mib"]),
                "octets": told["octets"],
                "met": told["seconds"] < goal and told["mib"] < MEMORY,
            }
        )
    return found


if __name__ == "__main__":
    for result in run():
        print(result)
