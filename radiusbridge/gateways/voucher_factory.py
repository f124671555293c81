"""Gateways to the places where vouchers are kept: a User Manager, or the hotspot of a NAS."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import ApiAccess, Nas, Server
from radiusbridge.gateways.accounts.kinds import PPP, USERMAN, USERMAN6

if TYPE_CHECKING:
    from radiusbridge.domain.clock import Clock
    from radiusbridge.gateways.accounts.generation import Generation
    from radiusbridge.gateways.ports import AccountKeeper, AccountServer
    from radiusbridge.gateways.routers import Router
    from radiusbridge.gateways.vouchers.census import Census
    from radiusbridge.gateways.vouchers.desk import Plans, VoucherDesk, VoucherTerms
    from radiusbridge.gateways.vouchers.logins import VoucherLogins
    from radiusbridge.gateways.vouchers.mikhmon import Mikhmon


class VoucherGateways(ABC):
    """The part of the gateways that is about vouchers; `factory` makes the rest of them."""

    _clock: "Clock"

    @abstractmethod
    def router(self, name: str, access: ApiAccess) -> "Router":
        """The router at an API."""

    @abstractmethod
    def account_server(self, server: Server) -> "AccountServer":
        """The account server."""

    @abstractmethod
    async def told_kind(self, server: Server) -> "Generation":
        """Which kind answers there."""

    async def vouchers_on_server(
        self, server: Server, terms: "VoucherTerms", plans: "Plans | None" = None
    ) -> "VoucherDesk":
        """A batch of vouchers as users of the server's User Manager. plans: as `UserManager7Vouchers`. Raises as
        `told_kind`."""
        from radiusbridge.gateways.vouchers.userman6 import UserManager6Vouchers
        from radiusbridge.gateways.vouchers.userman7 import UserManager7Vouchers

        _keeps_vouchers(server)
        kind = (await self.told_kind(server)).kind if server.kind == USERMAN else server.kind
        router, accounts = self.router(server.name, server.router), self.account_server(server)
        if kind == USERMAN6:
            return UserManager6Vouchers(router, accounts, server, terms, self._clock)
        return UserManager7Vouchers(router, accounts, terms, plans)

    def vouchers_on_hotspot(self, nas: Nas, terms: "VoucherTerms") -> "VoucherDesk | None":
        """A batch of vouchers as users of the NAS's hotspot; None: it has no API access here."""
        if nas.api is None:
            return None
        from radiusbridge.gateways.vouchers.local import LocalVouchers

        return LocalVouchers(self.router(nas.name, nas.api), terms)

    async def voucher_census(self, place: Server | Nas) -> "Census | None":
        """The users of a list that vouchers are kept in; None: the NAS has no API access here. Raises as
        `told_kind`."""
        from radiusbridge.gateways.vouchers.census import LocalCensus, UserManagerCensus

        if isinstance(place, Nas):
            return None if place.api is None else LocalCensus(self.router(place.name, place.api))
        _keeps_vouchers(place)
        kind = (await self.told_kind(place)).kind if place.kind == USERMAN else place.kind
        return UserManagerCensus(self.router(place.name, place.router), kind == USERMAN6)

    def mikhmon(self, nas: Nas) -> "Mikhmon | None":
        """What Mikhmon keeps on the NAS; None: it has no API access here."""
        if nas.api is None:
            return None
        from radiusbridge.gateways.vouchers.mikhmon import Mikhmon

        return Mikhmon(self.router(nas.name, nas.api))

    def voucher_users(self, place: Server | Nas, label: str) -> "AccountKeeper | None":
        """The users of a batch, one at a time; None: the NAS has no API access here."""
        from radiusbridge.gateways.vouchers.accounts import HotspotUsers, ServerUsers

        if isinstance(place, Server):
            return ServerUsers(self.account_server(place), label)
        return None if place.api is None else HotspotUsers(self.router(place.name, place.api), label)

    async def voucher_logins(self, place: Server | Nas) -> "VoucherLogins | None":
        """Who has used a voucher there; None: it has no API access here. Raises as `told_kind`."""
        from radiusbridge.gateways.vouchers.logins import LocalLogins, UserManager6Logins, UserManager7Logins

        if isinstance(place, Nas):
            return None if place.api is None else LocalLogins(self.router(place.name, place.api), self._clock)
        _keeps_vouchers(place)
        kind = (await self.told_kind(place)).kind if place.kind == USERMAN else place.kind
        engine = UserManager6Logins if kind == USERMAN6 else UserManager7Logins
        return engine(self.router(place.name, place.router), self._clock)


def keeps_vouchers(server: Server) -> bool:
    """Whether a server can keep vouchers: a User Manager can."""
    return server.api is not None and server.kind != PPP


def _keeps_vouchers(server: Server) -> None:
    """BadInput for a server whose accounts are PPP secrets."""
    if server.kind == PPP:
        hint = "use a User Manager, or the hotspot users of a NAS (--nas)"
        raise BadInput("PPP secrets are no vouchers: they count no time", target=server.name, hint=hint)
