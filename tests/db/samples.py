"""Records for the tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.bulk import BulkRow, BulkRun
from radiusbridge.domain.records import (
    ApiAccess,
    Customer,
    DaeAccess,
    Intent,
    LoginMethod,
    Nas,
    Operation,
    Policy,
    Profile,
    RadiusAccess,
    Server,
    Service,
    SqlAccess,
    StartsAt,
    Step,
    TlsMode,
)
from radiusbridge.domain.secret import Secret

API = ApiAccess("192.0.2.1", 8729, "bridge", Secret("api-s3cret"), TlsMode.TLS, "ab" * 32, "/etc/ca.pem")
RADIUS = RadiusAccess("192.0.2.1", 1812, Secret("radius-s3cret"), "192.0.2.9", "require", signed_once=True)
DAE = DaeAccess("192.0.2.2", 3799, Secret("dae-s3cret"), "192.0.2.9", "10.0.0.1")
SERVER = Server(
    "um-1",
    "userman7",
    API,
    radius=RADIUS,
    isolation_policy=Policy.WALLED,
    isolation_name="isolir-2",
    isolation_rate=128_000,
    isolation_pool="pool-isolir",
    owner="boss",
    method=LoginMethod.CHAP,
    priority=7,
    standby=True,
)
SQL = SqlAccess("192.0.2.4", 5433, "bridge", Secret("sql-s3cret"), "aaa", TlsMode.TLS, "/etc/sql.pem")
FREERADIUS = Server("fr-1", "freeradius", None, radius=RADIUS, sql=SQL)
PROFILE = Profile(
    "Home 10M",
    10_000_000_000,
    20_000_000_000,
    service=Service.HOTSPOT,
    burst_up=1,
    burst_down=2,
    burst_threshold_up=3,
    burst_threshold_down=4,
    burst_time=5,
    priority=6,
    validity=2_592_000,
    starts_at=StartsAt.FIRST_LOGIN,
    price=150_000,
    shared_users=2,
    pool="pool-1",
    address_list="list-1",
    time_quota=7,
    data_quota=10**15,
)


def nas(server_id: int) -> Nas:
    return Nas("bras-1", server_id, dae=DAE, api=replace(API, tls=TlsMode.PLAIN))


def customer(server_id: int, profile_id: int, username: str = "budi", **other: Any) -> Customer:
    plain = Customer(
        "",
        username,
        server_id,
        profile_id,
        name="Budi Santoso",
        phone="0812-1",
        address="Jl. Melati 1",
        area="Timur",
        odp="ODP-7",
        vlan="100",
        note="corner house",
        password=Secret("dial-s3cret"),
        static_address="10.9.8.7",
        routes="10.9.9.0/24",
        caller_id="AA:BB:CC:DD:EE:FF",
        paid_until=datetime(2026, 4, 1, tzinfo=UTC),
    )
    return replace(plain, **other)


def populate(work: UnitOfWork) -> Customer:
    """A server, a profile and a customer."""
    server = work.servers.add(SERVER)
    profile = work.profiles.add(PROFILE)
    return work.customers.add(customer(server.id, profile.id))


def lone_nas(work: UnitOfWork) -> Nas:
    """A NAS of the first server."""
    return work.nases.add(nas(1))


def operation(intent: Intent = Intent.ISOLATE, customer_id: int = 1, server_id: int = 1, key: str = "") -> Operation:
    return Operation(
        intent, server_id, customer_id, f"user{customer_id}", {"policy": "reject"}, key=key, who="ani", channel="cli"
    )


def step(name: str) -> Step:
    return Step(0, name, "ok", datetime(2026, 3, 1, tzinfo=UTC), 0.25, f"did {name}", {"rows": [1, "two"]})


RUN = BulkRun("due", {"due": "2026-03-01"}, {"settle": 10.0}, {"canary": 3}, "ani", "cli", reason="unpaid")


def row(number: int) -> BulkRow:
    """A customer of a bulk run."""
    return BulkRow(number, 1, f"C-{number}", f"user{number}")
