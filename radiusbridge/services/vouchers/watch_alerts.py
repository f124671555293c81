"""What is wrong now with a batch, or with the router that it is on, as the agent found it."""

from radiusbridge.domain.alerts.episodes import Episode
from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.findings import KINDS
from radiusbridge.domain.vouchers.records import VoucherBatch
from radiusbridge.services.context import Context

_KINDS = frozenset({*KINDS, Kind.VOUCHER_END})


async def alerts_of(context: Context, batch: VoucherBatch) -> tuple[Episode, ...]:
    """Those that are raised; of other batches of the router, none."""
    router = safe(batch.router, 200)
    own = f"{router}/batch {batch.id}"

    def about(episode: Episode) -> bool:
        subject = episode.subject
        ours = subject in {router, own} or subject.startswith(f"{own} ")
        return ours or (subject.startswith(f"{router}/") and not subject.startswith(f"{router}/batch "))

    raised = await context.database.read(lambda unit: unit.alerts.raised())
    return tuple(each for each in raised if each.kind in _KINDS and about(each))
