"""Values: every form is read, the plain one is sent, and nothing is typed by its look."""

from datetime import datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.routeros.attributes import AttributeList
from radiusbridge.routeros.menus import (
    PPP_ACTIVE,
    SYSTEM_RESOURCE,
    UM_GROUP,
    UM_LIMITATION,
    UM_PROFILE,
    UM_SESSION,
    UM_USER,
    UM_USER_PROFILE,
)
from radiusbridge.routeros.schema import Kind, parse, plain
from radiusbridge.routeros.values import Typed, parse_pair


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("kind", "text", "value", "sent"),
    [
        (Kind.FLAG, "true", True, True),
        (Kind.FLAG, "yes", True, True),
        (Kind.FLAG, "false", False, False),
        (Kind.FLAG, "no", False, False),
        (Kind.INTEGER, "0123", 123, 123),
        (Kind.RATE, "10M", 10_000_000, 10_000_000),
        (Kind.RATE, "1.5M", 1_500_000, 1_500_000),
        (Kind.RATE, "512k", 512_000, 512_000),
        (Kind.RATE, "10000000B", 10_000_000, 10_000_000),
        (Kind.RATE, "10Mbps", 10_000_000, 10_000_000),
        (Kind.RATE, "10", 10, 10),
        (Kind.SIZE, "1073741824", 2**30, 2**30),
        (Kind.SIZE, "524288B", 524_288, 524_288),
        (Kind.SIZE, "512k", 524_288, 524_288),
        (Kind.SIZE, "10MiB", 10_485_760, 10_485_760),
        (Kind.DURATION, "1w2d03:04:05", 788_645, "1w2d3h4m5s"),
        (Kind.DURATION, "30m", 1800, "30m"),
        (Kind.DURATION, "1d2h", 93_600, "1d2h"),
        (Kind.DURATION, "0s", 0, "0s"),
        (Kind.DURATION, "03:04:05", 11_045, "3h4m5s"),
        (Kind.DURATION, "23h59m59s", 86_399, "23h59m59s"),
        (Kind.DURATION, "00:00:00.200", 0.2, "200ms"),
        (Kind.DURATION, "1s100ms", 1.1, "1s100ms"),
        (Kind.DURATION, "90", 90, "1m30s"),
        (Kind.DATE, "jan/28/2022 16:42:51", day("2022-01-28 16:42:51"), "2022-01-28 16:42:51"),
        (Kind.DATE, "Jan/28/2022", day("2022-01-28"), "2022-01-28 00:00:00"),
        (Kind.DATE, "2026-05-31 00:00:00", day("2026-05-31"), "2026-05-31 00:00:00"),
        (Kind.DATE, "1970-01-01", day("1970-01-01"), "1970-01-01 00:00:00"),
        (Kind.ADDRESS, "10.20.0.7", ip_address("10.20.0.7"), "10.20.0.7"),
        (Kind.ADDRESS, "10.20.0.7/32", ip_address("10.20.0.7"), "10.20.0.7"),
        (Kind.ADDRESS, "2001:DB8::1/128", ip_address("2001:db8::1"), "2001:db8::1"),
        (Kind.SET, "start,interim", ("start", "interim"), "start,interim"),
        (Kind.SET, "", (), ""),
        (Kind.SESSION_ID, "0x81300077", "81300077", "81300077"),
        (Kind.SESSION_ID, "8130AB77", "8130ab77", "8130ab77"),
        (Kind.TEXT, "0123", "0123", "0123"),
        (Kind.TEXT, "yes", "yes", "yes"),
    ],
)  # fmt: skip
def test_every_form_is_read_and_the_plain_one_sent(kind: Kind, text: str, value: Typed, sent: str | int) -> None:
    assert parse(kind, text) == value
    assert type(parse(kind, text)) is type(value)
    assert plain(kind, text) == plain(kind, value) == sent
    if kind is not Kind.FLAG:  # which the encoder writes as yes and no
        assert parse(kind, str(sent)) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.FLAG, "True"), (Kind.FLAG, "1"), (Kind.FLAG, ""), (Kind.INTEGER, "1.0"), (Kind.INTEGER, "٣"),
        (Kind.RATE, "10X"), (Kind.RATE, "-1"), (Kind.RATE, ""), (Kind.RATE, "1.0001k"), (Kind.RATE, "10m"),
        (Kind.SIZE, "1.5"), (Kind.DURATION, ""), (Kind.DURATION, "5x"), (Kind.DURATION, "m5"), (Kind.DURATION, "1:2"),
        (Kind.DATE, "foo/01/2022"), (Kind.DATE, "feb/30/2022"), (Kind.DATE, "16:42:51"), (Kind.DATE, "2026-13-01"),
        (Kind.ADDRESS, "10.0.0.0/24"), (Kind.ADDRESS, "10.0.0.1-10.0.0.9"), (Kind.ADDRESS, "pool-1"),
        (Kind.SESSION_ID, "xyz"), (Kind.SESSION_ID, ""),
    ],
)  # fmt: skip
def test_what_is_no_such_value_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(BadInput, match="is not a"):
        parse(kind, text)


