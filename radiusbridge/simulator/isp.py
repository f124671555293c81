"""The simulated ISP on loopback, for tests, demos and the verb `simulate`."""

import dataclasses
import socket
from collections.abc import Callable
from typing import Any, Self

from radiusbridge.simulator.build import API_PASSWORD, API_USER, IspOptions, Ports, build_isp
from radiusbridge.simulator.customers import Customer
from radiusbridge.simulator.faults import Faults
from radiusbridge.simulator.oracle import Oracle
from radiusbridge.simulator.router import Router
from radiusbridge.simulator.shell import Shell, free_hosts
from radiusbridge.simulator.world import World

_SETTLE = 10.0
API_TLS_PORT = 8729


class SimulatedIsp:
    """An async context: inside it the ISP listens on loopback, and its time is the loop's.

    With `online`, every customer is online from the start. With `tls`, the routers have api-ssl with the self-signed
    certificate `certificate` (PEM). `SimulatedIsp(customers=5, nases=2)` takes the options by name as well.
    """

    def __init__(
        self, options: IspOptions | None = None, *, online: bool = True, tls: bool = False, **knobs: Any
    ) -> None:
        options = options or IspOptions(**knobs)
        if tls:
            options = dataclasses.replace(options, ports=dataclasses.replace(options.ports, api_ssl=API_TLS_PORT))
        if not options.hosts:
            alone = not (options.colocated or options.secrets)
            count = options.servers * (options.nases + alone + options.standbys)
            options = dataclasses.replace(options, hosts=free_hosts(count, options.ports))
        self.options = options
        self.world: World = build_isp(options)
        self.oracle = Oracle(self.world)
        self.certificate = b""
        self._tls = tls
        self._shell: Shell | None = None
        if online:
            self.world.advance(options.spread + _SETTLE)

    async def __aenter__(self) -> Self:
        context = None
        if self._tls:
            from radiusbridge.simulator.tls import self_signed, server_context

            self.certificate, key = self_signed(list(self.options.hosts))
            context = server_context(self.certificate, key)
        self._shell = Shell(self.world, context)
        if self.options.mikhmon:
            self._sold_by_mikhmon(self.options.mikhmon)
        await self._shell.start()
        return self

    def _sold_by_mikhmon(self, unused: int) -> None:
        """Of the last days, by the clock that is true now; a quarter as many vouchers are in use, and are over."""
        from radiusbridge.simulator import mikhmon

        for router in self.world.routers.values():
            if list(router.menus["/ip/hotspot"].rows()):
                mikhmon.fill(router, unused, unused // 4, unused // 4)

    async def __aexit__(self, *_exc: object) -> None:
        await self.shell.stop()

    @property
    def shell(self) -> Shell:
        """The sockets; only inside the context."""
        if self._shell is None:
            raise RuntimeError("the simulated ISP is not running")
        return self._shell

    @property
    def customers(self) -> dict[str, Customer]:
        """The customers by user name."""
        return self.world.customers

    def router(self, name: str) -> Router:
        """A router: `um1`, `nas1` and so on."""
        return self.world.routers[name]

    def faults(self, name: str) -> Faults:
        """The fault dial of a router."""
        return self.router(name).faults

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so in the world; the caller sets the deadline."""
        await self.shell.driver.until(condition)

    def endpoints(self) -> dict[str, Any]:
        """Where everything listens, with names and secrets, ready for JSON."""
        return {
            "seed": self.options.seed,
            "isolation_list": self.options.isolation_list,
            "profile": self.options.profile,
            "routers": [self._router(router) for router in self.world.routers.values()],
            "customers": [
                {"username": name, "password": customer.password, "nas": customer.nas.router.name}
                for name, customer in self.customers.items()
            ],
            "guests": [
                {"username": name, "password": guest.password, "nas": guest.nas.router.name}
                for name, guest in self.world.guests.items()
            ],
        }

    def _router(self, router: Router) -> dict[str, Any]:
        ports: Ports = self.options.ports
        host, port = self.shell.real(socket.SOCK_STREAM, (router.host, ports.api))
        api: dict[str, Any] = {"host": host, "port": port, "user": API_USER, "password": API_PASSWORD}
        if ports.api_ssl is not None:
            api["tls_port"] = self.shell.real(socket.SOCK_STREAM, (router.host, ports.api_ssl))[1]
        described: dict[str, Any] = {"name": router.name, "version": router.version, "roles": [], "api": api}
        serves = router.nas.serving
        if router.user_manager is not None:
            host, port = self.shell.real(socket.SOCK_DGRAM, (router.host, ports.authentication))
            _, accounting = self.shell.real(socket.SOCK_DGRAM, (router.host, ports.accounting))
            secret = self.options.secret if serves else self.options.probe_secret
            described["roles"].append("server")
            described["radius"] = {"host": host, "auth_port": port, "acct_port": accounting, "secret": secret}
        if serves and self.options.secrets:
            described["roles"] += ["server", "nas"]
        elif serves:
            host, port = self.shell.real(socket.SOCK_DGRAM, (router.host, ports.dae))
            secret = self.options.secret if router.user_manager is not None else self.options.dae_secret
            described["roles"].append("nas")
            described["dae"] = {"host": host, "port": port, "secret": secret}
        return described
