"""One short TCP or TLS conversation with a mail server or a receiver of webhooks, and its failures in our words."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from radiusbridge.domain.errors import (
    BadInput,
    ConnectionLost,
    DeadlinePassed,
    NotSuchPeer,
    PeerRefused,
    RadiusbridgeError,
    Unreachable,
)
from radiusbridge.domain.text import safe

LINE_OCTETS = 8192
"""Of one line that a peer says."""
CLOSE_SECONDS = 2.0


def context_for(ca_file: str | None) -> ssl.SSLContext:
    """Authority and host name are checked; by the system's authorities where no file is named. BadInput."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise BadInput("the file of authorities cannot be used", target=safe(ca_file or "")) from error


class Link:
    """Lines there and back. target: `host:port`, as it is told."""

    def __init__(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.target = target
        self.reader = reader
        self.writer = writer

    async def line(self) -> str:
        """The next line, without its end."""
        try:
            return (await self.reader.readuntil(b"\n")).rstrip(b"\r\n").decode(errors="replace")
        except asyncio.IncompleteReadError:
            raise ConnectionLost("the connection was closed in the middle", target=self.target) from None
        except asyncio.LimitOverrunError:
            raise NotSuchPeer("a line of the answer has no end", target=self.target) from None

    async def say(self, octets: bytes) -> None:
        """Send them."""
        self.writer.write(octets)
        await self.writer.drain()

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS. What was said before it, and not asked for, is not believed (RFC 3207, 6)."""
        if self.reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to see it
            raise NotSuchPeer("somebody speaks before TLS has begun", target=self.target)
        await self.writer.start_tls(context, server_hostname=host)


@asynccontextmanager
async def linked(host: str, port: int, context: ssl.SSLContext | None, seconds: float) -> AsyncIterator[Link]:
    """A conversation that is over in that time. context: under TLS from the beginning.

    Raises DeadlinePassed, ConnectionLost and Unreachable; PeerRefused where the certificate is not good.
    """
    target = safe(f"{host}:{port}", 80)
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(seconds):
            server_hostname = None if context is None else host
            reader, writer = await asyncio.open_connection(
                host, port, ssl=context, server_hostname=server_hostname, limit=LINE_OCTETS
            )
            yield Link(target, reader, writer)
    except RadiusbridgeError:
        raise
    except TimeoutError as error:
        raise DeadlinePassed(f"no answer within {seconds:g} s", target=target) from error
    except ssl.SSLCertVerificationError as error:
        words = f"its certificate is not good: {safe(error.verify_message, 200)}"
        raise PeerRefused(words, target=target, hint="--ca FILE names its authority", retryable=True) from None
    except ssl.SSLError as error:
        raise Unreachable(f"TLS fails: {safe(str(error.reason or error), 200)}", target=target) from None
    except (ConnectionResetError, BrokenPipeError) as error:
        raise ConnectionLost("the connection broke", target=target) from error
    except OSError as error:
        raise Unreachable(f"nobody answers: {safe(error.strerror or str(error), 200)}", target=target) from error
    finally:
        if writer is not None:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await writer.wait_closed()