@given(st.sampled_from(Kind), st.text(max_size=30))
def test_hostile_text_is_read_or_refused(kind: Kind, text: str) -> None:
    try:
        value = parse(kind, text)
    except BadInput:
        return
    if kind in {Kind.TEXT, Kind.ATTRIBUTES, Kind.SET}:
        assert plain(kind, value) == text


@given(st.integers(0, 10**12))
def test_durations_survive(milliseconds: int) -> None:
    sent = plain(Kind.DURATION, milliseconds / 1000)
    assert isinstance(sent, str)
    assert parse(Kind.DURATION, sent) == milliseconds / 1000


@given(st.datetimes(min_value=day("1000-01-01")).map(lambda moment: moment.replace(microsecond=0)))
def test_dates_survive(moment: datetime) -> None:
    assert parse(Kind.DATE, str(plain(Kind.DATE, moment))) == moment


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Kind.RATE, True), (Kind.RATE, 1.5), (Kind.FLAG, 1), (Kind.TEXT, 7), (Kind.SET, True), (Kind.DURATION, -1)],
)
def test_a_value_of_another_type_is_never_sent(kind: Kind, value: Typed) -> None:
    with pytest.raises(BadInput):
        plain(kind, value)


def test_rows_are_typed_by_their_menu() -> None:
    user = UM_USER.row({".id": "*1", "name": "yes", "password": "0123", "disabled": "true", "shared-users": "unlimited",
                        "attributes": "Framed-Pool:isolir", "brand-new": "1"})  # fmt: skip
    assert dict(user) == {
        ".id": "*1", "name": "yes", "password": "0123", "disabled": True, "shared-users": "unlimited",
        "attributes": AttributeList.parse("Framed-Pool:isolir"), "brand-new": "1",
    }  # fmt: skip
    assert (user.id, user.text("comment"), user.flag("disabled"), len(user)) == ("*1", "", True, 7)
    assert user.attributes().get("Framed-Pool") == "isolir"
    with pytest.raises(BadInput, match="shared-users is unlimited"):
        user.integer("shared-users")
    active = PPP_ACTIVE.row({"uptime": "1w2d03:04:05", "session-id": "0x81300077", "address": "10.0.0.9"})
    assert active["session-id"] == "81300077"
    assert active.seconds("uptime") == 788_645
    session = UM_SESSION.row(
        {"status": "start,interim", "started": "2026-05-31 00:00:00", "ended": "", "active": "true"}
    )
    assert (session.set("status"), session.date("started"), session.date("ended"), session.flag("active")) == (
        ("start", "interim"), day("2026-05-31"), None, True,
    )  # fmt: skip
    assert UM_USER_PROFILE.row({"end-time": "not-yet-running"})["end-time"] == "not-yet-running"
    assert UM_SESSION.row({"started": "16:42:51"})["started"] == "16:42:51"  # RouterOS 6 shortens: kept as text
    assert SYSTEM_RESOURCE.row({"free-memory": "1024"}).integer("free-memory") == 1024
    assert UM_GROUP.row({".dead": "yes"})[".dead"] is True


