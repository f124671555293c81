"""What is kept between runs comes back; no damage of it breaks anything."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.services.settings import Settings
from radiusbridge.tui.remembered import LARGEST, Remembered, View, file_of, read, write
from radiusbridge.tui.sheet import Order
from radiusbridge.tui.start import Start, resumed
from tests.tui.conftest import Theatre, person

CUSTOMERS = View("", Order("name", descending=True), {"area": True})
KEPT = Remembered("sessions", {"sessions": View("nas:bras-1"), "customers": CUSTOMERS})
DAMAGED = (
    b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version":2,"views":{}}', b'{"version":1}', b'{"version":1,"views":[]}',
    b'{"version":1,"views":{"customers":7}}', b"[" * LARGEST, b" " * (LARGEST + 9) + b"{}",
)  # fmt: skip


def test_it_is_read_as_it_was_written_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    write(file, Remembered())
    write(file, KEPT)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]
    assert read(file) == KEPT
    write(tmp_path / "nowhere" / "state.json", KEPT)


@pytest.mark.parametrize("octets", DAMAGED)
def test_damage_counts_as_nothing_kept(tmp_path: Path, octets: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(octets)
    assert not read(file).screen
    assert resumed(Start(kept=file)).screen == "customers"


_KEYS = st.sampled_from(["filter", "sort", "descending", "columns", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(_KEYS, each)
)


@given(view=_JSON, screen=_JSON)
def test_any_values_are_read_as_what_they_are_or_as_nothing(
    tmp_path_factory: pytest.TempPathFactory, view: object, screen: object
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps({"version": 1, "screen": screen, "views": {"customers": view}}))
    found = read(file)
    for each in found.views.values():
        assert each.query.isprintable()
        assert each.order is None or isinstance(each.order.name, str)


def test_what_the_operator_says_counts_more(tmp_path: Path) -> None:
    start = Start(kept=tmp_path / "state.json")
    write(tmp_path / "state.json", KEPT)
    assert resumed(start).screen == "sessions"
    assert resumed(start).views == KEPT.views
    assert resumed(replace(start, screen="audit", named=True)).screen == "audit"
    assert resumed(replace(start, query="ani")).screen == "customers"
    assert resumed(replace(start, fresh=True)) == replace(start, fresh=True)
    write(tmp_path / "state.json", replace(KEPT, screen="no-such-screen"))
    assert resumed(start).screen == "customers"


def test_the_file_stands_beside_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIUSBRIDGE_HOME", str(tmp_path / "home"))
    place = Settings(str(tmp_path / "data.sqlite3"), tmp_path / "key", None, "ani")
    assert file_of(place) == tmp_path / "data.sqlite3-dashboard.json"
    assert file_of(replace(place, database="postgresql://noc:s3cret@db/isp")) == tmp_path / "home" / "dashboard.json"


async def test_a_list_comes_back_as_it_was_left(theatre: Theatre, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    people = (person("ani"), person("budi"), person("siti", area="utara"))
    async with theatre.show(*people, start=Start(kept=file)) as stage:
        await stage.press("s", "S", "slash", *"i")
        await stage.until_shown("USER NAME▾", "3 of 3 customers")
        await stage.press("enter", "2")
        await stage.until(lambda: stage.app.list_screen.NAME == "sessions")
        await stage.app.hand_over()
    start = await asyncio.to_thread(resumed, Start(kept=file))
    assert start.screen == "sessions"
    assert start.views["customers"] == View("i", Order("user", descending=True))
    assert start.views["devices"] == View()


async def test_a_kept_filter_and_order_stand_from_the_first_rows_on(theatre: Theatre) -> None:
    views = {"customers": View("area:utara", Order("user", descending=True)), "sessions": View("", Order("nonsense"))}
    people = (person("ani", area="utara"), person("budi"), person("siti", area="utara"))
    async with theatre.show(*people, start=Start(views=views)) as stage:
        await stage.until_shown("USER NAME▾", "/ area:utara")
        await stage.until(lambda: "siti" in stage.lines[2] and "ani" in stage.lines[3])
        await stage.press("2")
        await stage.until_shown("USER NAME▴")
