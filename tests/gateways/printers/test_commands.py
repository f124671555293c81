"""What a printer says of itself, by Epson's bits."""

import pytest

from radiusbridge.gateways.printers import commands


@pytest.mark.parametrize(
    ("answers", "faults", "warnings"),
    [
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}, (), ()),
        ({1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12}, ("the cover is open",), ()),
        ({1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}, ("the paper is out",), ("the paper is nearly out",)),
        ({1: 0x12, 4: 0x1E}, (), ("the paper is nearly out",)),
        ({1: 0x1A, 3: 0x1A}, ("the knife is stuck",), ()),
        ({1: 0x1A}, ("off-line",), ()),
    ],
)
def test_states(answers: dict[int, int], faults: tuple[str, ...], warnings: tuple[str, ...]) -> None:
    found = commands.state(answers)
    assert (found.faults, found.warnings) == (faults, warnings)
    assert all(commands.is_status(octet) for octet in answers.values())


def test_an_octet_is_told_for_what_it_is() -> None:
    assert not any(map(commands.is_status, b"\x00\x0c\x80\x11\xff"))
    assert all(map(commands.is_in_order, b"\x00\x03\x0c\x0f"))
    assert (commands.paper_out(0x0C), commands.paper_out(0x03)) == (True, False)
    assert commands.PrinterState().words == "ready, with paper"
