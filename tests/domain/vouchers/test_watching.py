"""Guesses and shared codes: what is told, and what an honest guest does that is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.refusals import read_line
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.guessing import (
    FEWEST,
    HOSTS,
    MOST,
    RISK,
    Risk,
    Tries,
    guessers,
    hit_chance,
    is_guess,
    limit,
)
from radiusbridge.domain.vouchers.sharing import Devices, Seen

START = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOTSPOT = "hotspot,account,info,debug"


def test_the_shorter_the_codes_the_sooner_tries_are_too_many() -> None:
    strict, short = Risk(CodeForm(), 1000), Risk(CodeForm("lower-num", 4), 300)
    assert limit(hit_chance([strict])) == MOST
    assert limit(hit_chance([strict, short])) == FEWEST, "the easiest form counts"
    middle = hit_chance([Risk(CodeForm("lower-num", 6), 300)])
    assert limit(middle) == pytest.approx(RISK / middle, abs=1)
    assert hit_chance([]) == 0


@given(st.floats(0, 1, allow_nan=False), st.floats(0, 1, allow_nan=False))
def test_a_likelier_hit_never_allows_more_tries(one: float, other: float) -> None:
    assert limit(min(one, other)) >= limit(max(one, other))


@pytest.mark.parametrize(
    ("topics", "message", "guess"),
    [
        (HOTSPOT, "K7QF2345 (10.5.50.3): login failed: invalid username or password", True),
        (HOTSPOT, "K7QF2345 (10.5.50.3): login failed: authentication failed", True),
        ("manager,account,warning", "K7QF2345: user not found", True),
        (HOTSPOT, "K7QF2345 (10.5.50.3): login failed: RADIUS server is not responding", False),
        (HOTSPOT, "K7QF2345 (10.5.50.3): login failed: no more sessions are allowed for user", False),
        (HOTSPOT, "K7QF2345 (10.5.50.3): login failed: user has reached uptime limit", False),
        (HOTSPOT, "02:11:22:33:44:55 (10.5.50.3): login failed: invalid username or password", False),
    ],
)
def test_which_refusals_may_be_guesses(topics: str, message: str, guess: bool) -> None:
    refused = read_line(topics, message)
    assert refused is not None
    assert is_guess(refused) == guess
    assert refused.host == ("10.5.50.3" if "hotspot" in topics else "")


def test_different_unknown_codes_of_one_host_count_and_nothing_else() -> None:
    tries, chance = Tries(), 1e-3  # the limit is the least
    for count in range(30):
        tries.add(START + count * timedelta(seconds=5), "10.0.0.2", "MYTYPO")
        tries.add(START, "10.0.0.3", f"sold{count}")
    for count in range(FEWEST):
        tries.add(START + count * timedelta(seconds=5), "10.0.0.4", f"Guess{count}")
    now = START + 3 * MINUTE
    known = {f"sold{count}" for count in range(30)}
    found = {each.host: each for each in guessers(tries.lately(now), known, chance)}
    assert {host: each.count for host, each in found.items()} == {"": FEWEST + 1, "10.0.0.2": 1, "10.0.0.4": FEWEST}
    assert found["10.0.0.4"].level == 1
    assert found["10.0.0.4"].codes[0] == f"guess{FEWEST - 1}"
    assert found[""].limit == FEWEST * HOSTS
    assert guessers(tries.lately(now + 12 * MINUTE), known, chance) == ()


def test_a_device_that_changes_its_address_with_each_try_is_told_all_the_same() -> None:
    tries = Tries()
    for count in range(FEWEST * HOSTS):
        tries.add(START, f"10.0.1.{count}", f"guess{count}")
    levels = {each.host: each.level for each in guessers(tries.lately(START), (), 1.0)}
    assert levels.pop("") == 1
    assert max(levels.values()) < 1


class Cafe:
    """One code at a hotspot, looked at every minute."""

    def __init__(self, most: int | None = 1) -> None:
        self.devices, self.most, self.now = Devices(), most, START

    def see(self, *macs: str, cookie: bool = False, after: timedelta = MINUTE) -> int | None:
        """How many times a device came back, 0: too many at once; None: nothing is told."""
        self.now += after
        guests = tuple(Seen("k7qf", mac, "nas1", cookie) for mac in macs)
        found = self.devices.see((*guests, Seen("budi", "X", "nas1")), {"k7qf": self.most}, self.now)
        return found[0].turns if found else None


def test_two_devices_at_once_are_told_unless_so_many_may() -> None:
    assert Cafe().see("A") is None
    assert Cafe().see("A", "B") == 0
    assert Cafe(2).see("A", "B") is None
    assert Cafe(2).see("A", "B", "C") == 0
    assert Cafe(None).see("A", "B", "C") is None
    assert Cafe().see("A", "A") is None


def test_turns_are_told_and_a_move_to_another_device_is_not() -> None:
    cafe = Cafe()
    assert [cafe.see(mac) for mac in "AAABBB"] == [None] * 6, "one who takes the laptop"
    assert cafe.see("A") is None, "and the telephone again"
    assert cafe.see("B") == 2
    assert cafe.see() is None
    assert cafe.see("B") == 2, "it is so for half an hour"
    assert cafe.see("B", after=31 * MINUTE) is None
    slow = Cafe()
    assert [slow.see(mac, after=20 * MINUTE) for mac in "ABABAB"] == [None] * 6
    by_itself = Cafe()
    assert [by_itself.see(mac, cookie=True) for mac in "ABABABAB"] == [None] * 8, "cookies let them in"
    family = Cafe(2)
    assert [family.see(*pair) for pair in ("A", "AB", "B", "A", "AB", "BA")] == [None] * 6
