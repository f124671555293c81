"""Servers, NASes, profiles and customers: one transaction each, with audit row, event and intent; or nothing at all."""

import re
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from radiusbridge.db.database import Database
from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.errors import AlreadyThere, BadInput, RadiusbridgeError, Refused, UnknownName
from radiusbridge.domain.records import ApiAccess, Customer, DaeAccess, Intent, Nas, Profile, Server, SqlAccess, TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.verdict import Status, Verdict
from radiusbridge.gateways.factory import Gateways
from radiusbridge.services import access, capabilities, carrying, customers, kicking, nases, profiles, servers, sessions
from radiusbridge.services.context import Context
from radiusbridge.services.devices import listed
from radiusbridge.services.filtering import filtered
from radiusbridge.services.following import homes
from radiusbridge.services.process import this_process
from radiusbridge.services.provisioning import forget_removed
from radiusbridge.services.reach import ApiChange, DaeChange, RadiusChange
from radiusbridge.services.readings.states import routers
from radiusbridge.services.system import SystemClock, SystemEntropy
from radiusbridge.services.vouchers.ordering import Order, order
from radiusbridge.services.watch import Snapshot

API = ApiAccess("127.0.0.1", 1, "noc", Secret("p"))
SERVER = Server("um-1", "userman7", API)
BUDI = Customer("", "budi", 0, 0, password=Secret("0123"))


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    """An empty database, and nobody on the network."""
    clock, entropy = SystemClock(), SystemEntropy()
    database = Database.open(tmp_path / "r.db", key=KeyFile(tmp_path / "key"), clock=clock)
    opened = Context(database, Gateways(clock, entropy), clock, entropy, this_process(), "noc", "test")
    yield opened
    await opened.close()


@pytest.fixture
async def stocked(context: Context) -> Context:
    await servers.add(context, SERVER)
    await nases.add(context, Nas("bras-1", 0, dae=DaeAccess("127.0.0.1", 1, Secret("s"))))
    await profiles.add(context, Profile("home-10", 2_000_000, 10_000_000))
    return context


async def counts(context: Context) -> tuple[int, int, int]:
    """Audit rows, events, operations."""
    return await context.database.read(
        lambda unit: (
            len(unit.audit.recent(1000)),
            len(unit.outbox.pending(1000)),
            len(unit.operations.listed(limit=1000)),
        )
    )


async def refused(context: Context, kind: type[RadiusbridgeError], work: Awaitable[object]) -> RadiusbridgeError:
    """The change is refused, and leaves no trace."""
    before = await counts(context)
    with pytest.raises(kind) as caught:
        await work
    assert await counts(context) == before
    return caught.value


async def test_a_change_is_state_audit_and_event(stocked: Context) -> None:
    assert await counts(stocked) == (3, 3, 0)
    changed = await servers.edit(stocked, "UM-1", lambda old: replace(old, isolation_rate=64_000))
    assert changed.isolation_rate == 64_000
    entry, *_ = await stocked.database.read(lambda unit: unit.audit.recent(1))
    assert (entry.action, entry.subject, entry.who, entry.channel) == ("server.edit", "um-1", "noc", "test")
    assert (entry.before, entry.after) == (
        {"id": 1, "isolation_rate": 256_000},
        {"id": 1, "isolation_rate": 64_000},
    )
    assert await counts(stocked) == (4, 4, 0)
    await servers.edit(stocked, "um-1", lambda old: old)
    assert await counts(stocked) == (4, 4, 0), "what does not differ is not written"


async def test_a_freeradius_is_no_router(stocked: Context) -> None:
    sql = SqlAccess("127.0.0.1", 1, "radius", Secret("sql-s3cret"))
    added = await servers.add(stocked, Server("fr-1", "freeradius", None, sql=sql))
    entry, *_ = await stocked.database.read(lambda unit: unit.audit.recent(1))
    assert "sql-s3cret" not in str(entry.after)
    for other in (
        replace(added, id=0, name="x", api=API),
        replace(added, id=0, name="x", sql=None),
        replace(SERVER, name="x", sql=sql),
        replace(SERVER, name="x", sql=sql, api=None),
    ):
        assert "reached by its" in (await refused(stocked, BadInput, servers.add(stocked, other))).summary
    await nases.add(stocked, Nas("bras-2", 0, dae=DaeAccess("127.0.0.1", 1, Secret("s")), api=API), "fr-1")
    found = await stocked.database.read(lambda unit: (routers(unit), homes(unit)))
    assert [[each.name for each in group] for group in found] == [["um-1", "bras-1"], ["um-1"]]
    devices = {each.name: each for each in await listed(stocked, Snapshot())}
    assert (devices["fr-1"].api, devices["fr-1"].contact) == ("127.0.0.1:1", "unknown")
    device = await stocked.database.read(lambda unit: capabilities.server_device(unit, added))
    assert await capabilities.refresh(stocked, device) is None
    wanted = Order(1, "home-10", server="fr-1")
    assert "none" in (await refused(stocked, BadInput, order(stocked, wanted))).summary