def test_a_pair_is_up_and_down() -> None:
    assert parse_pair("2M/10M") == (2_000_000, 10_000_000)
    for text in ("10M", "1/2/3"):
        with pytest.raises(BadInput):
            parse_pair(text)


def test_what_is_written_is_plain_and_checked() -> None:
    wanted: dict[str, Typed] = {"rate-limit-rx": "10M", "uptime-limit": 93_600, "reset-counters-interval": "daily"}
    assert UM_LIMITATION.plain(wanted) == {
        "rate-limit-rx": 10_000_000, "uptime-limit": "1d2h", "reset-counters-interval": "daily",
    }  # fmt: skip
    assert UM_PROFILE.plain({"name": "yes", "validity": "unlimited"}) == {"name": "yes", "validity": "unlimited"}
    with pytest.raises(BadInput, match="rate-limit-rx: “10X” is not a rate"):
        UM_LIMITATION.plain({"rate-limit-rx": "10X"})
    with pytest.raises(BadInput, match="no property"):
        UM_GROUP.plain({"nmae": "x"})


def test_a_menu_says_what_to_ask_for() -> None:
    assert UM_GROUP.proplist[:2] == (".id", "name")
    assert UM_GROUP.command("print") == "/user-manager/user/group/print"


HAND_MADE = (
    "Reply-Message:Hello, friend,Framed-Pool:isolir, Delegated-IPv6-Prefix:2001:db8::/56,odd,"
    "Framed-Route:a,Framed-Route:b"
)


def test_an_attribute_list_keeps_what_it_does_not_know() -> None:
    found = AttributeList.parse(HAND_MADE)
    assert str(found) == HAND_MADE
    assert found.get("Reply-Message") == "Hello, friend"
    assert found.get("Delegated-IPv6-Prefix") == "2001:db8::/56,odd"
    assert found.values("Framed-Route") == ("a", "b")
    assert found.get("Absent") is None
    changed = found.merged({"Framed-Pool": "plan", "Framed-Route": None, "Mikrotik-Address-List": "isolir"})
    assert str(changed) == (
        "Reply-Message:Hello, friend,Framed-Pool:plan, Delegated-IPv6-Prefix:2001:db8::/56,odd,"
        "Mikrotik-Address-List:isolir"
    )
    assert str(found.merged({"Framed-Pool": "isolir"})) == HAND_MADE
    assert str(AttributeList.parse("").merged({"A": "b"})) == "A:b"


@pytest.mark.parametrize(
    ("name", "value"), [("A", "b,C:d"), ("A", ""), ("A", "x\n"), ("A:B", "c"), ("", "c"), (" A", "c")]
)
def test_an_attribute_that_would_break_the_list_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadInput):
        AttributeList().merged({name: value})


@given(
    st.text("Ab-:, 1\n", max_size=30),
    st.dictionaries(st.sampled_from(["A", "b", "Ab"]), st.none() | st.text("xy:", min_size=1, max_size=3), max_size=3),
)
def test_merging_changes_what_was_asked_and_nothing_else(text: str, changes: dict[str, str | None]) -> None:
    before = AttributeList.parse(text)
    assert str(before) == text
    after = AttributeList.parse(str(before.merged(changes)))
    for name, value in changes.items():
        assert after.values(name) == (() if value is None else (value,))
    ignored = {*changes, ""} if before.pairs()[:1] == (("", ""),) else {*changes}  # a lone comma in front may go
    kept = [pair for pair in before.pairs() if pair[0] not in ignored]
    assert [pair for pair in after.pairs() if pair[0] not in ignored] == kept
