"""Receivers of alerts on loopback: a real SMTP server (aiosmtpd), and an HTTP server that checks signatures."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from radiusbridge.simulator.tls import self_signed, server_context

USER, PASSWORD = "noc", "m4il-pass"


def certificate(folder: Path, host: str = "127.0.0.1") -> tuple[ssl.SSLContext, str]:
    """A server's context, and the file of the authority that its certificate is good for."""
    public, private = self_signed([host])
    file = folder / f"{host}.pem"
    file.write_bytes(public)
    return server_context(public, private), str(file)


@dataclass
class Mailbox:
    """What came by mail. refuse: what the server says to every recipient instead."""

    port: int = 0
    refuse: str = ""
    envelopes: list[Envelope] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    wait: asyncio.Event | None = None
    """Until then no message is taken."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.wait is not None:
            await self.wait.wait()
        self.envelopes.append(envelope)
        self.arrived.set()
        return "250 taken"

    @property
    def messages(self) -> list[EmailMessage]:
        contents = (each.content for each in self.envelopes)
        return [message_from_bytes(each, policy=policy.default) for each in contents if isinstance(each, bytes)]


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good)


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    """An SMTP server that takes everything; with TLS it wants user and password."""
    box = Mailbox()
    secure: dict[str, Any] = {"authenticator": _knows, "auth_required": True} if tls or starttls else {}

    def made() -> SMTP:
        needs: dict[str, Any] = {"tls_context": starttls, "require_starttls": True} if starttls else {}
        with warnings.catch_warnings():  # it warns of what may be without TLS, which here is around it
            warnings.simplefilter("ignore")
            return SMTP(box, hostname="mail", **{**secure, **needs, "auth_require_tls": False})

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


@dataclass(frozen=True)
class Posted:
    """A request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What was posted. answers: the status of each in turn; the last goes on. None: silence."""

    port: int = 0
    answers: list[str | None] = field(default_factory=lambda: ["200 OK"])
    retry_after: str = "7"
    posted: list[Posted] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers["Content-Length"]))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            async with self.arrived:
                self.posted.append(Posted(head[0].split(" ")[1], headers, body))
                self.arrived.notify_all()
            if answer is None:
                await reader.read()
            else:
                wait = f"Retry-After: {self.retry_after}\r\n" if self.retry_after else ""
                writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n{wait}\r\n".encode())
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60), self.arrived:
            await self.arrived.wait_for(lambda: len(self.posted) >= count)


@asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """An HTTP server."""
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()
