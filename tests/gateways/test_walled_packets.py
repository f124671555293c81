"""What `nas test` finds of a firewall, held against packets that really go through its rules."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.gateways.ports import Mark
from radiusbridge.gateways.walled_garden import Firewall, judged
from radiusbridge.simulator.firewall import Packet, is_fasttracked, passes
from tests.gateways.test_walled_garden import CASES

LIST, PORTAL = "isolir", "10.0.0.80"
Rule = dict[str, str]


def walled(source: str = "100.64.0.2") -> list[Packet]:
    """Packets of a walled customer to the internet; what an isolated one may still reach is not among them."""
    lists = frozenset({LIST})
    return [
        Packet(source, lists, protocol=protocol, port=port, to_lists=frozenset(to))
        for (protocol, port), to in product([("tcp", 443), ("tcp", 80), ("udp", 4500)], [(), ("bank",)])
    ]


def leaks(filters: list[Rule], raw: list[Rule]) -> bool:
    """Whether a walled customer moves anything: by a new connection, or by one that is fasttracked past the rules."""
    packets = walled()
    return any(passes(one, filters, raw) or is_fasttracked(one, filters, raw) for one in packets)


def is_ok(filters: list[Rule], raw: list[Rule], menu: str = "/ip/firewall") -> bool:
    return judged("isolation-rule", Firewall(filters, raw), LIST, menu).mark is Mark.OK


def from_the_walled(rules: list[Rule]) -> bool:
    """The oracle sends what the customer sends, not the answers."""
    return not any(rule.get("dst-address-list") == LIST for rule in rules)


@pytest.mark.parametrize("menu", ["/ip/firewall", "/ipv6/firewall"])
@pytest.mark.parametrize("rules", [rules for rules, _ in CASES if rules != [{"chain": "forward", "action": "drop"}]])
def test_the_known_cases(rules: list[Rule], menu: str) -> None:
    if from_the_walled(rules):
        assert is_ok(rules, [], menu) is not leaks(rules, [])


conditions = st.fixed_dictionaries(
    {},
    optional={
        "src-address-list": st.sampled_from([LIST, f"!{LIST}", "vip"]),
        "protocol": st.just("tcp"),
        "dst-address": st.just(PORTAL),
        "connection-state": st.just("established,related"),
        "dst-address-list": st.just("!portal"),
        "disabled": st.sampled_from(["true", "false"]),
    },
)
actions = st.one_of(
    st.sampled_from(["accept", "drop", "reject", "fasttrack-connection", "return", "passthrough"]).map(
        lambda action: {"action": action}
    ),
    st.just({"action": "jump", "jump-target": "more"}),
)


def rules_of(*chains: str) -> st.SearchStrategy[list[Rule]]:
    one = st.tuples(st.sampled_from(chains), actions, conditions).map(
        lambda all_: {"chain": all_[0], **all_[1], **all_[2]}
    )
    return st.lists(one, max_size=6)


def with_a_wall(rules: list[Rule], at: int) -> list[Rule]:
    return [*rules[:at], {"chain": "forward", "action": "drop", "src-address-list": LIST}, *rules[at:]]


walls = st.one_of(rules_of("forward", "more"), st.builds(with_a_wall, rules_of("forward", "more"), st.integers(0, 6)))


@given(walls, rules_of("prerouting"))
def test_no_wall_is_praised_that_leaks(filters: list[Rule], raw: list[Rule]) -> None:
    raw = [rule for rule in raw if rule["action"] in {"accept", "drop"}]
    if is_ok(filters, raw):
        assert not leaks(filters, raw)
