from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.tui import formats, language
from radiusbridge.tui.running import dashboard
from radiusbridge.tui.start import Start, prepared

AT = datetime(2026, 5, 2, 7, 5, 9, tzinfo=UTC)
WIB = timezone(timedelta(hours=7))


def test_english_writes_numbers_money_and_times() -> None:
    assert formats.number(1_234_567) == "1,234,567"
    assert formats.number(1234.56, 1) == "1,234.6"
    assert formats.rate(3_400_000) == "3.4M"
    assert formats.money("IDR", 1_250_000) == "Rp1,250,000"
    assert formats.money("USD", 1250) == "USD 1,250"
    assert formats.day(AT.date()) == "2 May 2026"
    assert formats.moment(AT, WIB) == "2 May 2026 14:05"
    assert formats.stamp(AT, WIB) == " 2 May 14:05:09"
    assert formats.ago(840) == "14m ago"


@pytest.mark.usefixtures("indonesian")
def test_indonesian_writes_numbers_money_and_times() -> None:
    assert formats.number(1_234_567) == "1.234.567"
    assert formats.number(-1234.56, 1) == "-1.234,6"
    assert formats.rate(3_400_000) == "3,4M"
    assert formats.money("IDR", 1_250_000) == "Rp1.250.000"
    assert formats.money("USD", 1250) == "USD 1.250"
    assert formats.day(AT.date()) == "2 Mei 2026"
    assert formats.moment(AT, WIB) == "2 Mei 2026 14.05"
    assert formats.stamp(AT, WIB) == " 2 Mei 14.05.09"
    assert formats.ago(840) == "14m lalu"


def test_every_language_has_its_way_to_write_numbers() -> None:
    assert set(language.languages()) == formats.STYLED, "add the language to radiusbridge/tui/formats.py"


@pytest.mark.parametrize(
    ("asked", "environment", "chosen"),
    [
        ("", {}, "en"),
        ("", {"LANG": "id_ID.UTF-8"}, "id"),
        ("", {"LANG": "in_ID"}, "id"),
        ("", {"LANG": "id_ID.UTF-8", "LC_MESSAGES": "C.UTF-8"}, "en"),
        ("", {"LANG": "id_ID", "LC_MESSAGES": "id_ID", "LC_ALL": "en_US.UTF-8"}, "en"),
        ("", {"LANG": "id_ID", "LC_ALL": ""}, "id"),
        ("", {"LANG": "tlh_XX@qaghwI"}, "en"),
        ("", {"LANG": "en_US.UTF-8", "RADIUSBRIDGE_LANGUAGE": "id"}, "id"),
        ("en", {"LANG": "id_ID", "RADIUSBRIDGE_LANGUAGE": "id"}, "en"),
    ],
)
def test_the_language_is_chosen(asked: str, environment: dict[str, str], chosen: str) -> None:
    assert language.choose(asked, environment) == chosen


@pytest.mark.parametrize(("asked", "environment"), [("tlh", {}), ("", {"RADIUSBRIDGE_LANGUAGE": "../../id"})])
def test_a_language_that_is_not_there_is_refused_by_name(asked: str, environment: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="there is no language") as caught:
        language.choose(asked, environment)
    assert caught.value.hint == "there are en, id"


@pytest.mark.usefixtures("indonesian")
def test_a_dashboard_begins_in_the_language_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIUSBRIDGE_HOME", str(tmp_path))
    monkeypatch.delenv("RADIUSBRIDGE_LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    prepared(None)
    assert (language.current(), language._("Customers")) == ("en", "Customers")
    prepared(Start(language="id_ID.UTF-8"))
    assert (language.current(), language._("Customers")) == ("id", "Pelanggan")


async def test_a_language_that_is_not_there_ends_the_dashboard_before_it_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await dashboard(None, start=Start(language="tlh")) == 2
    assert capsys.readouterr().err == "radiusbridge: --language: there is no language “tlh”; there are en, id\n"
