"""Every screen in Indonesian on 80x24: nothing is cut that an operator needs."""

import pytest
from rich.cells import cell_len

from radiusbridge.services import access
from radiusbridge.tui.actions.table import SCREENS
from radiusbridge.tui.keymap import shown
from radiusbridge.tui.language import _
from tests.tui.conftest import Stage, Theatre, person

pytestmark = pytest.mark.usefixtures("indonesian")
BUDI = person("budi", "Budi Santoso", area="utara")
SITI = person("siti", "Siti Rahayu", area="timur")

DIALOGS = {
    "i": ("Isolir pelanggan ini?", "◉ tolak", "nunggak", "ya, isolir", "esc  tidak", "menyalin baris ini", "--policy"),
    "a": ("Aktifkan pelanggan ini?", "ya, aktifkan", "esc  tidak"),
    "x": ("Kick pelanggan ini?", "ya, kick", "esc  tidak", "Sesi online diakhiri"),
    "r": ("Perpanjang pelanggan ini?", "bulan", "ya, perpanjang", "esc  tidak"),
    "n": ("Pelanggan baru", "lunas s/d", "^s simpan   ⏎ lanjut   esc keluar"),
    "e": ("Ubah C-0001 budi", "kata sandi", "^s simpan   ⏎ lanjut   esc keluar"),
    "E": ("Ekspor yang ditampilkan filter", "esc  kembali"),
    "y": ("Salin baris perintah dari", "radiusbridge isolate C-0001"),
    "question_mark": ("isolir", "Pasang blokir, putuskan pelanggan"),
}


async def opened(stage: Stage) -> None:
    await stage.until(lambda: stage.app.desk is not None and stage.app.desk.snapshot.generation > 1)
    await stage.until_shown("C-0001", "bras-1", "● 100.64.0.1")


async def test_every_screen_fits(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    async with theatre.show(BUDI, SITI, ready=False) as stage:
        await opened(stage)
        await access.isolate(stage.context, "budi")
        for name, title, key in SCREENS:
            await stage.press(key)
            await stage.until(lambda name=name: name == stage.app.list_screen.NAME)  # type: ignore[misc]
            screen = stage.app.list_screen
            await stage.until(lambda screen=screen: screen.rows is not None)  # type: ignore[misc]
            await stage.until_shown(f"{shown(key)} {_(title)}", "? bantuan")
            assert {cell_len(line) for line in stage.lines} == {80}
            for head, size in zip(screen.sheet().heads(80, None), screen.table.sizes, strict=True):
                assert cell_len(head.title) <= size, f"{name}: the title {head.title} is cut to {size}"
            assert cell_len(screen.sheet().empty) <= 80, name


async def test_every_dialog_of_a_customer_fits_and_says_how_it_is_left(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    async with theatre.show(BUDI, SITI, ready=False) as stage:
        await opened(stage)
        for key, words in DIALOGS.items():
            await stage.press(key)
            await stage.until_shown(*words)
            await stage.press("escape")
            await stage.until(lambda: stage.app.screen is stage.app.list_screen)
        await stage.press("space", "i")
        await stage.until_shown("Isolir 1 pelanggan?", "3 harus berakhir PROVEN", "Ketik 1 lalu tekan ⏎:", "esc  tidak")


async def test_a_verdict_is_told_and_stays_a_term(theatre: Theatre) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    async with theatre.show(BUDI, ready=False) as stage:
        await opened(stage)
        await stage.press("i")
        await stage.until_shown("ya, isolir")
        await stage.press("y")
        await stage.until_shown("✔ PROVEN  isolir budi", "⏎ menampilkan bukti", "diblokir nunggak")


@pytest.mark.parametrize("size", [(100, 30), (140, 40)])
async def test_titles_fit_on_wider_screens(theatre: Theatre, size: tuple[int, int]) -> None:
    theatre.router.dial("budi", "100.64.0.1")
    async with theatre.show(BUDI, ready=False, size=size) as stage:
        await opened(stage)
        for name, _title, key in SCREENS:
            await stage.press(key)
            await stage.until(lambda name=name: name == stage.app.list_screen.NAME)  # type: ignore[misc]
            screen = stage.app.list_screen
            await stage.until(lambda screen=screen: len(screen.table.sizes) > 0)  # type: ignore[misc]
            shown = screen.sheet().heads(size[0], None)
            cut = [head.title for head, room in zip(shown, screen.table.sizes, strict=False) if len(head.title) > room]
            assert not cut, f"{name} at {size[0]} columns"
