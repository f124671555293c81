"""`server test` and `nas test`: the failing step is named, nothing after it is guessed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.gateways.steps import covers, router_time
from radiusbridge.simulator.switches import Switches
from tests.gateways.support import Place, api_of, findings, place

SERVER_STEPS = [
    "name", "tcp", "login", "rights", "package", "settings", "clock", "licence", "radius-row", "radius", "signing",
]  # fmt: skip
SERVER_STEPS_6 = [
    "name", "tcp", "login", "rights", "package", "owner", "use-coa", "clock", "licence", "radius-row", "radius",
    "signing",
]  # fmt: skip
NAS_STEPS = [
    "name", "tcp", "login", "rights", "clock", "aaa", "incoming", "radius-row", "dae", "signing", "isolation-rule",
    "isolation-ipv6", "ladder",
]  # fmt: skip


def failed(seen: dict[str, Finding]) -> Finding:
    """The one step that failed, which is the last."""
    last = list(seen.values())[-1]
    assert last.mark is Mark.FAILED, seen
    assert [finding.step for finding in seen.values() if finding.mark is Mark.FAILED] == [last.step]
    assert last.hint
    return last


async def test_a_sound_server_passes_every_step(isp: Place) -> None:
    seen = await findings(isp.accounts.inspect())
    assert list(seen) == SERVER_STEPS
    assert {finding.mark for finding in seen.values()} == {Mark.OK}, seen
    assert seen["radius"].words.startswith("a user who does not exist is refused")


async def test_a_sound_server_of_routeros_6_passes_every_step_but_signing(isp6: Place) -> None:
    rows = isp6.menu("router")
    for row in list(rows.rows()):
        rows.set(row, {"use-coa": "yes"})
    seen = await findings(isp6.accounts.inspect())
    assert list(seen) == SERVER_STEPS_6
    assert {step for step, finding in seen.items() if finding.mark is not Mark.OK} == {"signing"}, seen
    assert seen["package"].words == "User Manager of RouterOS 6 (6.49.18)"
    assert seen["licence"].words == "licence p-unlimited, 3 active sessions"


async def test_what_is_wrong_with_a_server_of_routeros_6_is_named(isp6: Place) -> None:
    seen = await findings(isp6.accounts.inspect())
    assert seen["use-coa"].mark is Mark.WARN
    assert "nas1" in seen["use-coa"].words
    assert "use-coa=yes" in seen["use-coa"].hint
    last = failed(await findings(isp6.fresh(replace(isp6.server, owner="reseller")).inspect()))
    assert (last.step, last.words) == ("owner", "User Manager has no customer reseller")
    assert "admin" in last.hint
    rows = isp6.menu("router")
    probe = rows.named("probe")
    assert probe is not None
    rows.remove(probe)
    last = failed(await findings(isp6.accounts.inspect()))
    assert last.step == "radius-row"
    assert last.hint.startswith("/tool/user-manager/router add name=radiusbridge ip-address=127.0.0.1")
    assert "customer=admin" in last.hint


async def test_a_clock_that_tells_the_date_as_6_does(isp6: Place) -> None:
    assert (await findings(isp6.accounts.inspect()))["clock"].mark is Mark.OK
    isp6.isp.faults("um1").turn(clock_skew=86_400.0)
    assert "ahead" in (await findings(isp6.accounts.inspect()))["clock"].words


async def test_a_nas_of_routeros_6_passes_every_step_but_signing(isp6: Place) -> None:
    seen = await findings(isp6.sessions().inspect(None))
    assert list(seen) == NAS_STEPS
    assert {step for step, finding in seen.items() if finding.mark is not Mark.OK} == {"signing"}, seen
    assert "older than RouterOS 7.15" in seen["signing"].words


async def test_a_sound_nas_passes_every_step(isp: Place) -> None:
    seen = await findings(isp.sessions().inspect(None))
    assert list(seen) == NAS_STEPS
    assert {finding.mark for finding in seen.values()} == {Mark.OK}, seen
    assert "disconnect" in seen["ladder"].words
    assert "503" in seen["dae"].words


@pytest.mark.parametrize(
    ("changes", "step", "words"),
    [
        ({"host": "no-such-host.invalid"}, "name", "does not resolve"),
        ({"port": 9}, "tcp", "refuses"),
        ({"tls": TlsMode.TLS}, "tls", "TLS"),
        ({"password": Secret("wrong")}, "login", "password is wrong"),
    ],
)
async def test_the_way_to_the_api(
    isp: Place, changes: dict[str, Any], step: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "tls" in changes:  # to which a plain port says nothing
        monkeypatch.setattr("radiusbridge.gateways.steps.CONNECT_SECONDS", 1.0)
    api = replace(isp.server.router, **changes)
    last = failed(await findings(isp.fresh(replace(isp.server, api=api)).inspect()))
    assert last.step == step
    assert words in last.words


async def test_what_is_no_router_fails_at_the_api(isp: Place) -> None:
    import asyncio

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    api = replace(isp.server.router, host="127.0.0.1", port=port)
    last = failed(await findings(isp.fresh(replace(isp.server, api=api)).inspect()))
    assert (last.step, "SSH" in last.words) == ("api", True)
    server.close()


async def test_tls_is_a_step_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tls")
    async with place(folder / "trace", customers=1, tls=True) as isp:
        (folder / "ca.pem").write_bytes(isp.isp.certificate)
        described = isp.isp.endpoints()["routers"][0]
        tls_port = described["api"]["tls_port"]
        trusted = api_of(described, port=tls_port, tls=TlsMode.TLS, ca_file=str(folder / "ca.pem"))
        seen = await findings(isp.fresh(replace(isp.server, api=trusted)).inspect())
        assert seen["tls"].mark is Mark.OK
        assert list(seen)[-1] == "signing"
        stranger = replace(trusted, ca_file=None)
        last = failed(await findings(isp.fresh(replace(isp.server, api=stranger)).inspect()))
        assert (last.step, "not trusted" in last.words) == ("tls", True)
        plain = api_of(described, port=tls_port)
        last = failed(await findings(isp.fresh(replace(isp.server, api=plain)).inspect()))
        assert (last.step, "speaks TLS" in last.words) == ("api", True)


def settings(isp: Place, menu: str, router: str = "um1", **values: str) -> None:
    found = isp.isp.router(router).menus[menu]
    found.set(next(iter(found.rows())), {name.replace("_", "-"): value for name, value in values.items()})


async def test_too_few_rights(isp: Place) -> None:
    groups = isp.um.menus["/user/group"]
    row = groups.named("api")
    assert row is not None
    groups.set(row, {"policy": "api,read"})
    last = failed(await findings(isp.accounts.inspect()))
    assert (last.step, "lacks write" in last.words) == ("rights", True)
    groups.set(row, {"policy": "api,read,write"})
    assert (await findings(isp.accounts.inspect()))["rights"].mark is Mark.WARN


async def test_user_manager_is_missing(isp: Place) -> None:
    assert isp.nas.api is not None
    last = failed(await findings(isp.fresh(replace(isp.server, api=isp.nas.api)).inspect()))
    assert (last.step, last.words) == ("package", "User Manager is not installed")


async def test_user_manager_is_switched_off_or_ignores_plans(isp: Place) -> None:
    settings(isp, "/user-manager", use_profiles="no", require_message_auth="no")
    seen = await findings(isp.accounts.inspect())
    assert seen["settings"].mark is Mark.WARN
    assert "use-profiles" in seen["settings"].words
    settings(isp, "/user-manager", enabled="no")
    last = failed(await findings(isp.accounts.inspect()))
    assert (last.step, last.hint) == ("settings", "/user-manager set enabled=yes")


@pytest.mark.parametrize(("skew", "words"), [(400.0, "400 s ahead"), (-7200.0, "2.0 h behind")])
async def test_a_clock_that_is_off_is_a_warning(isp: Place, skew: float, words: str) -> None:
    isp.isp.faults("um1").turn(clock_skew=skew)
    clock = (await findings(isp.accounts.inspect()))["clock"]
    assert clock.mark is Mark.WARN
    assert words.split()[-1] in clock.words


@pytest.mark.slow
async def test_our_row_is_missing_or_has_another_secret(isp: Place) -> None:
    assert isp.server.radius is not None
    wrong = replace(isp.server, radius=replace(isp.server.radius, secret=Secret("wrong")))
    last = failed(await findings(isp.fresh(wrong).inspect()))
    assert last.step == "radius"
    assert "secret" in last.hint
    routers = isp.um.menus["/user-manager/router"]
    row = routers.named("probe")
    assert row is not None
    routers.set(row, {"disabled": "yes"})
    last = failed(await findings(isp.accounts.inspect()))
    assert last.step == "radius-row"
    assert "disabled" in last.words
    routers.remove(row)
    last = failed(await findings(isp.accounts.inspect()))
    assert "has no row" in last.words
    assert last.hint.startswith("/user-manager/router add name=radiusbridge address=127.0.0.1")
    skipped = await findings(isp.fresh(replace(isp.server, radius=None)).inspect())
    assert {skipped[step].mark for step in ("radius-row", "radius", "signing")} == {Mark.SKIPPED}


async def test_an_old_server_does_not_sign(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with place(tmp_path_factory.mktemp("t") / "trace", customers=1, ros="7.10.2") as isp:
        seen = await findings(isp.accounts.inspect())
        assert list(seen) == SERVER_STEPS
        assert seen["signing"].mark is Mark.WARN
        assert "RouterOS 7.15 and later drop them" in seen["signing"].words
        assert isp.server.radius is not None
        required = replace(isp.server, radius=replace(isp.server.radius, signed_once=True))
        last = failed(await findings(isp.fresh(required).inspect()))
        assert (last.step, "--signing off" in last.hint) == ("radius", True)


async def test_a_nas_says_what_it_takes(isp: Place) -> None:
    seen = (await findings(isp.sessions().inspect(None)))["signing"]
    assert seen.mark is Mark.OK
    assert "drops answers" in seen.words
    assert "its answers to us are" in seen.words


def no_radius_row(isp: Place) -> None:
    rows = isp.isp.router("nas1").menus["/radius"]
    rows.remove(next(row for row in rows.rows() if row["address"] == "127.0.0.1"))


NAS_FAULTS: list[tuple[Callable[[Place], None], str, str]] = [
    (lambda isp: settings(isp, "/radius/incoming", "nas1", accept="no"), "incoming", "does not accept"),
    (lambda isp: settings(isp, "/radius/incoming", "nas1", port="1700"), "incoming", "listens on port 1700"),
    (no_radius_row, "radius-row", "127.0.0.1 is in no /radius row"),
]


@pytest.mark.parametrize(("break_it", "step", "why"), NAS_FAULTS)
async def test_why_there_is_no_disconnect_rung(
    isp: Place, break_it: Callable[[Place], None], step: str, why: str
) -> None:
    break_it(isp)
    seen = await findings(isp.sessions().inspect(None))
    assert list(seen) == NAS_STEPS
    assert seen[step].mark is Mark.WARN
    assert seen[step].hint.startswith("/radius")
    assert seen["dae"].mark is not Mark.OK
    assert why in seen["ladder"].words
    assert "kicks go by close-session, nas-api" in seen["ladder"].words


async def test_another_dae_secret_is_silence(isp: Place) -> None:
    assert isp.nas.dae is not None
    seen = await findings(isp.sessions(dae=replace(isp.nas.dae, secret=Secret("wrong"))).inspect(None))
    assert seen["dae"].mark is Mark.WARN
    assert "secret" in seen["dae"].hint
    assert "it did not answer (silence)" in seen["ladder"].words


async def test_a_nas_that_does_not_ask_radius(isp: Place) -> None:
    settings(isp, "/ppp/aaa", "nas1", accounting="no")
    seen = await findings(isp.sessions().inspect(None))
    assert seen["aaa"].mark is Mark.WARN
    assert "close-session" not in seen["ladder"].words
    settings(isp, "/ppp/aaa", "nas1", use_radius="no")
    assert failed(await findings(isp.sessions().inspect(None))).step == "aaa"


async def test_the_isolation_needs_a_rule_before_fasttrack(isp: Place) -> None:
    filters = isp.isp.router("nas1").menus["/ip/firewall/filter"]
    (rule,) = filters.rows()
    filters.set(rule, {"disabled": "yes"})
    seen = await findings(isp.sessions().inspect(None))
    assert (seen["isolation-rule"].mark, "no enabled rule" in seen["isolation-rule"].words) == (Mark.WARN, True)
    filters.add({"chain": "forward", "action": "fasttrack-connection"})
    filters.add({"chain": "forward", "action": "drop", "src-address-list": "isolir"})
    seen = await findings(isp.sessions().inspect(None))
    assert "fasttrack passes by" in seen["isolation-rule"].words


@pytest.mark.parametrize(
    ("cause", "mark", "words", "disconnects"),
    [
        (503, Mark.OK, "knows no such session", True),
        (None, Mark.OK, "no reason", True),
        (501, Mark.WARN, "not to allow this", False),
        (406, Mark.WARN, "does not do this kind of request", False),
    ],
)
async def test_a_nak_tells_whether_disconnect_requests_work(
    tmp_path_factory: pytest.TempPathFactory, cause: int | None, mark: Mark, words: str, disconnects: bool
) -> None:
    trace = tmp_path_factory.mktemp("t") / "trace"
    async with place(trace, customers=1, switches=Switches(nak_not_found=cause)) as isp:
        seen = await findings(isp.sessions().inspect("127.0.0.1"))
        assert (seen["dae"].mark, words in seen["dae"].words, bool(seen["dae"].hint)) == (mark, True, not disconnects)
        assert ("go by disconnect" in seen["ladder"].words) is disconnects


def test_clocks_and_addresses_as_routers_write_them() -> None:
    utc = datetime(2026, 5, 31, 5, 0, 0, tzinfo=UTC)
    assert router_time({"date": "2026-05-31", "time": "12:00:00", "gmt-offset": "+07:00"}) == utc
    assert router_time({"date": "may/31/2026", "time": "01:30:00", "gmt-offset": "-03:30"}) == utc
    assert router_time({"date": "today", "time": "12:00:00"}) is None
    assert covers("10.0.0.0/8", "10.1.2.3")
    assert covers("10.1.2.3", "10.1.2.3")
    assert not covers("router.example", "10.1.2.3")
