"""`server test` and `nas test`: the findings as they are made, and what they amount to."""

from collections.abc import AsyncIterator, Sequence

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.errors import RadiusbridgeError
from radiusbridge.domain.local_access import keeps_accounts
from radiusbridge.domain.observations import KickAnswer
from radiusbridge.domain.records import Nas, Server
from radiusbridge.gateways.ports import Finding, Mark
from radiusbridge.services import capabilities, signing
from radiusbridge.services.context import Context

REACHING = frozenset({"name", "tcp", "radius", "dae"})
"""Steps whose failure means that nobody answered: exit status 3 instead of 1."""
NOBODY = SessionRow(nas="", id="", username="radiusbridge-nas-test", session_id="ffffffff")
"""A session that no NAS has: asking to end it shows whether the NAS listens to us, and ends nothing."""


def exit_status(findings: Sequence[Finding]) -> int:
    """0: all steps passed; 3: nobody answered; 1: the router answered, and something is wrong."""
    failed = next((finding for finding in findings if finding.mark is Mark.FAILED), None)
    if failed is None:
        return 0
    return 3 if failed.step.casefold() in REACHING else 1


async def test_server(context: Context, name: str) -> AsyncIterator[Finding]:
    """Test a server step by step; ends after the first step that fails. UnknownName, BadInput."""
    server = await context.database.read(lambda unit: unit.servers.named(name))
    seen: dict[str, Mark] = {}
    async for finding in inspect_server(context, server):
        if (
            finding.step == "signing"
            and finding.mark is Mark.OK
            and server.radius is not None
            and not context.read_only
        ):
            await signing.remember(context, server.id, server.radius.host)
        seen[finding.step] = finding.mark
        yield finding
    if seen.keys() & {"package", "secrets"}:
        signs = seen.get("signing")
        device = await context.database.read(lambda unit: capabilities.server_device(unit, server))
        told = signs is Mark.OK if signs in {Mark.OK, Mark.WARN} else None
        await capabilities.refresh(context, device, signs=told)


async def test_nas(context: Context, name: str) -> AsyncIterator[Finding]:
    """Test a NAS step by step, down to which rungs of the ladder of kicks exist. UnknownName, BadInput."""

    def work(unit: UnitOfWork) -> tuple[Nas, Server]:
        nas = unit.nases.named(name)
        return nas, unit.servers.get(nas.server_id)

    nas, server = await context.database.read(work)
    reached = False
    async for finding in inspect_nas(context, nas, server):
        reached = reached or (finding.step == "login" and finding.mark is Mark.OK)
        yield finding
    if reached:
        device = await context.database.read(lambda unit: capabilities.nas_device(unit, nas))
        await capabilities.refresh(context, device)


def inspect_server(context: Context, server: Server) -> AsyncIterator[Finding]:
    """The steps of a server's test, stored or not; nothing is kept of what they find. BadInput."""
    return context.gateways.account_server(server).inspect()


async def inspect_nas(context: Context, nas: Nas, server: Server) -> AsyncIterator[Finding]:
    """The steps of a NAS's test, stored or not; nothing is kept of what they find."""
    sessions = context.gateways.nas_sessions(nas, isolation=server.isolation_name)
    if sessions is not None:
        source = nas.dae.source if nas.dae else None
        async for finding in sessions.inspect(source, keeps_accounts=keeps_accounts(nas, server)):
            yield finding
        return
    yield Finding(
        "api",
        Mark.WARN,
        "no API access is stored, so its session list cannot be read: nothing can be PROVEN there",
        f"radiusbridge nas edit {nas.name} --api HOST",
    )
    yield await _ask_dae(context, nas)


async def _ask_dae(context: Context, nas: Nas) -> Finding:
    disconnector = context.gateways.disconnector(nas)
    if disconnector is None:
        return Finding("dae", Mark.FAILED, "no DAE address is stored", f"radiusbridge nas edit {nas.name} --dae HOST")
    began = context.clock.monotonic()
    try:
        reply = await disconnector.disconnect(NOBODY, Rung.DISCONNECT)
    except RadiusbridgeError as error:
        return Finding("dae", Mark.FAILED, error.summary, error.hint, context.clock.monotonic() - began)
    seconds = context.clock.monotonic() - began
    if reply.answer in {KickAnswer.SILENT, KickAnswer.UNAVAILABLE}:
        return Finding("dae", Mark.FAILED, reply.words, seconds=seconds)
    if reply.answer is KickAnswer.PROHIBITED:
        return Finding("dae", Mark.WARN, reply.words, "allow Disconnect-Requests on the NAS", seconds)
    words = f"answers a Disconnect-Request for a session that is not there: {reply.words}"
    return Finding("dae", Mark.OK, words, "", seconds)
