"""The verbs of alerts, and two agents that tell of one alert once: real processes, a real receiver, a simulated ISP."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from radiusbridge.simulator.isp import SimulatedIsp
from tests.agent.service import service
from tests.alert_receivers import Posted, Receiver, mail_server, receiver
from tests.cli.conftest import PATIENCE, Cli, RunningIsp, connect
from tests.peers.programs import until

DOCUMENT = (Path(__file__).parents[2] / "docs" / "verbs.md").read_text()
SECRET = "a secret to sign with"


class Receiving:
    """A receiver of webhooks, and a mail server, with a thread of their own."""

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(PATIENCE)

    async def _main(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        async with receiver() as self._hook, mail_server() as self.mail:
            self._ready.set()
            await self._done.wait()

    @property
    def hook(self) -> Receiver:
        return self._hook

    def told(self) -> list[Posted]:
        return list(self._hook.posted)


@pytest.fixture
def receiving() -> Iterator[Receiving]:
    with Receiving() as found:
        yield found


def add_hook(cli: Cli, receiving: Receiving, *more: str) -> None:
    url = cli.secret("url", f"http://127.0.0.1:{receiving.hook.port}/T0/s3cret")
    cli.ok("alert", "channel", "add", "hook", "--url-file", url, "--secret-file", cli.secret("sign", SECRET), *more)


def fill_pool(isp: SimulatedIsp) -> None:
    row = isp.router("nas1").menus["/ip/pool"].find("pool-pppoe")
    assert row is not None
    row["ranges"] = "10.9.0.1-10.9.0.4"


def test_channels_are_added_changed_tested_and_removed(cli: Cli, receiving: Receiving) -> None:
    assert cli("alert", "test").status == 2
    add_hook(cli, receiving, "--quiet", "22:00-06:00", "--zone", "Asia/Jakarta", "--remind", "1h")
    smtp = ("--smtp", f"127.0.0.1:{receiving.mail.port}", "--tls", "none", "--from", "noc@example.net")
    cli.ok("alert", "channel", "add", "mail", "--email", "a@example.net", "--email", "b@example.net", *smtp)
    assert cli.ok("alert", "test").out.count("taken by") == 2
    assert json.loads(receiving.told()[0].body)["test"] is True
    assert receiving.mail.envelopes[0].rcpt_tos == ["a@example.net", "b@example.net"]
    listed = cli.ok("alert", "channel", "list", "--json")
    hook, mail = listed.json
    assert (hook["quiet"], hook["remind_seconds"]) == ("22:00-06:00 Asia/Jakarta", 3600)
    assert hook["where"] == f"http://127.0.0.1:{receiving.hook.port}/…"
    assert mail["where"] == "a@example.net, b@example.net"
    assert "s3cret" not in listed.out + cli.ok("alert", "channel", "list").out + cli.ok("audit", "list", "--json").out
    cli.ok("alert", "channel", "edit", "HOOK", "--zone", "UTC", "--remind", "none", "--least", "critical", "--off")
    cli.ok("alert", "channel", "edit", "mail", "--rename", "noc", "--email", "c@example.net")
    hook, mail = cli.ok("alert", "channel", "list", "--json").json
    assert (hook["quiet"], hook["remind_seconds"], hook["least"], hook["on"]) == (
        *("22:00-06:00 UTC", None),
        *("critical", False),
    )
    assert (mail["channel"], mail["where"], mail["smtp"]) == ("noc", "c@example.net", smtp[1])
    receiving.mail.refuse = "550 nobody"
    refused = cli("alert", "test", "noc", "--json")
    assert refused.status == 1
    assert "550" in refused.json[0]["words"]
    for name in ("hook", "noc"):
        cli.ok("alert", "channel", "remove", name)
    assert cli.ok("alert", "channel", "list", "--json").json == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("channel", "add", "x"),
        ("channel", "add", "x", "--email", "a@b.c"),
        ("channel", "add", "x", "--email", "a@b.c", "--url", "https://h/"),
        ("channel", "add", "x", "--url", "https://h/"),
        ("channel", "add", "x", "--url", "https://h/", "--smtp", "h"),
        ("channel", "add", "x", "--email", "a@b.c", "--smtp", "h", "--from", "n@b.c", "--quiet", "22:00-06:00"),
        ("channel", "add", "x", "--email", "a@b.c", "--smtp", "h", "--from", "n@b.c", "--zone", "UTC"),
        ("channel", "edit", "nobody", "--off"),
        ("test", "nobody"),
        ("ack", "7"),
        ("mute",),
        ("unmute",),
        ("unmute", "--all", "--kind", "pool-full"),
        ("mute", "7", "--kind", "pool-full"),
        ("rules", "--above", "90%"),
        ("rules", "pool-full", "--above", "lots"),
        ("rules", "pool-full", "--above", "50%"),
        ("rules", "router-down", "--above", "2"),
    ],
)
def test_wrong_usage_is_exit_2_and_changes_nothing(cli: Cli, wrong: tuple[str, ...]) -> None:
    result = cli("alert", *wrong)
    assert result.status == 2, result
    assert "radiusbridge: " in result.err
    assert cli.ok("alert", "channel", "list", "--json").json == []


def test_rules_and_mutes(cli: Cli) -> None:
    first = cli.ok("alert", "rules", "--json").json
    assert [rule["kind"] for rule in first] == [
        *("router-down", "api-errors", "sessions-fell", "pool-full", "probe-failed", "clock-off", "licence-cap"),
        *(
            "voucher-guessing",
            "voucher-shared",
            "voucher-foreign",
            "voucher-gone",
            "voucher-altered",
            "voucher-end",
            "voucher-stock",
        ),
        "backup-failed",
        "standby",
    ]
    changed = ("--above", "95%", "--below", "0.8", "--for", "10m", "--severity", "critical", "--off")
    (rule,) = cli.ok("alert", "rules", "pool-full", *changed, "--json").json
    assert (rule["above"], rule["below"], rule["for_seconds"], rule["on"]) == (0.95, 0.8, 600, False)
    assert "95%" in cli.ok("alert", "rules").out
    assert cli.ok("alert", "rules", "pool-full", "--reset", "--json").json == [first[3]]
    cli.ok("alert", "mute", "--kind", "pool-full", "--for", "2h", "--reason", "being enlarged")
    cli.ok("alert", "mute", "--subject", "bras-1")
    listed = cli.ok("alert", "list", "--json")
    assert "nobody watches" in listed.err
    assert [(each["kind"], each["subject"], each["reason"]) for each in listed.json["mutes"]] == [
        ("pool-full", None, "being enlarged"),
        (None, "bras-1", None),
    ]
    cli.ok("alert", "unmute", "--all")
    assert cli.ok("alert", "list", "--json").json["mutes"] == []


@pytest.mark.slow
def test_two_agents_tell_once_and_the_operator_sees_to_it(cli: Cli, isp: RunningIsp, receiving: Receiving) -> None:
    connect(cli, isp)
    add_hook(cli, receiving)
    isp.call(fill_pool)
    with service(cli.home, cli.environment()) as one, service(cli.home, cli.environment()) as two:
        until(lambda: bool(receiving.told()), "the alert is told")
        listed = cli.ok("alert", "list", "--json")
        assert listed.err == ""
        assert listed.json["watched"]
        (alert,) = listed.json["alerts"]
        assert (alert["kind"], alert["subject"]) == ("pool-full", "bras-1/pool-pppoe")
        assert alert["words"] == "4 of 4 addresses are given"
        for name in {*listed.json, *alert}:
            assert f"`{name}`" in DOCUMENT, name
        cli.ok("alert", "ack", str(alert["alert"]))
        cli.ok("alert", "mute", str(alert["alert"]), "--for", "1h")
        shown = cli.ok("alert", "list").out
        assert "muted" in shown
        assert "4 of 4 addresses" in shown
        assert cli.ok("alert", "channel", "list", "--json").json[0]["waiting"] == 0
        assert (one.end(), two.end()) == (0, 0)
    assert len(receiving.told()) == 1
    assert SECRET not in one.log() + two.log()
