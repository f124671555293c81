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
_MOST = 20_000
"""Rules that are looked at: chains that jump into each other have no end."""


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
    leaky: bool = False
    """A rule that is not about the list lets much of it pass: a protocol, or some customers, to anywhere."""
    excepted: bool = field(default=False, repr=False)
    """A rule lets everybody but the list pass, so that what stops the rest is meant for the list."""
    left: int = field(default=_MOST, repr=False)
    """How many rules may still be looked at."""

    @property
    def over(self) -> bool:
        """Whether no later rule matters."""
        return self.stopped or self.passed or self.left <= 0


def way(rules: Rules, name: str, chain: str) -> Way:
    """The way of packets from addresses of that list through a chain."""
    found = Way()
    _walk([row for row in rules if row.get("disabled") not in {"true", "yes"}], name, chain, found, _DEPTH)
    return found


def _walk(rules: Rules, name: str, chain: str, found: Way, depth: int) -> None:
    for row in rules:
        if found.over:
            return
        found.left -= 1
        if row.get("chain") != chain:
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
        if action == "jump":
            _jump(rules, name, row, found, depth, whole=all_of_them)
        elif action == "fasttrack-connection":
            found.fasttrack = True
        elif action in _STOPS and (named or (found.excepted and all_of_them)):
            found.stopped, found.partly = all_of_them, found.partly or not all_of_them
        elif action == "accept" and all_of_them:
            found.passed = True
        elif action == "return" and all_of_them:
            return
        elif action in {"accept", "return"}:
            found.leaky |= _lets_much(row)


def _jump(rules: Rules, name: str, row: Row, found: Way, depth: int, *, whole: bool) -> None:
    """Follow a jump; what happens there to a part of the packets stops or passes only that part."""
    if not depth:
        return
    target = row.get("jump-target", "")
    if whole:
        _walk(rules, name, target, found, depth - 1)
        return
    part = Way(excepted=found.excepted, left=found.left)
    _walk(rules, name, target, part, depth - 1)
    found.left = part.left
    found.fasttrack |= part.fasttrack
    found.partly |= part.stopped or part.partly
    found.leaky |= _lets_much(row) and (part.passed or part.leaky)


def _lets_much(row: Row) -> bool:
    """Whether new connections to anywhere meet a rule's conditions: none is a destination, port, mark or the like."""
    destinations = ("dst-address", "dst-address-list")
    if any(row.get(place) and not row[place].startswith("!") for place in destinations):
        return False
    narrow = {condition for condition in _NARROW if row.get(condition)} - set(destinations)
    states = row.get("connection-state", "new")
    return (
        narrow <= {"protocol", "src-address", "connection-state"}
        and not row.get("protocol", "").startswith("icmp")
        and ("new" in states.split(",")) is not states.startswith("!")
    )


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
    raw = way(firewall.raw, name, "prerouting")
    if raw.stopped and not raw.leaky:
        return Finding(step, Mark.OK, f"the list {shown} is stopped in {menu}/raw")
    met = way(firewall.filters, name, "forward")
    if met.stopped and met.fasttrack:
        hint = "move the rule for the list before fasttrack-connection, or leave the list out of fasttrack"
        return Finding(step, Mark.WARN, f"fasttrack passes by the rule for the list {shown}", hint)
    if met.stopped and met.leaky:
        words = f"a rule before the one for the list {shown} may let the walled pass"
        return Finding(step, Mark.WARN, words, "move the rule for the list up")
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
