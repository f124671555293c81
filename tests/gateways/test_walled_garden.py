"""What becomes of the walled customers' packets, by the rules of a NAS."""

import pytest

from radiusbridge.gateways.ports import Mark
from radiusbridge.gateways.walled_garden import Firewall, judged, way

BLOCK = {"chain": "forward", "action": "reject", "src-address-list": "isolir"}
FASTTRACK = {"chain": "forward", "action": "fasttrack-connection", "connection-state": "established,related"}
ACCEPT = {"chain": "forward", "action": "accept"}
DROP = {"chain": "forward", "action": "drop"}
OTHERS_ONLY = {**ACCEPT, "src-address-list": "!isolir"}
PORTAL = {**ACCEPT, "dst-address": "10.0.0.80", "src-address-list": "isolir"}

CASES = [
    ([BLOCK], "has a rule that stops it"),
    ([PORTAL, BLOCK], "has a rule that stops it"),
    ([{**BLOCK, "dst-address-list": "!portal"}], "has a rule that stops it"),
    ([{**DROP, "dst-address-list": "isolir"}], "has a rule that stops it"),
    ([{**ACCEPT, "connection-state": "established,related"}, BLOCK], "has a rule that stops it"),
    ([{**ACCEPT, "src-address-list": "vip"}, BLOCK], "has a rule that stops it"),
    ([OTHERS_ONLY, DROP], "has a rule that stops it"),
    ([BLOCK, FASTTRACK], "has a rule that stops it"),
    ([{**FASTTRACK, "src-address-list": "!isolir"}, BLOCK], "has a rule that stops it"),
    ([{**FASTTRACK, "disabled": "true"}, BLOCK], "has a rule that stops it"),
    (
        [{"chain": "forward", "action": "jump", "jump-target": "walled", "src-address-list": "isolir"},
         {"chain": "walled", "action": "drop"}, {**DROP, "chain": "walled", "src-address-list": "isolir"}],
        "has a rule that stops it",
    ),
    ([FASTTRACK, BLOCK], "fasttrack passes by"),
    ([ACCEPT, BLOCK], "pass before a rule"),
    ([{**ACCEPT, "in-interface-list": "LAN"}, BLOCK], "pass before a rule"),
    ([{**ACCEPT, "protocol": "tcp"}, BLOCK], "may let the walled pass"),
    ([{**ACCEPT, "src-address": "100.64.0.0/10"}, BLOCK], "may let the walled pass"),
    ([{**ACCEPT, "dst-address-list": "!bank"}, BLOCK], "may let the walled pass"),
    ([{**ACCEPT, "protocol": "udp", "dst-port": "53"}, BLOCK], "has a rule that stops it"),
    ([{**ACCEPT, "protocol": "icmp"}, BLOCK], "has a rule that stops it"),
    (
        [{"chain": "forward", "action": "jump", "jump-target": "more", "protocol": "tcp"},
         {**ACCEPT, "chain": "more"}, BLOCK],
        "may let the walled pass",
    ),
    (
        [{"chain": "forward", "action": "jump", "jump-target": "more", "connection-state": "established"},
         {**FASTTRACK, "chain": "more"}, BLOCK],
        "fasttrack passes by",
    ),
    ([{**BLOCK, "protocol": "tcp", "dst-port": "443"}], "only some of its traffic"),
    ([{**BLOCK, "dst-address-list": "bank"}], "only some of its traffic"),
    ([{**BLOCK, "disabled": "yes"}], "no enabled rule"),
    ([{**BLOCK, "chain": "input"}], "no enabled rule"),
    ([{**BLOCK, "action": "accept"}], "pass before a rule"),
    ([{**BLOCK, "src-address-list": "other"}], "no enabled rule"),
    ([{"chain": "forward", "action": "jump", "jump-target": "forward"}], "no enabled rule"),
    ([DROP], "no enabled rule"),
    ([], "no enabled rule"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "words"), CASES)
def test_the_rules_of_the_forward_chain(rules: list[dict[str, str]], words: str) -> None:
    finding = judged("isolation-rule", Firewall(rules), "isolir", "/ip/firewall")
    assert words in finding.words
    assert (finding.mark is Mark.OK) == ("stops it" in words)
    assert bool(finding.hint) == (finding.mark is Mark.WARN)


def test_raw_comes_before_fasttrack_and_nat_stops_nothing() -> None:
    stopped = judged(
        "s", Firewall([FASTTRACK], [{**BLOCK, "chain": "prerouting", "action": "drop"}]), "isolir", "/ip/x"
    )
    assert stopped.mark is Mark.OK
    assert "/ip/x/raw" in stopped.words
    redirect = {"chain": "dstnat", "action": "redirect", "src-address-list": "isolir"}
    only = judged("s", Firewall(nat=[redirect]), "isolir", "/ip/firewall")
    assert "only NAT rules" in only.words


def test_hostile_names_and_loops_end() -> None:
    loop = [
        {"chain": chain, "action": "jump", "jump-target": other} for chain, other in ("ab", "ba", "aa") for _ in "12"
    ]
    assert not way(loop, "isolir", "a").stopped
    itself = {"chain": "forward", "action": "jump", "jump-target": "forward"}
    assert judged("isolation-rule", Firewall([itself] * 100), "isolir", "/ip/firewall").mark is Mark.WARN
    assert "\x1b" not in judged("s", Firewall(), "a\x1b[2J", "/ip/firewall").words
