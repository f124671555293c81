"""A single test login as a customer: looked at before, whether it could do harm; kept after."""

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probes import Probe, ProbeKind, ProbeResult
from radiusbridge.domain.records import Customer
from radiusbridge.services.context import Context
from radiusbridge.services.permissions import require
from radiusbridge.services.probes import history, targets
from radiusbridge.services.probes.run import run_probe


async def probe(context: Context, customer: Customer, server: str) -> ProbeResult:
    """Log in once, and keep how it ended. Refused where that could do harm; BadInput: the password is not known."""
    require(context, "probe.run")
    if customer.password is None:
        raise BadInput("the customer's password is not known", target=customer.username)
    found = await targets.find(context, ProbeKind.AUTH, server)
    wanted = Probe(ProbeKind.AUTH, found.access, server, customer.username, customer.password, found.method)
    await targets.guard(context, found, wanted)
    sockets, tap = context.gateways.wires
    result = await run_probe(wanted, clock=context.clock, entropy=context.entropy, sockets=sockets, tap=tap)
    await targets.remember(context, found, result)
    await history.keep_single(context, found.server, result)
    return result
