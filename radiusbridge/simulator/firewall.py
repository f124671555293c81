"""What a router's firewall does to the packets of a customer: chains, jumps, and fasttrack, which passes them by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

Rules = Sequence[Mapping[str, str]]

_STOPS = frozenset({"drop", "reject", "tarpit"})
INTERNET = "203.0.113.80"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a customer to somewhere. lists: the address lists that hold its source."""

    source: str
    lists: frozenset[str] = frozenset()
    to: str = INTERNET
    to_lists: frozenset[str] = frozenset()
    protocol: str = "tcp"
    port: int = 443
    state: str = "new"
    interface_lists: frozenset[str] = frozenset({"LAN"})


@dataclass(slots=True)
class _Walk:
    rules: Rules
    packet: Packet
    fasttracked: bool = False

    def chain(self, name: str, inside: tuple[str, ...] = ()) -> bool | None:
        """Whether the packet goes on; None: the chain says nothing of it. A chain is not entered from inside itself."""
        inside = (*inside, name)
        for rule in self.rules:
            if rule.get("chain") != name or rule.get("disabled") in {"true", "yes"} or not hits(rule, self.packet):
                continue
            action = rule.get("action", "accept")
            if action in _STOPS:
                return False
            if action == "accept":
                return True
            if action == "return":
                return None
            if action == "fasttrack-connection":
                self.fasttracked |= self.packet.state == "established"
            if action == "jump" and rule.get("jump-target") not in inside:
                verdict = self.chain(rule.get("jump-target", ""), inside)
                if verdict is not None:
                    return verdict
        return None


def passes(packet: Packet, filters: Rules, raw: Rules = ()) -> bool:
    """Whether this one packet gets through; what no rule speaks of does."""
    return _Walk(raw, packet).chain("prerouting") is not False and _Walk(filters, packet).chain("forward") is not False


def is_fasttracked(packet: Packet, filters: Rules, raw: Rules = ()) -> bool:
    """Whether this packet of an open connection makes all that follow it meet no rule any more."""
    opened = replace(packet, state="established")
    walk = _Walk(filters, opened)
    if _Walk(raw, opened).chain("prerouting") is False:
        return False
    walk.chain("forward")
    return walk.fasttracked


def hits(rule: Mapping[str, str], packet: Packet) -> bool:
    """Whether every condition of a rule holds."""
    return (
        _one_of(rule.get("protocol", ""), packet.protocol)
        and _one_of(rule.get("dst-port", ""), str(packet.port))
        and _one_of(rule.get("connection-state", ""), packet.state)
        and _within(rule.get("src-address", ""), packet.source)
        and _within(rule.get("dst-address", ""), packet.to)
        and _among(rule.get("src-address-list", ""), packet.lists)
        and _among(rule.get("dst-address-list", ""), packet.to_lists)
        and _among(rule.get("in-interface-list", ""), packet.interface_lists)
    )


def _one_of(wanted: str, value: str) -> bool:
    return not wanted or (value in wanted.removeprefix("!").split(",")) is not wanted.startswith("!")


def _within(wanted: str, address: str) -> bool:
    if not wanted:
        return True
    network = ip_network(wanted.removeprefix("!"), strict=False)
    return (ip_address(address) in network) is not wanted.startswith("!")


def _among(wanted: str, lists: frozenset[str]) -> bool:
    return not wanted or (wanted.removeprefix("!") in lists) is not wanted.startswith("!")
