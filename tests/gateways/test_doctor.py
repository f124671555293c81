"""The doctor finds what is wrong with a router, and the lines that it prints mend it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.capabilities import FRESH
from radiusbridge.domain.doctor import Diagnosis, Severity
from radiusbridge.domain.records import LoginMethod, Policy, TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.doctor.examine import Examined
from radiusbridge.gateways.doctor.script import PLACEHOLDER, Script, quoted
from tests.gateways.conftest import SEVEN, SIX
from tests.gateways.support import Place, place
from tests.gateways.terminal import paste, sentence, unquoted

ZONE = ZoneInfo("UTC")
Provoke = Callable[[Place], None]
W, F = Severity.WARNING, Severity.FAULT


def row_of(isp: Place, router: str, menu: str, **wanted: str) -> dict[str, str]:
    rows = isp.isp.router(router).menus[menu].rows()
    named = {name.replace("_", "-"): value for name, value in wanted.items()}
    return next(row for row in rows if named.items() <= row.items())


def change(router: str, menu: str, where: dict[str, str] | None = None, **values: str) -> Provoke:
    """Set properties of a row, or of a menu of settings."""

    def work(isp: Place) -> None:
        found = isp.isp.router(router).menus[menu]
        named = {name.replace("_", "-"): value for name, value in values.items()}
        found.set(row_of(isp, router, menu, **(where or {})), named)

    return work


def add(router: str, menu: str, **values: str) -> Provoke:
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return lambda isp: (isp.isp.router(router).menus[menu].add(named), None)[1]


def remove(router: str, menu: str, **wanted: str) -> Provoke:
    return lambda isp: isp.isp.router(router).menus[menu].remove(row_of(isp, router, menu, **wanted))


def shown(router: str, menu: str, **values: str) -> Provoke:
    """What a menu of settings shows that nobody can set."""

    def work(isp: Place) -> None:
        settings = next(iter(isp.isp.router(router).menus[menu].rows()))
        settings.update({name.replace("_", "-"): value for name, value in values.items()})

    return work


def both(*steps: Provoke) -> Provoke:
    def work(isp: Place) -> None:
        for step in steps:
            step(isp)

    return work


def skewed(router: str) -> Provoke:
    """A clock that nobody sets is an hour off."""
    off = change(router, "/system/ntp/client", enabled="no")
    return both(off, lambda isp: isp.isp.faults(router).turn(clock_skew=3600.0))


async def examine(isp: Place, device: str, zone: ZoneInfo = ZONE) -> Examined:
    server = replace(isp.server, method=LoginMethod.CHAP)
    if device == "um1":
        return await isp.gateways.examine_server(server, [isp.nas], zone=zone)
    return await isp.gateways.examine_nas(isp.nas, server, signs=not isp.six, zone=zone)


def by_id(examined: Examined) -> dict[str, Diagnosis]:
    """The gravest of each id."""
    order = list(Severity)
    found = sorted(examined.findings, key=lambda each: order.index(each.severity) if each.severity != "unknown" else 9)
    return {each.id: each for each in found}


GENERAL: list[tuple[str, Callable[[str], Provoke], Severity]] = [
    ("ntp", lambda name: change(name, "/system/ntp/client", enabled="no"), W),
    ("clock", skewed, W),
    ("log", lambda name: change(name, "/system/logging/action", {"name": "memory"}, memory_lines="10"), W),
    ("log-error", lambda name: change(name, "/system/logging", {"topics": "error"}, disabled="yes"), W),
    ("log-info", lambda name: change(name, "/system/logging", {"topics": "info"}, topics="script"), W),
    ("rights-surplus", lambda name: change(name, "/user/group", {"name": "api"}, policy=ALL), W),
    ("rights", lambda name: change(name, "/user/group", {"name": "api"}, policy="api,read,write"), W),
    ("api-reach", lambda name: change(name, "/ip/service", {"name": "api"}, disabled="no"), W),
    ("time-zone", lambda name: change(name, "/system/clock", time_zone_name="Asia/Jakarta"), Severity.NOTE),
]  # fmt: skip
ALL = "api,read,write,test,sensitive,policy,ftp"
SETTINGS = {"server": "/user-manager", "nas": "/radius"}
ASKED = {"service": "ppp"}
SERVER7: list[tuple[str, Provoke, Severity]] = [
    ("enabled", change("um1", "/user-manager", enabled="no"), F),
    ("enabled", change("um1", "/user-manager", authentication_port="1645"), W),
    ("use-profiles", change("um1", "/user-manager", use_profiles="no"), W),
    ("require-message-auth", change("um1", "/user-manager", require_message_auth="no"), W),
    ("client", remove("um1", "/user-manager/router", name="probe"), F),
    ("client", change("um1", "/user-manager/router", {"name": "probe"}, disabled="yes"), F),
    ("radius", change("um1", "/user-manager/router", {"name": "probe"}, shared_secret="other"), F),
    ("nas-clients", remove("um1", "/user-manager/router", name="nas1"), W),
    ("nas-clients", change("um1", "/user-manager/router", {"name": "nas1"}, disabled="yes"), W),
    ("nas-clients", change("um1", "/user-manager/router", {"name": "nas1"}, coa_port="1700"), W),
    ("database", shown("um1", "/user-manager/database", db_size="90000000"), W),
]
SERVER6: list[tuple[str, Provoke, Severity]] = [
    ("owner", change("um1", "/tool/user-manager/customer", {"login": "admin"}, login="boss"), F),
    ("client", remove("um1", "/tool/user-manager/router", name="probe"), F),
    ("nas-clients", lambda _isp: None, W),
    ("database", shown("um1", "/tool/user-manager/database", db_size="90000000"), W),
]
NAS: list[tuple[str, Provoke, Severity]] = [
    ("use-radius", change("nas1", "/ppp/aaa", use_radius="no"), F),
    ("accounting", change("nas1", "/ppp/aaa", accounting="no"), W),
    ("accounting", change("nas1", "/ppp/aaa", interim_update="0s"), W),
    ("incoming", change("nas1", "/radius/incoming", accept="no"), W),
    ("incoming", change("nas1", "/radius/incoming", port="1700"), W),
    ("radius-row", remove("nas1", "/radius", address="127.0.0.1"), W),
    ("radius-row", change("nas1", "/radius", {"address": "127.0.0.1"}, disabled="yes"), W),
    ("radius-server", change("nas1", "/radius", ASKED, disabled="yes"), F),
    ("radius-duplicates", add("nas1", "/radius", address="127.0.0.1", secret="other"), W),
    ("radius-timeout", change("nas1", "/radius", ASKED, timeout="300ms"), W),
    ("isolation-rule", remove("nas1", "/ip/firewall/filter", comment="isolated"), W),
    ("isolation-rule", change("nas1", "/ip/firewall/filter", {"comment": "isolated"}, disabled="yes"), W),
    ("isolation-ipv6", add("nas1", "/ipv6/pool", name="six", prefix="2001:db8::/48", prefix_length="56"), W),
]  # fmt: skip


def overtaken(isp: Place) -> None:
    """A rule that fasttracks everything comes first."""
    filters = isp.isp.router("nas1").menus["/ip/firewall/filter"]
    rule = row_of(isp, "nas1", "/ip/firewall/filter", comment="isolated")
    made = filters.add({"chain": "forward", "action": "fasttrack-connection"})
    filters.place(filters.lookup(made), rule[".id"])


def forged(isp: Place) -> None:
    """Answers that do not verify were counted."""
    asked_of(isp)["bad-replies"] = 7


def unanswered(isp: Place) -> None:
    counts = asked_of(isp)
    counts["timeouts"] = counts["requests"]


def asked_of(isp: Place) -> Counter[str]:
    """What the NAS counts of its server."""
    row = next(iter(isp.isp.router("nas1").menus["/radius"].rows()))
    return isp.isp.router("nas1").nas.client.counts((row["address"], int(row["authentication-port"])))


NAS += [
    ("isolation-rule", overtaken, W),
    ("radius-counters", forged, W),
    ("radius-counters", unanswered, W),
]
NAS7: list[tuple[str, Provoke, Severity]] = [
    ("require-message-auth", change("nas1", "/radius", ASKED, require_message_auth="no"), W),
]
HOTSPOT: list[tuple[str, Provoke, Severity]] = [
    ("hotspot", change("nas1", "/ip/hotspot", disabled="yes"), Severity.NOTE),
    ("hotspot-radius", change("nas1", "/ip/hotspot/profile", {"name": "hsprof1"}, use_radius="no"), Severity.NOTE),
    ("hotspot-radius", change("nas1", "/radius", {"service": "ppp,hotspot"}, service="ppp"), F),
    ("hotspot-radius", change("nas1", "/ip/hotspot/profile", {"name": "hsprof1"}, radius_accounting="no"), W),
    ("hotspot-trial", change("nas1", "/ip/hotspot/profile", {"name": "hsprof1"}, login_by="http-chap,trial"), W),
    ("hotspot-cookies", lambda _isp: None, Severity.NOTE),
    ("hotspot-mac-cookies", lambda _isp: None, Severity.NOTE),
]
HOTSPOT7_17: list[tuple[str, Provoke, Severity]] = [
    ("hotspot", change("nas1", "/system/device-mode", hotspot="no"), F),
]
CASES = [
    *((ros, device, name, of(device), severity) for ros in (SEVEN, SIX) for device in ("um1", "nas1")
      for name, of, severity in GENERAL),
    *((SEVEN, "um1", *case) for case in SERVER7),
    *((SIX, "um1", *case) for case in SERVER6),
    *((ros, "nas1", *case) for ros in (SEVEN, SIX) for case in NAS),
    *((SEVEN, "nas1", *case) for case in NAS7),
    *((SIX if at % 2 else SEVEN, "nas1", *case) for at, case in enumerate(HOTSPOT)),
    *(("7.21.5", "nas1", *case) for case in HOTSPOT7_17),
]  # fmt: skip


def secret_of(isp: Place, found: Diagnosis) -> str:
    """What the operator puts in place of the placeholder."""
    assert isp.server.radius is not None
    assert isp.nas.dae is not None
    if found.id in {"client", "radius"}:
        return isp.server.radius.secret.reveal()
    if found.id == "radius-row":
        return isp.nas.dae.secret.reveal()
    return isp.isp.options.secret


@pytest.mark.parametrize(
    ("ros", "device", "name", "provoke", "severity"),
    CASES,
    ids=[f"{ros}-{device}-{name}-{count}" for count, (ros, device, name, _, _) in enumerate(CASES)],
)
async def test_what_is_found_is_mended_by_the_lines_that_are_printed(
    ros: str, device: str, name: str, provoke: Provoke, severity: Severity, tmp_path: Path
) -> None:
    async with place(tmp_path / "trace", ros=ros, customers=1, guests=int(name.startswith("hotspot"))) as isp:
        isp.server = replace(isp.server, isolation_policy=Policy.WALLED)
        provoke(isp)
        await isp.isp.shell.settled()
        found = by_id(await examine(isp, device))[name]
        assert found.severity is severity, found
        assert found.why
        assert found.mend
        for line in found.mend:
            assert line.startswith("/"), line
            await paste(isp, device, line, secret_of(isp, found))
        await isp.isp.shell.settled()
        mended = by_id(await examine(isp, device))[name]
        assert mended.severity is Severity.OK, mended


@pytest.mark.parametrize(
    ("mode", "severity", "words"),
    [
        ({"mode": "home"}, F, "the device-mode forbids hotspots"),
        ({"mode": "basic", "hotspot": "no"}, F, "the device-mode forbids hotspots"),
        ({"mode": "advanced"}, F, "or has become a port of a bridge"),
        ({"mode": "advanced", "hotspot": "yes", "flagged": "no"}, F, "or has become a port of a bridge"),
        ({"mode": "kiosk"}, F, "or the device-mode forbids it: what kiosk allows is not known here"),
        ({"mode": "home", "hotspot": "perhaps"}, Severity.UNKNOWN, "hotspot: perhaps, which is not known here"),
        ({}, F, "could not be looked at: nothing was shown"),
    ],
)
async def test_a_device_mode_in_other_words_makes_no_wrong_finding(
    mode: dict[str, str], severity: Severity, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(tmp_path / "trace", ros="7.21.5", customers=1, guests=1) as isp:
        menus = isp.isp.router("nas1").menus
        monkeypatch.setattr(menus["/ip/hotspot"], "view", lambda row: {**row, "invalid": "true"})
        monkeypatch.setattr(menus["/system/device-mode"], "rows", lambda: [{}])
        monkeypatch.setattr(menus["/system/device-mode"], "view", lambda _row: mode)
        found = by_id(await examine(isp, "nas1"))["hotspot"]
        assert (found.severity, words in f"{found.seen} {found.why}") == (severity, True), found


@pytest.mark.parametrize("ros", [SEVEN, SIX, "7.10.2", "7.21.5"])
async def test_a_sound_isp_has_no_fault(ros: str, tmp_path: Path) -> None:
    async with place(tmp_path / "trace", ros=ros) as isp:
        for device in ("um1", "nas1"):
            examined = await examine(isp, device)
            assert examined.reached
            wrong = {each.id for each in examined.findings if each.severity in {Severity.FAULT, Severity.WARNING}}
            old = {"log", "nas-clients"} if ros == SIX else set()
            assert wrong <= {"api-tls", "api-reach", *old, *({"signing"} if ros in {SIX, "7.10.2"} else ())}
            unknown = {each.id for each in examined.findings if each.severity is Severity.UNKNOWN}
            assert unknown == ({"require-message-auth"} if (ros, device) in SHOWS_NO_POLICY else set())
            assert examined.card is not None
            assert examined.card.version.startswith(ros)
            assert not examined.card.lacks
        text = (tmp_path / "trace").read_text()
        assert isp.nas.dae is not None
        assert isp.nas.dae.secret.reveal() not in text


async def test_a_hotspot_without_a_pool_or_with_one_that_is_gone(tmp_path: Path) -> None:
    async with place(tmp_path / "trace", customers=1, guests=1, local_guests=1, board="hAP", licence="3") as isp:
        found = by_id(await examine(isp, "nas1"))
        assert (found["hotspot"].severity, found["hotspot-pool"].severity) == (Severity.OK, Severity.OK)
        full = found["hotspot-licence"]
        assert (full.severity, full.seen) == (Severity.FAULT, "licence 3: 2 of 1 hotspot guests")
        row = row_of(isp, "nas1", "/ip/hotspot", name="hotspot1")
        row["address-pool"] = "*7"
        gone = by_id(await examine(isp, "nas1"))["hotspot-pool"]
        assert gone.severity is Severity.FAULT
        await paste(isp, "nas1", *gone.mend)
        assert by_id(await examine(isp, "nas1"))["hotspot-pool"].severity is Severity.NOTE


async def test_without_a_hotspot_nothing_more_is_said_of_it(isp: Place) -> None:
    found = [each for each in (await examine(isp, "nas1")).findings if each.id.startswith("hotspot")]
    assert [(each.id, each.severity) for each in found] == [("hotspot", Severity.OK)]


SHOWS_NO_POLICY = {(SIX, "nas1"), ("7.10.2", "um1"), ("7.10.2", "nas1")}


async def test_tls_is_prepared_by_the_lines(isp: Place) -> None:
    found = by_id(await examine(isp, "um1"))["api-tls"]
    *theirs, ours = found.mend
    for line in theirs:
        await paste(isp, "um1", line)
    found = by_id(await examine(isp, "um1"))["api-tls"]
    assert found.mend == (ours,) == ("radiusbridge server edit um1 --tls",)


async def test_over_tls_nothing_is_said_of_passwords_in_clear(tmp_path: Path) -> None:
    async with place(tmp_path / "trace", customers=1, tls=True) as isp:
        (tmp_path / "ca.pem").write_bytes(isp.isp.certificate)
        port = isp.isp.endpoints()["routers"][0]["api"]["tls_port"]
        api = replace(isp.server.router, port=port, tls=TlsMode.TLS, ca_file=str(tmp_path / "ca.pem"))
        isp.server = replace(isp.server, api=api)
        found = by_id(await examine(isp, "um1"))
        assert found["api-tls"].severity is Severity.OK
        assert found["api-plain"].mend == ("/ip/service disable api",)


async def test_a_group_that_others_have_is_left_alone(isp: Place) -> None:
    um = isp.um.menus
    um["/user"].add({"name": "colleague", "group": "api", "password": "x"})
    um["/user/group"].set(row_of(isp, "um1", "/user/group", name="api"), {"policy": ALL})
    found = by_id(await examine(isp, "um1"))["rights-surplus"]
    for line in found.mend:
        await paste(isp, "um1", line)
    assert row_of(isp, "um1", "/user", name="colleague")["group"] == "api"
    assert by_id(await examine(isp, "um1"))["rights-surplus"].severity is Severity.OK


async def test_without_rights_nothing_is_taken_for_ok(either: Place) -> None:
    isp = either
    for name in ("um1", "nas1"):
        change(name, "/user/group", {"name": "api"}, policy="api")(isp)
        examined = await examine(isp, name)
        assert examined.reached
        assert examined.card is None
        known = {each.id for each in examined.findings if each.severity is not Severity.UNKNOWN}
        assert known <= {"reach", "radius", "signing", "dae"}
        others = [each.seen for each in examined.findings if each.id not in {*known, "dae"}]
        assert [seen for seen in others if "not enough permissions" not in seen] == []


async def test_a_server_that_may_not_be_written_to(isp: Place) -> None:
    change("um1", "/user/group", {"name": "api"}, policy="api,read,test,sensitive")(isp)
    found = by_id(await examine(isp, "um1"))["rights"]
    assert (found.severity, found.seen) == (Severity.FAULT, "group api lacks write")
    await paste(isp, "um1", *found.mend)
    assert by_id(await examine(isp, "um1"))["rights"].severity is Severity.OK


async def test_a_server_that_signs_nothing_and_a_nas_that_drops_it(isp: Place) -> None:
    examined = await isp.gateways.examine_nas(isp.nas, isp.server, signs=False, zone=ZONE)
    found = by_id(examined)["require-message-auth"]
    assert found.severity is Severity.FAULT
    (line,) = found.mend
    await paste(isp, "nas1", line)
    after = by_id(await isp.gateways.examine_nas(isp.nas, isp.server, signs=False, zone=ZONE))
    assert after["require-message-auth"].severity is Severity.NOTE


async def test_a_login_without_an_answer_says_nothing_of_signatures(isp: Place) -> None:
    remove("um1", "/user-manager/router", name="probe")(isp)
    examined = await examine(isp, "um1")
    found = by_id(examined)
    assert (found["radius"].severity, found["signing"].severity) == (Severity.FAULT, Severity.UNKNOWN)
    assert examined.card is not None
    assert examined.card.signs is None


async def test_a_login_method_that_no_customer_uses(isp: Place) -> None:
    found = by_id(await isp.gateways.examine_nas(isp.nas, isp.server, signs=True, zone=ZONE))["pppoe-methods"]
    assert found.severity is Severity.WARNING
    assert found.mend == ("radiusbridge server edit um1 --method chap",)
    assert by_id(await examine(isp, "nas1"))["pppoe-methods"].severity is Severity.OK


@pytest.mark.parametrize(("customers", "severity"), [(8, Severity.OK), (9, Severity.WARNING), (10, Severity.FAULT)])
async def test_a_licence_that_is_nearly_full(customers: int, severity: Severity, tmp_path: Path) -> None:
    async with place(tmp_path / "trace", customers=customers, licence="3") as isp:
        examined = await examine(isp, "um1")
        assert by_id(examined)["licence"].severity is severity
        assert examined.card is not None
        assert (examined.card.licence, dict(examined.card.limits)) == ("3", {"active sessions": 10})


async def test_a_licence_of_unknown_worth_and_a_full_disk(isp: Place) -> None:
    shown("um1", "/system/license", level="free")(isp)
    shown("um1", "/system/resource", free_hdd_space="1000000")(isp)
    found = by_id(await examine(isp, "um1"))
    assert found["licence"].severity is Severity.UNKNOWN
    assert found["flash"].severity is Severity.WARNING
    shown("um1", "/system/resource", free_hdd_space="")(isp)
    assert by_id(await examine(isp, "um1"))["flash"].severity is Severity.UNKNOWN


async def test_no_user_manager_and_another_generation(isp: Place) -> None:
    assert isp.nas.api is not None
    examined = await isp.gateways.examine_server(replace(isp.server, api=isp.nas.api), [isp.nas], zone=ZONE)
    assert by_id(examined)["user-manager"].severity is Severity.FAULT
    assert examined.card is not None
    assert examined.card.generation == ""
    wrong = replace(isp.server, kind="userman6")
    found = by_id(await isp.gateways.examine_server(wrong, [isp.nas], zone=ZONE))["user-manager"]
    assert (found.severity, found.mend) == (Severity.FAULT, ("radiusbridge server edit um1 --kind userman7",))


async def test_a_dark_router_is_one_fault_and_no_card(isp: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    isp.isp.faults("nas1").turn(dark=True)
    with monkeypatch.context() as hasty:
        hasty.setattr("radiusbridge.gateways.steps.CONNECT_SECONDS", 0.3)
        examined = await examine(isp, "nas1")
    assert not examined.reached
    assert [each.id for each in examined.findings] == ["reach"]
    assert examined.card is None
    wrong = replace(isp.server, api=replace(isp.server.router, password=Secret("wrong")))
    examined = await isp.gateways.examine_server(wrong, [], zone=ZONE)
    assert "password" in examined.findings[0].seen


async def test_a_router_that_falls_silent_meanwhile(isp: Place) -> None:
    isp.isp.faults("um1").turn(reset_after_out=6, resets=50)
    examined = await examine(isp, "um1")
    assert not examined.reached
    assert "stopped answering" in examined.findings[-1].seen


async def test_what_a_card_says_of_the_rungs(isp: Place) -> None:
    change("nas1", "/radius/incoming", accept="no")(isp)
    change("nas1", "/ppp/aaa", accounting="no")(isp)
    change("nas1", "/user/group", {"name": "api"}, policy="api,read,test")(isp)
    examined = await isp.gateways.examine_nas(isp.nas, isp.server, signs=None, zone=ZONE, card_only=True)
    card = examined.card
    assert card is not None
    assert set(card.lacks) == {"disconnect", "close-session", "nas-api"}
    now = isp.clock.now()
    assert card.fresh(now, card.endpoint)
    assert not card.fresh(now + FRESH, card.endpoint)
    assert not card.fresh(now, "192.0.2.1:8728")
    assert card.started_at is not None
    assert card.started_at <= now


async def test_hostile_names_stay_inside_their_quotes(isp: Place) -> None:
    name = 'x" ]; /system/reset; :put "$a\n\x1b[2J'
    routers = isp.um.menus["/user-manager/router"]
    routers.set(row_of(isp, "um1", "/user-manager/router", name="probe"), {"name": name, "disabled": "yes"})
    found = by_id(await examine(isp, "um1"))["client"]
    (line,) = found.mend
    assert line.isprintable()
    assert "[2J" not in found.seen or "\x1b" not in found.seen
    assert PLACEHOLDER not in line


@given(st.text(max_size=30))
def test_a_value_comes_back_out_of_its_quotes(value: str) -> None:
    text = quoted(value)
    assert text.isascii()
    assert text.isprintable()
    assert unquoted(text) == value


def test_lines_as_each_version_takes_them() -> None:
    assert Script(7).set("/radius/incoming", accept="yes") == "/radius/incoming set accept=yes"
    assert Script(6).set("/radius/incoming", accept="yes") == "/radius incoming set accept=yes"
    line = Script(6).line("/tool/user-manager/router", "add", name="a b", ip_address="10.0.0.1")
    assert line == '/tool user-manager router add name="a b" ip-address=10.0.0.1'
    assert sentence(line) == ("/tool/user-manager/router/add", "", {"name": "a b", "ip-address": "10.0.0.1"})
    assert re.fullmatch(r'"\$\[\\22\]"|"\\\$\[\\"\]"', quoted('$["]'))
