"""Email by SMTP (RFC 5321), under TLS (RFC 8314) or STARTTLS (RFC 3207), with AUTH PLAIN or LOGIN (RFC 4954)."""

from base64 import b64encode
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NoReturn

from radiusbridge.domain.alerts.channels import Mail, MailTls
from radiusbridge.domain.alerts.telling import Message
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.gateways.alerts.link import Link, context_for, linked

SECONDS = 30.0
"""For all of it."""
_MOST_LINES = 100
_PERMANENT = 500


async def send_mail(mail: Mail, message: Message, now: datetime, seconds: float = SECONDS) -> str:
    """Send it to all; what the server said. Raises PeerRefused: it said no (retryable: not for good); NotSuchPeer;
    Unreachable and below; BadInput: the file of authorities."""
    composed = _composed(mail, message, now).as_bytes(policy=SMTP)
    context = None if mail.tls is MailTls.NONE else context_for(mail.ca_file)
    async with linked(mail.host, mail.port, context if mail.tls is MailTls.TLS else None, seconds) as link:
        client = _Client(link)
        await client.answered(220, "its greeting")
        offers = await client.greeted()
        if mail.tls is MailTls.STARTTLS and context is not None:
            if "STARTTLS" not in offers:
                raise PeerRefused("the mail server offers no STARTTLS", target=link.target, retryable=True)
            await client.ask("STARTTLS", 220)
            await link.start_tls(context, mail.host)
            offers = await client.greeted()
        if mail.user is not None and mail.password is not None:
            await client.log_in(mail.user, mail.password, offers.get("AUTH", ""))
        await client.ask(f"MAIL FROM:<{mail.sender}>", 250)
        for address in mail.to:
            await client.ask(f"RCPT TO:<{address}>", 250, 251)
        await client.ask("DATA", 354)
        # a line that begins with a dot takes another before it (RFC 5321, 4.5.2)
        said = await client.ask_octets(composed.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n", "the message", 250)
        await link.say(b"QUIT\r\n")
    return said


def _composed(mail: Mail, message: Message, now: datetime) -> EmailMessage:
    composed = EmailMessage()
    composed["From"] = mail.sender
    composed["To"] = ", ".join(mail.to)
    composed["Subject"] = safe(message.title, 200)
    composed["Date"] = format_datetime(now)
    composed["Message-ID"] = f"<{message.token}@{mail.sender.rpartition('@')[2]}>"
    composed["Auto-Submitted"] = "auto-generated"
    text = "\n".join(safe(line, 700) for line in message.text.split("\n"))
    composed.set_content(text, cte="quoted-printable")
    return composed


class _Client:
    """Commands and replies."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def greeted(self) -> dict[str, str]:
        """EHLO; what the server offers, by keyword."""
        said = await self.ask("EHLO localhost", 250)
        offers = (line.partition(" ") for line in said.splitlines()[1:])
        return {keyword.upper(): rest.upper() for keyword, _, rest in offers}

    async def log_in(self, user: str, password: Secret, offered: str) -> None:
        """AUTH PLAIN, else LOGIN."""
        if "PLAIN" in offered.split():
            await self._secretly(b"AUTH PLAIN " + b64encode(b"\0" + user.encode() + b"\0" + password.octets()), 235)
        elif "LOGIN" in offered.split():
            await self.ask("AUTH LOGIN", 334)
            await self._secretly(b64encode(user.encode()), 334)
            await self._secretly(b64encode(password.octets()), 235)
        else:
            words = "the mail server offers neither AUTH PLAIN nor LOGIN"
            raise PeerRefused(words, target=self._link.target, retryable=True)

    async def _secretly(self, octets: bytes, wanted: int) -> None:
        code, said = await self._asked(octets + b"\r\n")
        if code != wanted:
            # a wrong password is put right by the operator, and what waits is sent then
            words = f"the mail server does not take user and password: {code} {safe(said, 200)}"
            raise PeerRefused(words, target=self._link.target, retryable=True)

    async def ask(self, command: str, *wanted: int) -> str:
        """A command; the reply, which has one of these codes. PeerRefused."""
        return await self.ask_octets(f"{command}\r\n".encode(), command, *wanted)

    async def ask_octets(self, octets: bytes, what: str, *wanted: int) -> str:
        """The same for what is no line."""
        code, said = await self._asked(octets)
        return said if code in wanted else self._refused(what, code, said)

    async def answered(self, wanted: int, what: str) -> str:
        """A reply that nobody asked for."""
        code, said = await self._reply()
        return said if code == wanted else self._refused(what, code, said)

    def _refused(self, what: str, code: int, said: str) -> NoReturn:
        words = f"the mail server refused {safe(what, 120)}: {code} {safe(said, 200)}"
        raise PeerRefused(words, target=self._link.target, retryable=code < _PERMANENT)

    async def _asked(self, octets: bytes) -> tuple[int, str]:
        await self._link.say(octets)
        return await self._reply()

    async def _reply(self) -> tuple[int, str]:
        """The code, and the text of all lines."""
        lines: list[str] = []
        while len(lines) < _MOST_LINES:
            line = await self._link.line()
            if not line[:3].isdecimal() or len(line[:3]) < 3 or line[3:4] not in {"", " ", "-"}:
                break
            lines.append(line[4:])
            if line[3:4] != "-":
                return int(line[:3]), "\n".join(lines)
        raise NotSuchPeer("no mail server answers there", target=self._link.target)
