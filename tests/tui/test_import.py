"""Customers from a list by keys: the form, every row with what becomes of it, the number, undo."""

import asyncio
from pathlib import Path

import pytest

from tests.tui.test_forms import shown

LIST = """User;Sandi;Nama;HP;Paket;Kolom
kiki;p1;Kiki;0812-3456-7890;Gold 30M;x
lala;p2;\x1b[31mLala;;30M;y
kiki;p3;Kiki;;30M;z
"""


@pytest.fixture
def _in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long path would take the question's lines."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.usefixtures("_in_its_folder")
async def test_a_list_is_imported_by_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "daftar.csv"
    await asyncio.to_thread(file.write_text, LIST)
    async with shown(tmp_path, "customers", size) as stage:
        await stage.press("I")
        await stage.until_shown("Import customers")
        await stage.type(place="daftar.doc")
        await stage.until_shown("is no list")
        await stage.type(place=file.name, said="Kolom=odp", profile="nowhere")
        await stage.until_shown("there is no profile")
        await stage.type(profile="")
        await stage.press("ctrl+s")
        await stage.until_shown("Import 0 customers", "no profile is called “Gold 30M”", "l leaves them")
        await stage.press("l", "m")
        await stage.until_shown("There is nothing to do", "--make-profiles --leave-refused --apply")
        await stage.press("escape")
        await asyncio.to_thread(file.write_text, LIST.replace("Gold 30M", "30M").replace("\x1b[31m", ""))
        await stage.press("I")
        await stage.until_shown("Import customers")
        await stage.type(place=file.name)
        await stage.press("ctrl+s")
        await stage.until_shown("Import 0 customers")
        await stage.press("m", "l")
        await stage.until_shown(
            "Import 2 customers", "makes the profiles 30M", "kiki", "lala", "stands in line 2 already", "Type 2"
        )
        await stage.press("3", "enter")
        await stage.until_shown("3 is not the number")
        await stage.press("2", "enter")
        await stage.until_shown("2 customers, operation", "Kiki", "Lala")
        await stage.press("3")
        await stage.until_shown("import", "daftar.csv")
        await stage.press("enter")
        await stage.until_shown("recorded: 2 new")
        await stage.press("escape", "u")
        await stage.until_shown("2 customers go from the database again")
        await stage.press("y")
        await stage.until_shown("2 operations")
        await stage.press("1")
        await stage.until(lambda: stage.app.list_screen.NAME == "customers" and "Kiki" not in stage.text)
