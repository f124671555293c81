"""Channels and rules of alerts by forms in the dashboard; secrets are kept and never shown."""

from zoneinfo import ZoneInfo

import pytest

from radiusbridge.domain.alerts.channels import Channel, Hook, Mail
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind
from radiusbridge.services.alerts import channels, keeping
from tests.alert_receivers import mail_server, receiver
from tests.tui.conftest import SIZES, Stage, Theatre, person

BUDI = person("budi", "Budi Santoso")
SECRET = "0123456789-abcdef"


@pytest.fixture(autouse=True)
def _zone_is_read() -> None:
    """The dashboard is watched for whatever blocks, and reading a small file once does."""
    ZoneInfo("Asia/Jakarta")


async def typed(stage: Stage, **texts: str) -> None:
    for name, text in texts.items():
        (await stage.field(name)).value = text
    await stage.pilot.pause()


async def opened(stage: Stage, *keys: str) -> None:
    await stage.press("exclamation_mark")
    await stage.until_shown("What is wrong is not known")
    await stage.press("c")
    await stage.until_shown("Whom are alerts told?", "new: a webhook")
    await stage.press(*keys)


async def stored(stage: Stage) -> list[Channel]:
    return [each.channel for each in await channels.listed(stage.context)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_webhook_is_made_tested_changed_and_removed(theatre: Theatre, size: tuple[int, int]) -> None:
    async with receiver() as hook, theatre.show(BUDI, size=size) as stage:
        url = f"http://127.0.0.1:{hook.port}/secret-path"
        await opened(stage, "w")
        await stage.until_shown("New webhook", "channel's name is empty")
        await typed(stage, name="chat", url=url, secret="short")
        await stage.until_shown("16 characters at least")
        await typed(stage, secret=SECRET, quiet="22:00-06:00")
        await stage.until_shown("quiet hours need a time zone")
        await typed(stage, zone="Asia/Jakarta")
        assert "secret-path" not in stage.text
        assert SECRET not in stage.text
        await stage.press("ctrl+s")
        await stage.until_shown("kept: channel chat")
        await opened(stage, "1")
        await stage.until_shown(f"chat: http://127.0.0.1:{hook.port}/…", "send a test message")
        await stage.press("t")
        await stage.until_shown("✔ test of chat", "200")
        assert len(hook.posted) == 1
        await opened(stage, "1", "e")
        await stage.until_shown("empty: as it is")
        assert "secret-path" not in stage.text
        await typed(stage, name="chat-2", least="critical", remind="4h", on="no")
        await stage.press("ctrl+s")
        await stage.until_shown("kept: channel chat-2")
        [kept] = await stored(stage)
        assert isinstance(kept.way, Hook)
        assert (kept.way.url.reveal(), kept.way.secret.reveal()) == (url, SECRET)
        assert (str(kept.least), str(kept.quiet), kept.on) == ("critical", "22:00-06:00 Asia/Jakarta", False)
        await opened(stage)
        await stage.until_shown("chat-2: webhook", "off", "quiet 22:00-06:00")
        await stage.press("1", "D")
        await stage.until_shown("What it was still to be told is forgotten")
        await stage.pilot.pause(0.06)
        await stage.press("y")
        await stage.until_shown("removed: channel chat-2")
        assert await stored(stage) == []


async def test_an_email_and_what_goes_wrong(theatre: Theatre) -> None:
    async with mail_server() as box, theatre.show(BUDI) as stage:
        await opened(stage, "m")
        await stage.until_shown("New email")
        await typed(stage, name="noc", to="noc@example.net, no mailbox", smtp=f"127.0.0.1:{box.port}", tls="none")
        await typed(stage, sender="rb@example.net")
        await stage.until_shown("that is no address of a mailbox")
        await typed(stage, to="noc@example.net, boss@example.net")
        await stage.press("ctrl+s")
        await stage.until_shown("kept: channel noc")
        box.refuse = "550 no such mailbox"
        await opened(stage, "1", "t")
        await stage.until_shown("✖ test of noc", "550")
        box.refuse = ""
        await opened(stage, "m")
        await typed(stage, name="noc", to="noc@example.net", smtp="127.0.0.1", sender="rb@example.net", tls="none")
        await stage.press("ctrl+s")
        await stage.until_shown("there is")
        await stage.press("escape")
        [kept] = await stored(stage)
        assert isinstance(kept.way, Mail)
        assert (kept.way.to, kept.way.port) == (("noc@example.net", "boss@example.net"), box.port)


async def test_rules_by_a_form(theatre: Theatre) -> None:
    async with theatre.show(BUDI) as stage:
        await stage.press("exclamation_mark")
        await stage.until_shown("What is wrong is not known")
        await stage.press("r")
        await stage.until_shown("Which rule?", "router-down: critical, 1m30s", "pool-full: warning, 90%, at once")
        await stage.press("d")
        await stage.until_shown("pool-full", "bad from", "good below")
        await typed(stage, above="80%")
        await stage.until_shown("good below the same or a lower one")
        await typed(stage, below="70%", hold="10m", severity="critical", on="no")
        await stage.press("ctrl+s")
        await stage.until_shown("kept: rule")
        rule = next(each for each in await keeping.rules(stage.context) if each.kind is Kind.POOL_FULL)
        assert (rule.above, rule.below, rule.hold.total_seconds(), rule.on) == (0.8, 0.7, 600, False)
        await stage.press("r")
        await stage.until_shown("pool-full: off")
        await stage.press("d")
        await typed(stage, reset="yes")
        await stage.press("ctrl+s")
        await stage.until_shown("kept: rule")
        rule = next(each for each in await keeping.rules(stage.context) if each.kind is Kind.POOL_FULL)
        assert rule == DEFAULTS[Kind.POOL_FULL]
