"""Where the agent listens: health and metrics over HTTP, syslog over UDP."""

import asyncio
import errno
from collections.abc import Mapping

from radiusbridge.agent.config import Address, Config
from radiusbridge.agent.http import Page, Responder
from radiusbridge.domain.errors import BadInput


class Ports:
    """What is open. pages: of the HTTP port. receiver: takes the datagrams."""

    def __init__(self, pages: Mapping[str, Page], receiver: asyncio.DatagramProtocol) -> None:
        self._pages = pages
        self._receiver = receiver
        self._http: tuple[Address | None, Responder | None] = (None, None)
        self._udp: tuple[Address | None, asyncio.DatagramTransport | None] = (None, None)

    @property
    def syslog(self) -> int | None:
        """The port on which syslog is taken."""
        transport = self._udp[1]
        return None if transport is None else int(transport.get_extra_info("sockname")[1])

    @property
    def metrics(self) -> int | None:
        """The port of health and metrics."""
        return None if self._http[1] is None else self._http[1].port

    async def open(self, config: Config) -> None:
        """Listen where that configuration says; what cannot be had leaves all as it was. BadInput."""
        http, udp = self._http, self._udp
        if config.metrics != http[0]:
            http = config.metrics, await self._listening(config.metrics)
        try:
            if config.syslog != udp[0]:
                udp = config.syslog, await self._taking(config.syslog)
        except BaseException:
            if http is not self._http and http[1] is not None:
                await http[1].close()
            raise
        old_http, old_udp, self._http, self._udp = self._http, self._udp, http, udp
        if old_http is not http and old_http[1] is not None:
            await old_http[1].close()
        if old_udp is not udp and old_udp[1] is not None:
            old_udp[1].close()

    async def close(self) -> None:
        """Listen no more."""
        if self._udp[1] is not None:
            self._udp[1].close()
        if self._http[1] is not None:
            await self._http[1].close()
        self._http, self._udp = (None, None), (None, None)

    async def _listening(self, where: Address | None) -> Responder | None:
        if where is None:
            return None
        responder = Responder(self._pages)
        try:
            await responder.listen(*where)
        except OSError as error:
            raise _no_port("health and metrics", where, error) from error
        return responder

    async def _taking(self, where: Address | None) -> asyncio.DatagramTransport | None:
        if where is None:
            return None
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: self._receiver, local_addr=where)
        except OSError as error:
            raise _no_port("syslog", where, error) from error
        return transport


_HINTS = {
    errno.EADDRINUSE: "another process has it, or take another port",
    errno.EACCES: "a port below 1024 needs CAP_NET_BIND_SERVICE, or take another port",
}


def _no_port(what: str, where: Address, error: OSError) -> BadInput:
    told = error.strerror or type(error).__name__
    hint = _HINTS.get(error.errno or 0, "")
    return BadInput(f"{what} cannot be served there: {told}", target=f"{where[0]}:{where[1]}", hint=hint)
