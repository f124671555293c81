"""Faults on the way to an account server and inside it: one set of tests, generated for every engine."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from radiusbridge.domain.accounts import Access, AccountRow
from radiusbridge.domain.errors import ConnectionLost, NotAllowed, PeerRefused, Unreachable
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.ports import WantedAccount
from tests.gateways.conftest import SEVEN, SIX
from tests.gateways.contract import profile
from tests.gateways.support import Place, change, place

OWN_ADDRESS = "10.1.2.3"
JOBS = {
    # sentences (to, from) the router when nothing goes wrong, the login among them
    (SEVEN, "wall and open"): (42, 72),
    (SIX, "wall and open"): (29, 46),
    (SEVEN, "provision"): (15, 18),
    (SIX, "provision"): (11, 12),
}


@pytest.fixture
async def isp(either: Place) -> Place:
    """A server whose walled customers get an address from a pool, and a customer with one of their own."""
    either.server = replace(either.server, isolation_pool="pool-isolir")
    give_address(either)
    return either


def give_address(isp: Place) -> None:
    given = {"ip-address": OWN_ADDRESS} if isp.six else {"attributes": f"Framed-IP-Address:{OWN_ADDRESS}"}
    isp.menu("user").set(isp.stored("cust0001"), {**given, "comment": "Pak Ali"})


async def until_reached(isp: Place) -> AccountRow:
    """The account, asked until the router is back."""
    while True:
        try:
            return await isp.account("cust0001")
        except Unreachable:
            await isp.clock.sleep(0.05)


async def wall_and_open(isp: Place) -> None:
    """What an executor does: read, write what differs, again until it is so."""
    for access in (Access.WALLED, Access.OPEN):
        for attempt in range(8):
            try:
                account = await isp.account("cust0001")
                if change(access).reached(account)[0]:
                    break
                await isp.accounts.write_access(account, change(access))
            except Unreachable:
                await isp.clock.sleep(0.3 * (attempt > 0))
        assert change(access).reached(await isp.account("cust0001"))[0]


async def provision(isp: Place) -> None:
    """The same for a new customer."""
    wanted = WantedAccount("new", Secret("pw"), profile("10M"), "bind", OWN_ADDRESS)
    for attempt in range(6):
        try:
            await isp.accounts.ensure_profile(wanted.profile)
            await isp.accounts.ensure_account(wanted)
            break
        except Unreachable:
            await isp.clock.sleep(0.3 * (attempt > 0))


async def carried_out(isp: Place, job: str) -> None:
    """Do the job, and look behind the server's back at what is there."""
    await (wall_and_open if job == "wall and open" else provision)(isp)
    username, plan = ("cust0001", "20M") if job == "wall and open" else ("new", "10M")
    assert isp.plans(username) == {plan: "running-active"}
    user = isp.user(username)
    assert OWN_ADDRESS in (user["ip-address"] if isp.six else user["attributes"])
    assert user.get("comment", "") == ("Pak Ali" if username == "cust0001" else "")
    assert user.get("group", "default") == "default"
    if username == "new":
        assert isp.isp.oracle.would_accept("new", "pw")
    other = "isolir" if username == "cust0001" else "10M"
    for menu in ("profile", "limitation"):
        assert sorted(row["name"] for row in isp.menu(menu).rows()) == sorted(["20M", other])
    assert sorted(row["profile"] for row in isp.menu("profile-limitation").rows()) == sorted(["20M", other])


def sentences(isp: Place) -> tuple[int, int]:
    """How many went to routers, and how many came."""
    ways = [json.loads(line)["dir"] for line in isp.trace.read_text().splitlines()]
    return ways.count("send"), ways.count("recv")


def resets() -> Iterator[object]:
    """A reset after each sentence of each job in turn, in either direction."""
    for (ros, job), (there, back) in JOBS.items():
        knobs: list[dict[str, int]] = []
        for executes in (False, True):
            knobs += [{"reset_after_in": number, "reset_executes": executes} for number in range(1, there + 1)]
        knobs += [{"reset_after_out": number, "reset_mid_sentence": True} for number in range(1, back + 1)]
        yield from (pytest.param(ros, job, one, id=f"{ros} {job} {one}") for one in knobs)


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path / "trace.jsonl", ros=request.param) as made:
        made.server = replace(made.server, isolation_pool="pool-isolir")
        give_address(made)
        yield made


@pytest.mark.parametrize(("world", "job"), list(JOBS), indirect=["world"])
async def test_every_sentence_of_a_job_has_its_reset(world: Place, job: str) -> None:
    await carried_out(world, job)
    ros = SIX if world.six else SEVEN
    assert sentences(world) == JOBS[ros, job]


@pytest.mark.parametrize(("world", "job", "knobs"), list(resets()), indirect=["world"])
async def test_a_reset_after_any_sentence_leaves_no_double_row(world: Place, job: str, knobs: dict[str, int]) -> None:
    faults = world.isp.faults("um1")
    faults.turn(**knobs, resets=1)
    await carried_out(world, job)
    assert faults.resets == 0, "the reset did not happen"


async def test_a_write_whose_reply_is_lost_is_not_sent_again(isp: Place) -> None:
    account = await isp.account("cust0001")
    received = sum(json.loads(line)["dir"] == "recv" for line in isp.trace.read_text().splitlines())
    isp.isp.faults("um1").turn(reset_after_out=received + 1, reset_mid_sentence=True, resets=1)
    with pytest.raises(ConnectionLost):
        await isp.accounts.write_access(account, change(Access.REJECT))
    assert sum(words[0].endswith("/user/set") for words in isp.sent()) == 1
    assert (await isp.account("cust0001")).disabled


@pytest.mark.parametrize("job", ["wall and open", "provision"])
async def test_a_trap_at_each_write_is_told_and_the_rest_can_be_done_again(isp: Place, job: str) -> None:
    faults = isp.isp.faults("um1")
    writes = 0
    told: list[PeerRefused] = []
    while True:
        faults.turn(trap_after=writes)
        try:
            await carried_out(isp, job)
        except PeerRefused as refused:
            told.append(refused)
            writes += 1
        if faults.trap_after is not None:
            break
        await carried_out(isp, job)
        if job == "provision":
            await isp.accounts.remove_account(await isp.account("new"))
            for menu in ("profile-limitation", "profile", "limitation"):
                rows = [row for row in isp.menu(menu).rows() if "10M" in row.values()]
                for row in rows:
                    isp.menu(menu).remove(row)
    faults.turn(trap_after=None)
    assert writes >= 4
    assert {(refused.target, "internal error" in refused.summary) for refused in told} == {("um1", True)}


async def test_a_server_that_is_dark_is_unreachable_and_found_again(isp: Place) -> None:
    account = await isp.account("cust0001")
    isp.isp.faults("um1").turn(refuse_tcp=True)
    await isp.gateways._routers.close()
    with pytest.raises(Unreachable):
        await isp.accounts.read_account("cust0001")
    isp.isp.faults("um1").turn(refuse_tcp=False)
    assert await until_reached(isp) == account


async def test_a_right_that_is_missing_is_told(isp: Place) -> None:
    groups = isp.um.menus["/user/group"]
    row = groups.named("api")
    assert row is not None
    groups.set(row, {"policy": "api,read"})
    with pytest.raises(NotAllowed, match="not enough permissions"):
        await isp.accounts.write_access(await isp.account("cust0001"), change(Access.REJECT))
    reply = await isp.accounts.close_session("*1")
    assert reply.answer is KickAnswer.UNAVAILABLE
