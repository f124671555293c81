"""`demo`: the whole job on a simulated ISP. Headless it is printed; on a terminal the dashboard opens."""

import asyncio
import logging

from radiusbridge.cli import output
from radiusbridge.cli.demo_changes import check_connections, submit_changes
from radiusbridge.cli.demo_isp import PROFILE, SERVER, Stage, add_customer, add_nases, add_profile, add_server
from radiusbridge.cli.operations import Novelty, evidence_line, label
from radiusbridge.domain.records import HoldKind, Operation, Policy
from radiusbridge.domain.text import safe
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services import access, journal, renewal, sessions
from radiusbridge.services.access import Manner
from radiusbridge.services.carrying import carry_out
from radiusbridge.simulator.build import IspOptions

ONLINE_WITHIN = 60.0
"""Seconds that the CPEs have to dial once their accounts are there."""
PEOPLE = (("rahma", "Rahma Hidayat", "nas1"), ("budi", "Budi Santoso", "nas1"), ("joko", "Joko Wijaya", "nas2"))
GENERATIONS = ("7.16.2", "6.49.18")


def run_demo(headless: bool, *, small: bool = False, language: str = "") -> int:
    """The exit status: 0 if every verdict that has to be PROVEN is, and the lie was seen through."""
    if headless:
        return asyncio.run(_headless())
    from radiusbridge.cli.demo_dashboard import LARGE, SMALL, show

    return asyncio.run(show(SMALL if small else LARGE, language))


async def _headless() -> int:
    logging.getLogger("radiusbridge").setLevel(logging.ERROR)
    statuses = [await _generation(ros) for ros in GENERATIONS]
    return max(statuses)


async def _generation(ros: str) -> int:
    """The whole run on one generation of RouterOS; 0 if everything is PROVEN and the lie was seen through."""
    from radiusbridge.cli.demo_isp import stage

    options = IspOptions(ros=ros, customers=0, nases=2, rtt=0.02, use_coa=True)
    async with stage(options, "cli") as on:
        verdicts = await _provision(on)
        sound = await check_connections(on)
        if not await _until_online(on):
            return 1
        _title("Isolate: rahma is refused, budi gets the payment page only. Side by side.")
        rejected, walled = await asyncio.gather(
            _isolate(on, "rahma", Policy.REJECT, Manner()), _isolate(on, "budi", Policy.WALLED, Manner())
        )
        verdicts += [rejected, walled]
        _title("Activate both: rahma has paid, budi is let in again.")
        verdicts += await asyncio.gather(_renew(on, "rahma"), _activate(on, "budi"))
        async for operation in submit_changes(on, _title):
            verdicts.append(await _carried(on, operation))
        lie = await _see_through_a_lie(on)
        proven = sum(verdict is Verdict.PROVEN for verdict in verdicts)
        output.line()
        output.line(
            f"RouterOS {ros}: {proven} of {len(verdicts)} operations PROVEN; "
            f"the NAS that lied ended {lie or 'without a verdict'}."
        )
        return 0 if sound and proven == len(verdicts) and lie is Verdict.FAILED else 1


async def _provision(on: Stage) -> list[Verdict | None]:
    server = await add_server(on)
    names = await add_nases(on)
    await add_profile(on)
    radius = server.radius
    assert radius is not None
    _title(f"A simulated ISP on loopback: RouterOS {on.isp.options.ros}, {on.isp.options.rtt * 1000:.0f} ms away.")
    output.line(f"server {SERVER}: API {server.router.host}:{server.router.port}, RADIUS {radius.host}:{radius.port}")
    output.line(f"NASes {', '.join(names)}; profile {PROFILE}; customers {', '.join(who for who, _, _ in PEOPLE)}")
    _title("Customers are added to the database, and their accounts to User Manager.")
    verdicts = []
    for username, name, nas in PEOPLE:
        added = await add_customer(on, username, name, nas)
        assert added.operation is not None
        verdicts.append(await _carried(on, added.operation))
    return verdicts


async def _until_online(on: Stage) -> bool:
    """Wait until the NASes' own lists show everybody."""
    wanted = {username for username, _, _ in PEOPLE}
    found: set[str] = set()
    _title("Their CPEs dial.")
    try:
        async with asyncio.timeout(ONLINE_WITHIN):
            while not wanted <= found:
                for reading in await sessions.live(on.context):
                    for row in reading.sessions:
                        if row.username not in found:
                            found.add(row.username)
                            output.line(
                                f"  {row.username} is online on {reading.nas}: {row.session_id} at {row.address}"
                            )
                await on.context.clock.sleep(0.25)
    except TimeoutError:
        output.line(f"not online within {ONLINE_WITHIN:.0f} s: {', '.join(sorted(wanted - found))}")
        return False
    return True


async def _isolate(on: Stage, who: str, policy: Policy, manner: Manner) -> Verdict | None:
    done = await access.isolate(on.context, who, policy=policy, hold=HoldKind.UNPAID, reason="the demo", manner=manner)
    assert done.operation is not None
    return await _carried(on, done.operation)


async def _activate(on: Stage, who: str) -> Verdict | None:
    done = await access.activate(on.context, who, reason="the demo")
    assert done.operation is not None
    return await _carried(on, done.operation)


async def _renew(on: Stage, who: str) -> Verdict | None:
    done = await renewal.renew(on.context, who, months=1, note="the demo")
    assert done.operation is not None
    return await _carried(on, done.operation)


async def _see_through_a_lie(on: Stage) -> Verdict | None:
    """nas2 answers every kick with success and keeps the session."""
    _title("A NAS that lies: nas2 says yes to every kick, and joko's session stays. This has to end FAILED.")
    on.isp.faults("nas2").turn(lie=True)
    return await _isolate(on, "joko", Policy.REJECT, Manner(settle=5.0, deadline=12.0))


async def _carried(on: Stage, operation: Operation) -> Verdict | None:
    """Carry it out, printing each committed step as it comes; the verdict."""
    work = asyncio.create_task(carry_out(on.context, operation.id))
    began, novelty = None, Novelty()
    async for news in journal.follow(on.context, operation.id):
        for step in news.steps:
            began = began or step.started_at
            if not novelty.tells(step):
                continue
            after = (step.started_at - began).total_seconds() + step.duration
            output.line(f"{safe(operation.username, 12):<6}{evidence_line(step, after)}")
        if work.done():
            break
    ended = await work
    output.line(f"{str(ended.verdict or ended.status).upper()}  {label(ended)}")
    for reason in ended.reasons:
        output.line(f"        {safe(reason, 400)}")
    return ended.verdict


def _title(text: str) -> None:
    output.line()
    output.line(f"== {text}")
