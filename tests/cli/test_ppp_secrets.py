"""An ISP without User Manager from the first verb on: the how-to's way, against a simulated one."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import Cli, RunningIsp


@pytest.fixture
def ppp() -> Iterator[RunningIsp]:
    """Three customers, online, in PPP secrets of one NAS."""
    with RunningIsp(customers=3, secrets=True) as running:
        yield running


def told(cli: Cli, isp: RunningIsp) -> None:
    """The router as server and as NAS, its customers taken over."""
    api = isp.router("nas")["api"]
    reach = ("--api", f"{api['host']}:{api['port']}", "--api-user", api["user"])
    password = ("--api-password-file", cli.secret("api", api["password"]))
    cli.ok("server", "add", "bras-1", "--kind", "ppp", *reach, *password, "--isolation-pool", "pool-isolir")
    cli.ok("nas", "add", "bras-1", *reach, *password)
    plan = str(cli.home / "adopt.plan")
    assert cli("plan", "bras-1", "--from", "server", "-o", plan).status == 1
    cli.ok("apply", plan, "--yes-count", "4")


def test_taken_over_looked_at_and_changed(cli: Cli, ppp: RunningIsp) -> None:
    told(cli, ppp)
    steps = [line for line in cli.ok("server", "test", "bras-1", "--json").lines if line["type"] == "finding"]
    marks = {step["step"]: step["mark"] for step in steps}
    assert {marks[step] for step in ("secrets", "radius", "pppoe", "isolation", "refused-dials")} == {"ok"}
    assert "its own PPP secrets are the accounts" in cli.ok("nas", "test", "bras-1").out
    # server and NAS are one router, and examined side by side
    doctor = cli.ok("doctor")
    assert "server bras-1" in doctor.out
    assert "FAULT" not in doctor.out
    cli.ok("plan", "bras-1")
    assert "no drift" in cli.ok("drift", "bras-1").err
    assert "is online on bras-1" in cli.ok("why", "cust0001").out
    cli.ok("profile", "add", "home-10", "--rate", "2M/10M", "--validity", "30d", "--price", "150000")
    mine = ("--profile", "home-10", "--password-file", cli.secret("budi", "rahasia"))
    cli.ok("customer", "add", "--user", "budi", *mine, "--routes", "10.1.0.0/24", "--static-address", "10.9.8.7")
    row = ppp.call(lambda isp: dict(isp.router("nas1").menus["/ppp/secret"].named("budi") or {}))
    assert (row["profile"], row["remote-address"], row["routes"]) == ("home-10", "10.9.8.7", "10.1.0.0/24")
    cli.ok("plan", "bras-1")
    # by hand
    ppp.call(lambda isp: isp.router("nas1").menus["/ppp/secret"].set(_row(isp, "budi"), {"routes": ""}))
    found = cli("plan", "bras-1")
    assert (found.status, "budi" in found.out, "routes" in found.out) == (1, True, True)
    cli.ok("kick", "cust0002")
    removed = cli.ok("customer", "remove", "budi", "--keep-session")
    assert "PROVEN" in removed.out + removed.err
    assert ppp.call(lambda isp: isp.router("nas1").menus["/ppp/secret"].named("budi")) is None


def test_what_secrets_cannot_do_is_said(cli: Cli, ppp: RunningIsp) -> None:
    told(cli, ppp)
    cli.ok("profile", "add", "kuota", "--rate", "2M/10M", "--data-quota", "10G")
    siti = ("--user", "siti", "--profile", "kuota", "--password-file", cli.secret("siti", "rahasia"))
    made = cli("customer", "add", *siti)
    assert (made.status, "a quota, which PPP secrets do not count" in " ".join(made.out.split())) == (1, True)
    assert ppp.call(lambda isp: isp.router("nas1").menus["/ppp/secret"].named("siti")) is None
    secret = cli.secret("radius", "s")
    refusals = {
        ("server", "edit", "bras-1", "--radius", "127.0.0.1", "--radius-secret-file", secret): "no RADIUS packet",
        ("voucher", "generate", "5", "--profile", "20M", "--server", "bras-1"): "no vouchers",
        ("server", "add", "x", "--kind", "pppp", "--api", "127.0.0.1", "--api-password-file", secret): "ppp",
    }
    for words, why in refusals.items():
        refused = cli(*words)
        assert (refused.status, why in refused.err) == (2, True), refused
    cli.ok("server", "add", "um-1", "--api", "127.0.0.1:1", "--api-password-file", secret)
    for pair in (("bras-1", "um-1"), ("um-1", "bras-1")):
        standby = cli("server", "standby", pair[0], "--of", pair[1])
        assert (standby.status, "on a NAS" in standby.err or "of its own" in standby.err) == (2, True), standby


def _row(isp: object, name: str) -> dict[str, str]:
    row = isp.router("nas1").menus["/ppp/secret"].named(name)  # type: ignore[attr-defined]
    assert isinstance(row, dict)
    return row
