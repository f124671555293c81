"""Email and webhooks to real receivers on loopback: what arrives, and what becomes of refusals, silence and bad TLS."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from radiusbridge.domain.alerts.channels import Hook, Mail, MailTls, Notice
from radiusbridge.domain.alerts.episodes import News
from radiusbridge.domain.alerts.rules import Kind, Severity
from radiusbridge.domain.alerts.telling import Message, message
from radiusbridge.domain.errors import (
    BadInput,
    ConnectionLost,
    DeadlinePassed,
    NotSuchPeer,
    PeerRefused,
    RadiusbridgeError,
    Unreachable,
)
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.alerts.hook import post_hook
from radiusbridge.gateways.alerts.mail import send_mail
from tests.alert_receivers import PASSWORD, USER, certificate, mail_server, receiver

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
HOSTILE = "nas\r\nBcc: all@example.net\r\n\r\n.\r\n<b>\x1b[2J\u202eé"
SECRET = Secret("a secret to sign with")


def told(subject: str = "nas1", words: str = "no answer") -> Message:
    notice = Notice(1, 7, News.RAISED, Kind.ROUTER_DOWN, subject, Severity.CRITICAL, words, NOW, NOW, "ab" * 12, NOW)
    return message((notice,), UTC)


def mail(port: int, tls: MailTls = MailTls.NONE, ca: str | None = None) -> Mail:
    found = Mail("127.0.0.1", port, "noc@example.net", ("a@example.net", "b@example.net"), tls, ca_file=ca)
    return found if tls is MailTls.NONE else replace(found, user=USER, password=Secret(PASSWORD))


@pytest.mark.parametrize("tls", list(MailTls))
async def test_an_email_arrives_whole_and_a_hostile_name_stays_a_name(tmp_path: Path, tls: MailTls) -> None:
    context, ca = certificate(tmp_path)
    secure = {MailTls.TLS: {"tls": context}, MailTls.STARTTLS: {"starttls": context}}.get(tls, {})
    async with mail_server(**secure) as box:
        await send_mail(mail(box.port, tls, ca), told(HOSTILE, f".\r\n.\r\n{HOSTILE}"), NOW)
        (envelope,), (arrived,) = box.envelopes, box.messages
    assert envelope.mail_from == "noc@example.net"
    assert envelope.rcpt_tos == ["a@example.net", "b@example.net"]
    assert arrived["Bcc"] is None
    assert set(arrived.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"),
        *("Content-Transfer-Encoding", "MIME-Version"),
    }
    assert arrived["Subject"].startswith("[radiusbridge] critical raised: router-down nas␍␊Bcc: all@example.net")
    assert arrived["Message-ID"] == f"<{'ab' * 12}@example.net>"
    text = arrived.get_content()
    assert "CRITICAL raised: router-down nas␍␊Bcc: all@example.net␍␊␍␊.␍␊<b>␛[2J" in text
    assert text.rstrip().endswith("radiusbridge alert list"), "nothing was cut off at a lone dot"
    assert "2026-11-22 03:04:05 UTC" in text


async def test_what_a_mail_server_refuses(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    elsewhere = certificate(tmp_path, "127.0.0.2")[1]
    async with mail_server(starttls=context) as box:
        wrong = replace(mail(box.port, MailTls.STARTTLS, ca), password=Secret("wr0ng"))
        failed = await failure(send_mail(wrong, told(), NOW), PeerRefused, retryable=True)
        assert "does not take user and password: 535" in failed.line()
        assert "wr0ng" not in failed.line()
        strange = await failure(
            send_mail(mail(box.port, MailTls.STARTTLS, elsewhere), told(), NOW), PeerRefused, retryable=True
        )
        assert "certificate is not good" in strange.line()
        box.refuse = "550 5.1.1 \x1b[2Jno such mailbox"
        for_good = await failure(
            send_mail(mail(box.port, MailTls.STARTTLS, ca), told(), NOW), PeerRefused, retryable=False
        )
        assert "550 5.1.1 ␛[2Jno such mailbox" in for_good.line()
        box.refuse = "450 4.2.0 greylisted"
        await failure(send_mail(mail(box.port, MailTls.STARTTLS, ca), told(), NOW), PeerRefused, retryable=True)
        assert not box.envelopes
    async with mail_server() as plain:
        no_tls = mail(plain.port, MailTls.STARTTLS, ca)
        assert "offers no STARTTLS" in (await failure(send_mail(no_tls, told(), NOW), PeerRefused, True)).line()
        assert not plain.envelopes
    await failure(send_mail(mail(plain.port), told(), NOW), Unreachable, retryable=True)
    await failure(send_mail(mail(1, MailTls.TLS, str(tmp_path / "none")), told(), NOW), BadInput, retryable=False)


async def failure(work: object, kind: type[RadiusbridgeError], retryable: bool) -> RadiusbridgeError:
    with pytest.raises(kind) as caught:
        await work  # type: ignore[misc]
    assert caught.value.retryable is retryable, caught.value.line()
    return caught.value


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (None, DeadlinePassed),
        (b"", ConnectionLost),
        (b"hello\r\n", NotSuchPeer),
        (b"250-" * 9000, NotSuchPeer),
        (b"220-more\r\n" * 500, NotSuchPeer),
        (b"220 mail\r\n250 ok\r\n", ConnectionLost),
    ],
)
async def test_a_peer_that_is_no_mail_server_or_says_nothing(says: bytes | None, kind: type[RadiusbridgeError]) -> None:
    done = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if says is None:
            await done.wait()
        else:
            writer.write(says)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(kind):
            await send_mail(mail(port), told(), NOW, seconds=0.2 if says is None else 20)
        if kind is NotSuchPeer:
            with pytest.raises(NotSuchPeer):
                await post_hook(Hook(Secret(f"http://127.0.0.1:{port}/"), SECRET), told(), NOW)
        done.set()


async def test_what_is_said_before_tls_begins_is_not_believed(tmp_path: Path) -> None:
    _context, ca = certificate(tmp_path)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        await reader.readline()
        writer.write(b"250-mail\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go on\r\n250-mail\r\n250 AUTH PLAIN\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotSuchPeer, match="before TLS"):
            await send_mail(mail(port, MailTls.STARTTLS, ca), told(), NOW)


async def test_a_webhook_is_signed_and_its_json_takes_any_name(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    async with receiver(context) as taker:
        url = Secret(f"https://127.0.0.1:{taker.port}/T0/s3cret?a=b")
        said = await post_hook(Hook(url, SECRET, ca), told(HOSTILE), NOW)
        (posted,) = taker.posted
        assert said == "200 OK"
        refused = await failure(post_hook(Hook(url, SECRET), told(), NOW), PeerRefused, retryable=True)
        assert "certificate is not good" in refused.line()
        assert "s3cret" not in refused.line()
    assert posted.path == "/T0/s3cret?a=b"
    stamp = posted.headers["Radiusbridge-Timestamp"]
    assert int(stamp) == NOW.timestamp()
    expected = hmac.new(SECRET.octets(), f"{stamp}.".encode() + posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["Radiusbridge-Signature"] == f"v1={expected}"
    assert posted.headers["Radiusbridge-Delivery"] == "ab" * 12
    body = json.loads(posted.body)
    (alert,) = body["alerts"]
    assert (body["format"], body["test"], alert["alert"], alert["news"]) == (1, False, 7, "raised")
    assert alert["subject"] == "nas␍␊Bcc: all@example.net␍␊␍␊.␍␊<b>␛[2J\ufffdé"


async def test_the_check_that_the_manual_shows_takes_the_genuine_alone() -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "alerts.md").read_text()
    shown: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], shown)
    genuine = shown["genuine"]
    async with receiver() as taker:
        hook = Hook(Secret(f"http://127.0.0.1:{taker.port}/"), SECRET)
        await post_hook(hook, told(HOSTILE), datetime.now(UTC))
        await post_hook(hook, told(HOSTILE), NOW)
    fresh, old = taker.posted
    assert genuine(SECRET.octets(), fresh.headers, fresh.body)
    assert not genuine(SECRET.octets(), fresh.headers, fresh.body + b" ")
    assert not genuine(b"another secret", fresh.headers, fresh.body)
    assert not genuine(SECRET.octets(), old.headers, old.body)
    assert not genuine(
        SECRET.octets(), {**old.headers, "Radiusbridge-Timestamp": fresh.headers["Radiusbridge-Timestamp"]}, old.body
    )


async def test_what_a_receiver_answers() -> None:
    async with receiver() as taker:
        hook = Hook(Secret(f"http://127.0.0.1:{taker.port}/"), SECRET)
        for answer, retryable in (
            ("500 broken \x1b[2J", True),
            ("302 Found", True),
            ("404 no", True),
            ("410 x", False),
        ):
            taker.answers = [answer]
            assert answer[:3] in (await failure(post_hook(hook, told(), NOW), PeerRefused, retryable)).line()
        taker.answers = [None]
        with pytest.raises(DeadlinePassed):
            await post_hook(hook, told(), NOW, seconds=0.2)
