"""`sessions --history` and `losses`: what was taken down, as tables and JSON."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from radiusbridge.domain.losses import Span
from radiusbridge.services.bootstrap import open_context
from radiusbridge.services.settings import settings
from tests.cli.conftest import Cli

NAME = "user\x1b[31m"


async def _kept() -> None:
    context = open_context(settings(), "test")
    now = context.clock.now()
    began, ended = now - timedelta(hours=3), now - timedelta(hours=1)
    gone = [
        Span("nas1", 1, f"{NAME}{each}", f"a{each}", f"*{each}", began, ended, ended, "10.0.0.1", "02:00", "vlan-120")
        for each in range(6)
    ]
    live = [
        Span("nas1", 1, f"{NAME}{each}", f"a{each}", f"*{each}", began, now, None, interface=f"vlan-{112 + each}")
        for each in (8, 9)
    ]
    await context.database.write(lambda unit: unit.spans.open([*gone, *live, *live]))
    await context.close()


@pytest.fixture
def past(cli: Cli) -> Cli:
    asyncio.run(_kept())
    return cli


def test_what_was_lost_together_is_one_line(past: Cli) -> None:
    told = past.ok("losses")
    assert "6 of 7 on vlan-120 of nas1 within 1 s, nobody back" in told.out
    (loss,) = past.ok("losses", "--json").json
    assert (loss["by"], loss["place"], loss["nas"], loss["lost"], loss["of"]) == ("interface", "vlan-120", "nas1", 6, 7)
    assert loss["users"] == [f"{NAME}{each}" for each in range(6)]
    assert past.ok("losses", "--since", "30m", "--json").json == []
    assert past.ok("losses", "--least", "7", "--json").json == []
    assert len(past.ok("losses", "--filter", "place:vlan-120 missing>5", "--json").json) == 1
    assert past.ok("losses", "--filter", "back>0", "--json").json == []
    assert past("losses", "--filter", "nosuch:1").status == 2


def test_sessions_of_the_past(past: Cli) -> None:
    spans = past.ok("sessions", "--history", "--json").json
    assert len(spans) == 8, "who is there already is not there twice"
    assert [span["ended_at"] is None for span in spans].count(True) == 2
    assert past.ok("sessions", "somebody", "--history", "--json").json == []
    assert past.ok("sessions", "--nas", "nas2", "--history", "--json").json == []
    assert len(past.ok("sessions", "--history", "--filter", "state:ended lasted>1h", "--json").json) == 6
    assert past("sessions", "--history", "--filter", "up>1h").status == 2
    assert "\x1b" not in past.ok("sessions", "--history").out
    assert past("sessions", "--history", "--watch").status == 2
    assert len(past.ok("sessions", "--history", "--since", "30m", "--json").json) == 2


@pytest.mark.parametrize(("verb", "count"), [("sessions --history", 8), ("losses", 1)])
def test_the_past_is_written_to_a_file(past: Cli, tmp_path: Path, verb: str, count: int) -> None:
    rows = past.ok(*verb.split(), "--json").json
    lines = past.exported(*verb.split())
    assert len(lines) == count
    assert [set(line) for line in lines] == [set(row) for row in rows]
    assert [line["began_at"] for line in lines] == [row["began_at"] for row in rows]
    past.ok(*verb.split(), "--filter", "nas:none", "--export", str(file := tmp_path / "none.csv"))
    assert file.read_text().startswith(next(iter(rows[0])))
