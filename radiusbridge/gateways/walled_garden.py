"""Whether a NAS's firewall stops walled customers: what becomes of their packets, rule by rule, in IPv4 and IPv6.

A walled customer is only kept in by a rule for the isolation's address list (facts of RouterOS: `/ip/firewall/filter`,
`/ip/firewall/raw`; rules are met in order, and a fasttracked connection meets none).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from radiusbridge.domain.text import safe
from radiusbridge.gateways.ports import Finding, Mark

Row = Mapping[str, str]
Rules = Sequence[Row]

_INTERFACES = ("in-interface", "in-interface-list", "out-interface", "out-interface-list")
_NARROW = (
    "protocol", "port", "dst-port", "src-port", "src-address", "dst-address", "dst-address-type", "connection-state",
    "connection-nat-state", "connection-mark", "packet-mark", "routing-mark", "content", "layer7-protocol", "tls-host",
    "time", "limit", "dst-limit", "random", "nth", "hotspot", "tcp-flags", "icmp-options",
)  # fmt: skip
"""Conditions that a rule may have so that it meets some packets of a walled customer and not others."""
PROPERTIES = (
    ".id", "action", "chain", "jump-target", "src-address-list", "dst-address-list", "disabled", *_INTERFACES, *_NARROW
)  # fmt: skip
"""What has to be read of a rule."""
_STOPS = frozenset({"drop", "reject"})
_DEPTH = 8


@dataclass(slots=True)
class Way:
    """What walled packets met. stopped: a rule that stops them all; the rest came before that rule."""

    stopped: bool = False
    passed: bool = False
    """A rule lets them all pass."""
    partly: bool = False
    """A rule for the list stops some of them."""
    fasttrack: bool = False
    """A connection may be fasttracked, and then meets no rule any more."""
    excepted: bool = field(default=False, repr=False)
    """A rule lets everybody but the list pass, so that what stops the rest is meant for the list."""

    @property
    def over(self) -> bool:
        """Whether no later rule matters."""
        return self.stopped or self.passed


def way(rules: Rules, name: str, chain: str) -> Way:
    """The way of packets from addresses of that list through a chain."""
    found = Way()
    _walk([row for row in rules if row.get("disabled") not in {"true", "yes"}], name, chain, found, _DEPTH)
    return found


def _walk(rules: Rules, name: str, chain: str, found: Way, depth: int) -> None:
    for row in rules:
        if row.get("chain") != chain or found.over:
            continue
        action = row.get("action", "accept")
        if row.get("src-address-list") == f"!{name}":
            found.excepted |= action == "accept"
            continue
        named = name in {row.get("src-address-list"), row.get("dst-address-list")}
        source = row.get("src-address-list", "")
        if not named and source and not source.startswith("!"):
            continue  # a rule for another list
        all_of_them = not any(row.get(condition) for condition in _NARROW) and _not_narrowed_by_list(row, name)
        if action == "jump" and depth and (all_of_them or named):
            _walk(rules, name, row.get("jump-target", ""), found, depth - 1)
        elif action == "fasttrack-connection":
            found.fasttrack = True
        elif action in _STOPS and (named or (found.excepted and all_of_them)):
            found.stopped, found.partly = all_of_them, found.partly or not all_of_them
        elif action == "accept" and all_of_them:
            found.passed = True
        elif action == "return" and all_of_them:
            return


def _not_narrowed_by_list(row: Row, name: str) -> bool:
    """A list of destinations narrows a rule, unless it is all but a few (`!portal`), or the answers to the walled."""
    wanted = row.get("dst-address-list", "")
    return not wanted or wanted == name or (wanted.startswith("!") and row.get("src-address-list") == name)


@dataclass(frozen=True, slots=True)
class Firewall:
    """The rules of one address family; nat: those that may redirect, which stops nothing."""

    filters: Rules = ()
    raw: Rules = ()
    nat: Rules = ()


def judged(step: str, firewall: Firewall, name: str, menu: str) -> Finding:
    """What the rules of one family do to addresses of that list; menu: `/ip/firewall` or `/ipv6/firewall`."""
    shown = safe(name, 60)
    if way(firewall.raw, name, "prerouting").stopped:
        return Finding(step, Mark.OK, f"the list {shown} is stopped in {menu}/raw")
    met = way(firewall.filters, name, "forward")
    if met.stopped and met.fasttrack:
        hint = "move the rule for the list before fasttrack-connection, or leave the list out of fasttrack"
        return Finding(step, Mark.WARN, f"fasttrack passes by the rule for the list {shown}", hint)
    if met.stopped:
        return Finding(step, Mark.OK, f"the list {shown} has a rule that stops it")
    add = f"{menu}/filter add chain=forward src-address-list={shown} action=reject"
    if met.passed and _named(firewall.filters, name):
        return Finding(step, Mark.WARN, f"the walled pass before a rule for the list {shown}", "move that rule up")
    if met.partly:
        return Finding(step, Mark.WARN, f"the rules for the list {shown} stop only some of its traffic", add)
    if _named(firewall.nat, name):
        return Finding(step, Mark.WARN, f"only NAT rules name the list {shown}: what they do not redirect passes", add)
    return Finding(step, Mark.WARN, f"no enabled rule for the list {shown}: the walled surf on", add)


def _named(rules: Rules, name: str) -> bool:
    lists = {name, f"!{name}"}
    return any(
        row.get("disabled") not in {"true", "yes"}
        and lists & {row.get("src-address-list", ""), row.get("dst-address-list", "")}
        for row in rules
    )
