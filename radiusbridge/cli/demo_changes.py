"""The rest of a panel's day in the demo: connections tested, a profile compared and changed, a customer too."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from radiusbridge.cli import output
from radiusbridge.cli.demo_isp import PROFILE, RATE_DOWN, SERVER, Stage
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Operation, Profile
from radiusbridge.domain.sagas.plan import Live
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.services import customers, profile_sync, profiles, testing


async def check_connections(on: Stage) -> bool:
    """Test the server and a NAS, and compare the profiles; True: no step failed, nothing differs."""
    good = await _checked(SERVER, testing.test_server(on.context, SERVER))
    good &= await _checked("nas1", testing.test_nas(on.context, "nas1"))
    both = await profile_sync.compare(on.context, SERVER)
    line = next(each for each in both.lines if each.name == PROFILE)
    output.line(f"profile {PROFILE} on {SERVER}: {line.side}")
    return good and not line.differences


async def _checked(name: str, findings: AsyncIterator[Finding]) -> bool:
    found = [finding async for finding in findings]
    marks = {mark: sum(each.mark is mark for each in found) for mark in Mark}
    told = ", ".join(f"{count} {mark}" for mark, count in marks.items() if count)
    output.line(f"test of {name}: {told} ({', '.join(each.step for each in found)})")
    return marks[Mark.FAILED] == 0


async def submit_changes(on: Stage, title: Callable[[str], None]) -> AsyncIterator[Operation]:
    """Operations, one after the other: each is carried out before the next is asked for."""
    title("The profile gets faster; whoever is live has it from the next dial.")
    edited = await profiles.edit(on.context, PROFILE, _faster)
    for operation in edited.operations:
        yield operation
    title("budi gets another password, on the CPE too; the live session is ended, so that it counts at once.")
    password = f"pw-{on.isp.world.octets(4).hex()}"
    on.isp.customers["budi"].password = password

    def change(customer: Customer) -> Customer:
        return replace(customer, password=Secret(password))

    changed = await customers.edit(on.context, "budi", change, live=Live.KICK)
    assert changed.operation is not None
    yield changed.operation
    title("rahma moves away: the account is removed, the live session ended.")
    removed = await customers.remove(on.context, "rahma")
    assert removed.operation is not None
    yield removed.operation
    title("A profile that somebody has is not removed.")
    try:
        await profiles.remove(on.context, PROFILE)
    except BadInput as error:
        output.line(f"  {safe(error.line(), 300)}")


def _faster(profile: Profile) -> Profile:
    return replace(profile, rate_down=RATE_DOWN * 2)
