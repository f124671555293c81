"""The menus that show what sessions do to a router: interfaces, queues, pools, firewall."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call, monitor
from radiusbridge.simulator.menus.menu import COMMENT, DISABLED, Menu, Row
from radiusbridge.simulator.menus.ppp import interface_id
from radiusbridge.simulator.menus.properties import (
    Prop,
    TrapError,
    boolean,
    duration,
    prefix_or_range,
    props,
    row_of,
    text,
)
from radiusbridge.simulator.nas.nas import Nas
from radiusbridge.simulator.nas.pools import spans
from radiusbridge.simulator.nas.session import Session

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

_FILTER = (
    "address-list address-list-timeout connection-bytes connection-limit connection-mark connection-nat-state "
    "connection-rate connection-state connection-type content dscp dst-address dst-address-list dst-address-type "
    "dst-limit dst-port fragment hotspot icmp-options in-bridge-port in-bridge-port-list in-interface "
    "in-interface-list ingress-priority ipsec-policy ipv4-options jump-target layer7-protocol limit log-prefix nth "
    "out-bridge-port out-bridge-port-list out-interface out-interface-list p2p packet-mark packet-size "
    "per-connection-classifier port priority protocol psd random realm reject-with routing-mark src-address "
    "src-address-list src-address-type src-mac-address src-port tcp-flags tcp-mss time tls-host ttl"
)


AGGREGATE = "aggregate"
"""In place of an interface's name: all of them together."""


class DynamicRows(Menu):
    """A menu with stored rows, and one dynamic row more for some sessions."""

    indexed = False

    def __init__(self, router: "Router", nas: Nas, properties: dict[str, Prop]) -> None:
        self._nas = nas
        super().__init__(router, properties)

    def dynamic(self, session: Session) -> Row | None:
        """The row that a session makes."""
        raise NotImplementedError

    def sessions(self) -> Iterable[Session]:
        """Those that may have one."""
        return self._nas.listed_all()

    def rows(self) -> Iterable[Row]:
        """Stored rows, then dynamic ones."""
        yield from self.table.values()
        for session in self.sessions():
            row = self.dynamic(session)
            if row is not None:
                yield row

    def get(self, identifier: str) -> Row | None:
        """The row with that `.id`."""
        stored = self.table.get(identifier)
        return stored or next((row for row in self.rows() if row[".id"] == identifier), None)

    def find(self, reference: str) -> Row | None:
        """The row with that name or `.id`."""
        stored = self.named(reference)
        return stored or next((row for row in self.rows() if reference in (row.get("name"), row[".id"])), None)