async def test_whoever_edits_later_is_told_what_was_changed_meanwhile(stocked: Context) -> None:
    added = await customers.add(stocked, replace(BUDI, phone="0811", password=Secret("one")), profile="home-10")
    seen = added.customer
    siti = replace(stocked, who="siti")
    await customers.edit(siti, "budi", partial(replace, phone="0812", password=Secret("two")), seen=seen)

    error = await refused(
        stocked, Refused, customers.edit(stocked, "budi", partial(replace, phone="0813", note="vip"), seen=seen)
    )
    assert "phone from 0811 to 0812 by siti" in error.summary
    assert "customer show C-0001" in error.hint
    secret = await refused(
        stocked, Refused, customers.edit(stocked, "budi", partial(replace, password=Secret("three")), seen=seen)
    )
    assert "password by siti" in secret.summary
    assert not re.search("one|two|three", secret.line())
    alike = (await customers.edit(stocked, "budi", partial(replace, phone="0812", note="vip"), seen=seen)).customer
    assert (alike.phone, alike.note) == ("0812", "vip"), "what both want alike is no conflict, and other fields merge"
    assert (await customers.show(stocked, "budi")).customer.password == Secret("two")
    await customers.edit(siti, "budi", partial(replace, username="budi-2"), provisioned=False)
    renamed = (await customers.edit(stocked, "budi", partial(replace, area="north"), seen=seen)).customer
    assert (renamed.username, renamed.area) == ("budi-2", "north"), "by any name it is the one that was seen"


async def test_refusals_leave_no_trace(stocked: Context) -> None:
    await refused(stocked, AlreadyThere, servers.add(stocked, replace(SERVER, name="UM-1")))
    await refused(stocked, BadInput, servers.add(stocked, replace(SERVER, name="x", kind="freeradius")))
    await refused(stocked, BadInput, servers.remove(stocked, "um-1"))
    await refused(stocked, UnknownName, nases.remove(stocked, "bras-9"))
    await refused(stocked, BadInput, nases.edit(stocked, "bras-1", lambda old: replace(old, dae=None)))
    await refused(stocked, BadInput, profiles.add(stocked, Profile("p", 1, 1, burst_up=5)))
    await refused(stocked, BadInput, profiles.add(stocked, Profile("p", 1, 1, shared_users=0)))
    await refused(stocked, BadInput, customers.add(stocked, replace(BUDI, username="bu\u202edi"), profile="home-10"))
    await refused(stocked, UnknownName, customers.add(stocked, BUDI, profile="home-100"))
    nobody = replace(stocked, who="\t")
    await refused(stocked, Refused, customers.add(nobody, BUDI, profile="home-10"))
    await refused(stocked, Refused, access.isolate(nobody, "budi"))


async def test_the_only_server_need_not_be_named(stocked: Context) -> None:
    assert (await customers.add(stocked, BUDI, profile="home-10")).customer.server_id == 1
    await servers.add(stocked, replace(SERVER, name="um-2"))
    ani = replace(BUDI, username="ani")
    error = await refused(stocked, BadInput, customers.add(stocked, ani, profile="home-10"))
    assert "um-1, um-2" in error.summary
    assert (await customers.add(stocked, ani, profile="home-10", server="um-2")).customer.server_id == 2


async def test_what_the_server_has_to_know_is_submitted(stocked: Context) -> None:
    added = await customers.add(stocked, BUDI, profile="home-10")
    assert added.operation is not None
    assert (added.operation.intent, added.operation.status) == (Intent.PROVISION, Status.QUEUED)
    assert "0123" not in str(added.operation)

    phone = await customers.edit(stocked, "budi", lambda old: replace(old, phone="0812"))
    assert phone.operation is None
    locked = await customers.edit(stocked, "C-0001", lambda old: replace(old, caller_id="02-00-00-00-00-0A"))
    assert locked.customer.caller_id == "02:00:00:00:00:0A"
    assert locked.operation is not None
    assert locked.operation.reason == "changed: caller-id"
    only_here = await customers.edit(
        stocked, "budi", lambda old: replace(old, password=Secret("yes")), provisioned=False
    )
    assert only_here.operation is None
    await refused(stocked, BadInput, customers.edit(stocked, "budi", lambda old: replace(old, username="other")))

    edited = await profiles.edit(stocked, "home-10", lambda old: replace(old, rate_up=3_000_000))
    assert [(one.intent, one.username, one.customer_id) for one in edited.operations] == [
        (Intent.PROFILE_ENSURE, "home-10", 0)
    ]


