"""What a NAS itself decides about logins: its local secrets, its pools, whether it accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from radiusbridge.domain.records import Nas, Server

PPP = "ppp"
"""The kind of a server whose accounts are a NAS's own PPP secrets."""
_DIALS_PPPOE = frozenset({"any", "pppoe"})


@dataclass(frozen=True, slots=True)
class LocalSecret:
    """A row of `/ppp/secret`, without its password."""

    nas: str
    name: str
    service: str = "any"
    disabled: bool = False
    remote_address: str = ""
    profile: str = ""

    @property
    def words(self) -> str:
        """What it is for, in words."""
        return f"service {self.service}" + (", disabled" if self.disabled else "")

    @property
    def lets_in(self) -> bool:
        """Whether a PPPoE customer of that name is let in by it before any RADIUS server is asked."""
        return not self.disabled and self.service in _DIALS_PPPOE


@dataclass(frozen=True, slots=True)
class SecretsOfName:
    """The local secrets of one name on one NAS. error: why they could not be looked at; then nothing is known."""

    secrets: tuple[LocalSecret, ...] = ()
    error: str = ""

    @property
    def letting_in(self) -> tuple[LocalSecret, ...]:
        """Those that let a PPPoE customer of that name in."""
        return tuple(secret for secret in self.secrets if secret.lets_in)


@dataclass(frozen=True, slots=True)
class LocalAccess:
    """Of one NAS. accounting: whether it tells its RADIUS server of sessions (`/ppp/aaa`)."""

    secrets: tuple[LocalSecret, ...] = ()
    pools: Mapping[str, str] = field(default_factory=dict)
    """Ranges by name, as `/ip/pool` writes them."""
    accounting: bool = True


def keeps_accounts(nas: Nas, server: Server) -> bool:
    """Whether the NAS is the server itself: its local secrets are the accounts."""
    here, there = nas.api, server.api
    if server.kind != PPP or here is None or there is None:
        return False
    return (here.host, here.port) == (there.host, there.port)


def in_ranges(address: str, ranges: str) -> bool:
    """Whether an address is in `10.0.0.2-10.0.0.9,10.1.0.0/24`; what cannot be read does not hold it."""
    try:
        wanted = ip_address(address)
    except ValueError:
        return False
    return any(_holds(part.strip(), wanted) for part in ranges.split(",") if part.strip())


def _holds(part: str, wanted: IPv4Address | IPv6Address) -> bool:
    try:
        if "-" in part:
            first, last = (ip_address(each.strip()) for each in part.split("-", 1))
            return first.version == last.version == wanted.version and int(first) <= int(wanted) <= int(last)
        return wanted in ip_network(part, strict=False)
    except ValueError:
        return False