class Interfaces(DynamicRows):
    """/interface"""

    path = "/interface"
    verbs = frozenset({"print", "set", "enable", "disable", "comment"})
    print_extra = frozenset({"brief", "oid", "stats", "stats-detail"})
    duplicate = "failure: already have interface with such name"

    def __init__(self, router: "Router", nas: Nas, names: Iterable[str]) -> None:
        kinds = {"name": Prop(text), "mtu": Prop(text, "1500"), "l2mtu": Prop(text), **DISABLED, **COMMENT}
        super().__init__(router, nas, kinds)
        for name in names:
            row = self.build({"name": name})
            row |= {"type": "ether", "running": "true", "mac-address": "02:00:00:00:00:01", "default-name": name}
            self.insert(row)
        self._zero: dict[tuple[int, str], tuple[float, float]] = {}
        """By boot, and `.id` of a port: what its counters stood at when they were reset."""
        arguments = frozenset(
            ["append", "as-value", "do", "duration", "file", "interface", "interval", "once", "without-paging"]
        )
        self.commands["monitor-traffic"] = (arguments, self._traffic)
        self.commands["reset-counters"] = (frozenset({"numbers"}), self._reset)

    def sessions(self) -> Iterable[Session]:
        """A hotspot guest has no interface of their own."""
        return self._nas.listed()

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The ports, where only rows of their type are asked for: there may be thousands of others."""
        if bound.keys() != {"type"} or "pppoe-in" in bound["type"]:
            return None
        return list(self.table.values())

    def view(self, row: Row) -> Row:
        """A port with its counters."""
        if row[".id"] not in self.table:
            return row
        received, sent = self._moved(row)
        before_received, before_sent = self._zero.get((self.router.boots, row[".id"]), (0.0, 0.0))
        received, sent = int(received - before_received), int(sent - before_sent)
        packets = {"rx-packet": str(received // 900), "tx-packet": str(sent // 900)}
        return {**row, "rx-byte": str(received), "tx-byte": str(sent), **packets}

    def _moved(self, row: Row) -> tuple[float, float]:
        """Bytes since the router was started: what customers send comes in where they dial in, and goes out by the
        first other port."""
        up, down = self._nas.carried()
        if row["name"] == self._nas.interface:
            return up, down
        others = (each["name"] for each in self.table.values() if each["name"] != self._nas.interface)
        return (down, up) if row["name"] == next(others, None) else (0.0, 0.0)

    def _reset(self, call: Call) -> None:
        for name in call.attributes.get("numbers", "").split(","):
            row = self.named(name) or self.table.get(name)
            if row is None:
                raise TrapError("no such item", 0)
            self._zero[self.router.boots, row[".id"]] = self._moved(row)
        call.done()

    def dynamic(self, session: Session) -> Row:
        """A session's interface: rx is what the router receives, the customer's upload."""
        session.move(self.router.world.now)
        return {
            ".id": interface_id(session),
            "name": session.interface,
            "type": "pppoe-in",
            "mtu": "1480",
            "actual-mtu": "1480",
            "rx-byte": str(int(session.received)),
            "tx-byte": str(int(session.sent)),
            "rx-packet": str(int(session.received) // 900),
            "tx-packet": str(int(session.sent) // 900),
            "running": "true",
            "dynamic": "true",
            "disabled": "false",
        }

    def _traffic(self, call: Call) -> None:
        names = call.attributes.get("interface", "").split(",")
        if any(name != AGGREGATE and self.find(name) is None for name in names):
            raise TrapError("input does not match any value of interface", 1)
        monitor(call, lambda: [self._flow(name) for name in names])

    def _flow(self, name: str) -> Row:
        """What goes through one interface now; through one that is gone, nothing."""
        sessions = self._nas.listed()
        of_one = next((session for session in sessions if session.interface == name), None)
        flows = [session.flows() for session in (sessions if of_one is None else [of_one]) if session.alive]
        up, down = sum(flow[0] for flow in flows), sum(flow[1] for flow in flows)
        ports = [row["name"] for row in self.table.values()]
        if of_one is None and name != AGGREGATE and name != self._nas.interface:
            first = next((port for port in ports if port != self._nas.interface), None)
            up, down = (down, up) if name == first else (0.0, 0.0)
        packets = {"rx-packets-per-second": str(int(up / 7200)), "tx-packets-per-second": str(int(down / 7200))}
        return {"name": name, "rx-bits-per-second": str(int(up)), "tx-bits-per-second": str(int(down)), **packets}


class SimpleQueues(DynamicRows):
    """/queue/simple"""

    path = "/queue/simple"
    verbs = Menu.verbs | {"unset", "move"}
    print_extra = frozenset({"brief", "bytes", "oid", "packets", "rate", "stats"})
    duplicate = "failure: already have such name"

    def __init__(self, router: "Router", nas: Nas) -> None:
        pairs = "limit-at max-limit burst-limit burst-threshold"
        properties = {
            "name": Prop(text, required=True),
            "target": Prop(text, required=True),
            **props(text, "dst time packet-marks total-limit-at total-max-limit total-burst-limit"),
            **props(text, "total-burst-threshold total-burst-time total-bucket-size total-priority total-queue"),
            "parent": Prop(text, "none"),
            "priority": Prop(text, "8/8"),
            "queue": Prop(text, "default-small/default-small"),
            **props(text, pairs, "0/0"),
            "burst-time": Prop(text, "0s/0s"),
            "bucket-size": Prop(text, "0.1/0.1"),
            **DISABLED,
            **COMMENT,
        }
        super().__init__(router, nas, properties)

    def dynamic(self, session: Session) -> Row | None:
        """The queue of a session with a rate limit."""
        up, down = session.limits()
        if not up and not down:
            return None
        session.move(self.router.world.now)
        flow_up, flow_down = session.flows()
        return {
            ".id": f"*{session.number & 0xFFFFFF:X}",
            "name": session.interface or f"<hotspot-{session.user}>",
            "target": session.interface or f"{session.address}/32",
            "parent": "none",
            "priority": "8/8",
            "queue": "default-small/default-small",
            "limit-at": "0/0",
            "max-limit": f"{up}/{down}",
            "burst-limit": "/".join(map(str, session.bursts())),
            "bytes": f"{int(session.received)}/{int(session.sent)}",
            "rate": f"{int(flow_up)}/{int(flow_down)}",
            "invalid": "false",
            "dynamic": "true",
            "disabled": "false",
        }


class AddressLists(DynamicRows):
    """/ip/firewall/address-list"""

    path = "/ip/firewall/address-list"
    key = None

    def __init__(self, router: "Router", nas: Nas) -> None:
        properties = {
            "list": Prop(text, required=True),
            "address": Prop(text, required=True),
            "timeout": Prop(duration()),
            "dynamic": Prop(boolean, "false"),
            **DISABLED,
            **COMMENT,
        }
        super().__init__(router, nas, properties)

    def check(self, row: Row, before: Row | None) -> None:
        """List and address together are unique."""
        pair = (row["list"], row["address"])
        if any((other["list"], other["address"]) == pair and other is not before for other in self.rows()):
            raise TrapError("failure: already have such entry")

    def added(self, row: Row) -> None:
        """Rows know when they were made."""
        row["creation-time"] = self.router.date()

    def among(self, bound: Mapping[str, Collection[str]]) -> Iterable[Row] | None:
        """The entries of some addresses."""
        if bound.keys() != {"address"}:
            return None
        addresses = bound["address"]
        stored = [row for row in self.table.values() if row["address"] in addresses]
        made = (self.dynamic(session) for session in self.sessions() if session.address in addresses)
        return [*stored, *(row for row in made if row is not None)]

    def dynamic(self, session: Session) -> Row | None:
        """The entry of a session whose login named a list."""
        if not session.grant.address_list:
            return None
        return session.list_row(self.router.date(session.wall))


class Filters(Menu):
    """/ip/firewall/filter"""

    path = "/ip/firewall/filter"
    verbs = Menu.verbs | {"unset", "move"}
    print_extra = frozenset({"all", "chain", "dynamic", "static", "stats"})

    def __init__(self, router: "Router") -> None:
        super().__init__(
            router,
            {
                "chain": Prop(text, required=True),
                "action": Prop(text, "accept"),
                **props(text, _FILTER),
                "log": Prop(boolean, "false"),
                **DISABLED,
                **COMMENT,
            },
        )

    def insert(self, row: Row) -> None:
        """Rows count packets."""
        super().insert(row)
        row |= {"bytes": "0", "packets": "0", "invalid": "false", "dynamic": "false"}


class Connections(Menu):
    """/ip/firewall/connection: what each session had open from its beginning."""

    path = "/ip/firewall/connection"
    verbs = frozenset({"print", "remove"})
    key = None

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        super().__init__(router, {})

    def rows(self) -> Iterable[Row]:
        """Two for each session, until they are removed."""
        for session in self._nas.listed_all():
            for port in session.ports:
                yield {
                    ".id": f"*{session.number & 0xFFFFFF:X}{port:X}",
                    "protocol": "tcp",
                    "src-address": f"{session.address}:{port}",
                    "dst-address": "203.0.113.80:443",
                    "tcp-state": "established",
                    "dynamic": "true",
                }

    def get(self, identifier: str) -> Row | None:
        """The row with that `.id`."""
        return next((row for row in self.rows() if row[".id"] == identifier), None)

    def remove(self, row: Row) -> None:
        """Forget a connection."""
        address, _, port = row["src-address"].rpartition(":")
        session = self._nas.by_address(address)
        if session is not None:
            session.ports.remove(int(port))


class Pools(Menu):
    """/ip/pool"""

    path = "/ip/pool"
    verbs = frozenset({"print", "add", "set", "remove", "comment"})
    duplicate = "failure: pool with such name exists"

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        super().__init__(
            router,
            {
                "name": Prop(text, required=True),
                "ranges": Prop(prefix_or_range, required=True),
                "next-pool": Prop(row_of("/ip/pool", "none"), "none"),
                **COMMENT,
            },
        )

    def view(self, row: Row) -> Row:
        """Newer releases count what is used."""
        if self.router.version_number < (7, 22):
            return row
        total = sum(last - first + 1 for first, last in spans(row["ranges"]))
        used = sum(1 for pool, _ in self._nas.pools.used.values() if pool == row["name"])
        return {**row, "total": str(total), "used": str(used), "available": str(total - used)}


class UsedAddresses(Menu):
    """/ip/pool/used"""

    path = "/ip/pool/used"
    verbs = frozenset({"print"})

    def __init__(self, router: "Router", nas: Nas) -> None:
        self._nas = nas
        super().__init__(router, {})

    def rows(self) -> Iterable[Row]:
        """One row for each address that a pool gave."""
        return [
            {".id": f"*{count:X}", "pool": pool, "address": address, "owner": owner, "info": ""}
            for count, (address, (pool, owner)) in enumerate(self._nas.pools.used.items(), 1)
        ]


def install(router: "Router", nas: Nas, interfaces: Iterable[str]) -> None:
    """Give a router these menus."""
    router.install(
        Interfaces(router, nas, interfaces),
        SimpleQueues(router, nas),
        AddressLists(router, nas),
        Filters(router),
        Connections(router, nas),
        Pools(router, nas),
        UsedAddresses(router, nas),
    )