async def test_a_customer_goes_with_the_proof_of_the_removal(stocked: Context) -> None:
    added = await customers.add(stocked, BUDI, profile="home-10")
    error = await refused(stocked, BadInput, customers.remove(stocked, "budi"))
    assert "1 (provision, queued)" in error.summary
    assert added.operation is not None
    await stocked.database.write(lambda unit: unit.operations.cancel(1, unit.now))

    removing = (await customers.remove(stocked, "budi")).operation
    assert removing is not None
    assert removing.intent is Intent.REMOVE
    assert (await customers.show(stocked, "budi")).customer.id == added.customer.id
    await kicking.kick(stocked, "budi")
    operation = removing

    async def proven(number: int) -> None:
        now = stocked.clock.now()
        claimed = await stocked.database.write(lambda unit: unit.operations.claim(number, "me/1/1", now, 60))
        assert claimed is not None
        assert claimed.lease is not None
        epoch = claimed.lease.epoch
        await stocked.database.write(lambda unit: unit.operations.finish(number, epoch, Verdict.PROVEN, (), unit.now))

    await proven(operation.id)
    await stocked.database.write(lambda unit: forget_removed(unit, operation, "noc", "test"))
    assert (await customers.show(stocked, "budi")).customer.username == "budi", "a later intent keeps its subject"
    await proven(3)
    await stocked.database.write(lambda unit: forget_removed(unit, operation, "noc", "test"))
    with pytest.raises(UnknownName):
        await customers.show(stocked, "budi")


async def test_forgetting_only_the_record(stocked: Context) -> None:
    await customers.add(stocked, BUDI, profile="home-10", provisioned=False)
    gone = await customers.remove(stocked, "budi", provisioned=False)
    assert gone.operation is None
    assert (await filtered(stocked, "")).ids == ()


async def test_lists_show_holds(stocked: Context) -> None:
    for name in ("ani", "budi", "cici"):
        await customers.add(stocked, replace(BUDI, username=name), profile="home-10", provisioned=False)
    await access.isolate(stocked, "budi")
    ani, budi, _ = (await filtered(stocked, "", order="username")).ids
    [row] = await customers.views(stocked, (budi,))
    assert [each.customer.username for each in await customers.views(stocked, (budi, 99, ani))] == ["budi", "ani"]
    assert (row.customer.username, row.server, row.profile) == ("budi", "um-1", "home-10")
    assert [str(hold.kind) for hold in row.holds] == ["unpaid"]


async def test_what_is_ahead_of_an_operation_runs_first(stocked: Context) -> None:
    await customers.add(stocked, BUDI, profile="home-10")
    isolating = (await access.isolate(stocked, "budi")).operation
    assert isolating is not None
    ended = await carrying.carry_out(stocked, isolating.id)
    assert ended.status is Status.QUEUED, "behind the one that waits for the dark server"
    [_, first] = await carrying.operations(stocked)
    assert (first.intent, first.status, first.attempts) == (Intent.PROVISION, Status.WAITING, 1)
    assert await carrying.unfinished(stocked) == (first, ended)


async def test_one_nas_without_api_is_a_result(stocked: Context) -> None:
    [reading] = await sessions.live(stocked)
    assert reading.sessions == ()
    assert "no API access" in reading.error
    with pytest.raises(UnknownName):
        await sessions.live(stocked, nas="bras-9")


def test_partial_changes_of_ways_to_reach_a_router() -> None:
    assert ApiChange().apply(None) is None
    made = ApiChange(host="h", password=Secret("p")).apply(None)
    assert made == ApiAccess("h", 8728, "admin", Secret("p"))
    pinned = ApiChange(fingerprint="AB:" * 31 + "ab").apply(made)
    assert pinned is not None
    assert (pinned.tls, pinned.port, pinned.fingerprint) == (TlsMode.TLS, 8729, "ab" * 32)
    plain = ApiChange(tls=TlsMode.PLAIN, fingerprint="").apply(pinned)
    assert plain == made
    kept = ApiChange(port=9000).apply(made)
    assert ApiChange(tls=TlsMode.TLS).apply(kept) == replace(made, tls=TlsMode.TLS, port=9000)
    with pytest.raises(BadInput, match="password"):
        ApiChange(host="h").apply(None)

    radius = RadiusChange(host="h", secret=Secret("s"), source="10.0.0.1").apply(None)
    assert radius is not None
    signed = replace(radius, signed_once=True)
    assert RadiusChange(source="").apply(signed) == replace(signed, source=None)
    moved = RadiusChange(host="other").apply(signed)
    assert moved is not None
    assert not moved.signed_once, "another host has not signed yet"
    dae = DaeChange(host="h", secret=Secret("s"), nas_address="10.0.0.1").apply(None)
    assert dae == DaeAccess("h", 3799, Secret("s"), None, "10.0.0.1")
