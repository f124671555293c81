"""When something is an alert, and when no more; quiet hours; what is muted; what may be a rule or a channel."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.alerts.channels import Channel, Hook, Mail, MailTls, checked
from radiusbridge.domain.alerts.episodes import LATELY, Episode, Mute, Signal, over, step
from radiusbridge.domain.alerts.quiet import Quiet, parse_quiet
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind, Rule, Severity
from radiusbridge.domain.alerts.rules import checked as checked_rule
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret

START = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = Rule(Kind.POOL_FULL, Severity.WARNING, 0.9, 0.85, 2 * MINUTE, 3 * MINUTE)
WRONG = Secret("long enough to sign with")


class Life:
    """One subject, looked at every minute; what was raised and resolved, and when."""

    def __init__(self, rule: Rule = RULE) -> None:
        self.rule = rule
        self.now = START
        self.open: Episode | None = None
        self.raised: list[datetime] = []
        self.resolved: list[datetime] = []

    def see(self, level: float | None, after: timedelta = MINUTE) -> Episode | None:
        self.now += after
        lately = sum(self.now - each <= LATELY for each in self.resolved)
        signal = Signal(self.rule.kind, "nas1/pool", level, f"{level}")
        before, found = self.open, step(self.rule, self.open, signal, lately, self.now)
        if found is not None and found.raised and not (before is not None and before.raised):
            self.raised.append(self.now)
        if found is not None and found.resolved_at is not None:
            self.resolved.append(self.now)
            found = None
        self.open = found
        return found


def test_it_is_raised_once_and_resolved_once_with_hysteresis() -> None:
    life = Life()
    first: tuple[float | None, ...] = (0.95, 0.95, 0.89, 0.95, 0.95)
    for level in first:
        life.see(level)
    assert not life.raised, "it has to be bad all the time"
    for level in (0.95, 0.97, 0.97, 0.88, 0.88, 0.88, 0.88, 0.88, 0.8, 0.8, 0.86, 0.8, 0.8, None, None, None):
        life.see(level)
    assert len(life.raised) == 1
    assert not life.resolved, "between the levels, and where nothing is known, nothing changes"
    life.see(0.8)
    assert len(life.resolved) == 1
    for level in (0.5, 0.95, 0.5):
        life.see(level)
    assert (len(life.raised), life.open) == (1, None)


levels = st.lists(st.sampled_from([0.1, 0.86, 0.95, None]), min_size=1, max_size=400)


@given(levels, st.integers(0, 3), st.integers(1, 4), st.integers(20, 200))
def test_whatever_comes_it_is_told_in_turns_and_seldom(
    seen: list[float | None], hold: int, clear: int, seconds: int
) -> None:
    life = Life(replace(RULE, hold=hold * MINUTE, clear=clear * MINUTE))
    for level in seen:
        before = life.open
        found = life.see(level, timedelta(seconds=seconds))
        if level is None and before is not None:
            assert found == before
        if level == 0.86 and before is not None and before.raised:
            assert found is not None, "between the levels it is never resolved"
    turns = sorted([(moment, 0) for moment in life.raised] + [(moment, 1) for moment in life.resolved])
    assert [what for _, what in turns] == [each % 2 for each in range(len(turns))]
    for first in life.raised:
        within = [each for each in life.raised if timedelta(0) <= each - first < LATELY]
        assert len(within) <= 8, "what comes back again and again is damped"


def test_what_flaps_is_soon_told_no_more() -> None:
    life = Life(replace(RULE, hold=timedelta(0), clear=2 * MINUTE))
    for _ in range(200):
        for level in (0.95, 0.1, 0.1, 0.1, 0.1, 0.1):
            life.see(level)
    assert len(life.raised) <= 25, "of 200 times in 20 hours"
    assert len([each for each in life.raised if each - START < LATELY]) <= 3


def test_a_clock_that_was_set_back_delays_nothing() -> None:
    life = Life()
    life.see(0.95)
    life.see(0.95, -timedelta(days=1))
    for _ in range(2):
        life.see(0.95)
    assert len(life.raised) == 1


def test_what_is_looked_at_no_more_ends() -> None:
    pending = Episode(Kind.PROBE_FAILED, "p", Severity.WARNING, START)
    assert over(pending, START) is None
    ended = over(replace(pending, raised_at=START), START + MINUTE)
    assert ended is not None
    assert (ended.resolved_at, ended.words) == (START + MINUTE, "no longer watched")
    off = step(replace(RULE, on=False), replace(pending, raised_at=START), Signal(RULE.kind, "p", 1.0), 0, START)
    assert off is not None
    assert off.resolved_at == START


@given(
    st.integers(0, 365 * 1440),
    st.times(),
    st.times(),
    st.sampled_from(["Asia/Jakarta", "UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_quiet_hours_end_later_and_at_their_end(minutes: int, start: time, end: time, zone: str) -> None:
    start, end = (each.replace(second=0, microsecond=0) for each in (start, end))
    if start == end:
        return
    now, quiet = datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE, Quiet(start, end, zone)
    until = quiet.until(now)
    clock = now.astimezone(ZoneInfo(zone)).time()
    inside = start <= clock < end if start < end else clock >= start or clock < end
    assert (until is not None) is inside
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        # an hour that a change of the clocks leaves out is that much later
        assert until.astimezone(ZoneInfo(zone)).time() == end or abs(quiet_shift(until, zone)) > timedelta(0)


def quiet_shift(moment: datetime, zone: str) -> timedelta:
    """How far the clocks of a zone are moved within a day around a moment."""
    around = [(moment + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).utcoffset() for hours in (-24, 24)]
    assert around[0] is not None
    assert around[1] is not None
    return around[1] - around[0]


def test_quiet_hours_over_midnight_by_local_time() -> None:
    quiet = parse_quiet("22:00-06:00", "Asia/Jakarta")
    assert quiet.until(datetime(2026, 11, 20, 14, 59, tzinfo=UTC)) is None
    morning = datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert quiet.until(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == morning
    assert quiet.until(datetime(2026, 11, 20, 22, 59, tzinfo=UTC)) == morning
    assert quiet.until(morning) is None
    for text, zone in (("22:00", "UTC"), ("6-7", "UTC"), ("22:00-22:00", "UTC"), ("22:00-06:00", "Mars/Base")):
        with pytest.raises(BadInput):
            parse_quiet(text, zone)
    with pytest.raises(BadInput):
        parse_quiet("22:00-06:00", "../../etc/passwd")


def test_a_mute_covers_a_kind_a_subject_or_both_until_it_is_over() -> None:
    mute = Mute(Kind.POOL_FULL, None, START + MINUTE)
    assert mute.covers(Kind.POOL_FULL, "nas1/pool", START)
    assert not mute.covers(Kind.ROUTER_DOWN, "nas1", START)
    assert not mute.covers(Kind.POOL_FULL, "nas1/pool", START + MINUTE)
    assert Mute(None, "nas1", None).covers(Kind.ROUTER_DOWN, "nas1", START + timedelta(days=900))


@pytest.mark.parametrize(
    "changes",
    [
        {"above": 1.5, "below": 0.5},
        {"above": 0.5, "below": 0.6},
        {"below": 0},
        {"above": float("nan")},
        {"hold": timedelta(days=2)},
        {"kind": Kind.ROUTER_DOWN},
    ],
)
def test_a_rule_that_nobody_can_keep_to(changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        checked_rule(replace(RULE, **changes))  # type: ignore[arg-type]
    assert all(checked_rule(rule) is rule for rule in DEFAULTS.values())


MAIL = Mail("mail.example.net", 587, "noc@example.net", ("a@example.net",))


@pytest.mark.parametrize(
    "way",
    [
        replace(MAIL, to=()),
        replace(MAIL, to=("a@example.net\r\nBcc: all@example.net",)),
        replace(MAIL, sender="a@example.net> SIZE=1"),
        replace(MAIL, to=("nobody",)),
        replace(MAIL, user="me"),
        replace(MAIL, user="me", password=WRONG, tls=MailTls.NONE),
        Hook(Secret("http://example.net/hook"), WRONG),
        Hook(Secret("https://me:pass@example.net/hook"), WRONG),
        Hook(Secret("https://example.net/a\r\nX: y"), WRONG),
        Hook(Secret("ftp://example.net/"), WRONG),
        Hook(Secret("https://[::1/"), WRONG),
        Hook(Secret("https://example.net:99999/"), WRONG),
        Hook(Secret("https://example.net/hook"), Secret("short")),
    ],
)
def test_a_channel_that_must_not_be(way: Mail | Hook) -> None:
    with pytest.raises(BadInput) as refused:
        checked(Channel("noc", way))
    assert "pass@" not in refused.value.line()


def test_of_a_url_only_its_host_is_shown() -> None:
    channel = checked(Channel("noc", Hook(Secret("https://hooks.example.net:8443/T0/s3cret?key=1"), WRONG)))
    assert channel.where == "https://hooks.example.net:8443/…"
    assert "s3cret" not in repr(channel)
    assert checked(Channel("m", replace(MAIL, user="me", password=WRONG))).where == "a@example.net"
