"""Which router a batch is for, and what its rows are to be there."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Nas, Profile, Server
from radiusbridge.domain.vouchers.records import Keeper, VoucherBatch
from radiusbridge.gateways.vouchers.desk import VoucherDesk, VoucherTerms
from radiusbridge.services.context import Context


async def desk_of(context: Context, batch: VoucherBatch) -> VoucherDesk:
    """What takes the batch to its router. UnknownName: the router, or User Manager's profile, is not recorded any more;
    Unreachable where User Manager's generation has to be asked for."""

    def known(unit: UnitOfWork) -> tuple[Server | Nas, Profile]:
        if batch.keeper is Keeper.HOTSPOT:
            return unit.nases.get(batch.router_id), Profile(batch.profile, 0, 0)
        return unit.servers.get(batch.router_id), unit.profiles.named(batch.profile)

    place, profile = await context.database.read(known)
    terms = terms_of(batch, profile)
    if isinstance(place, Server):
        return await context.gateways.vouchers_on_server(place, terms)
    desk = context.gateways.vouchers_on_hotspot(place, terms)
    if desk is None:
        hint = f"radiusbridge nas edit {place.name} --api HOST"
        raise BadInput("no API access is stored", target=place.name, hint=hint)
    return desk


def terms_of(batch: VoucherBatch, profile: Profile) -> VoucherTerms:
    """What the batch's rows are to be, wherever they are."""
    return VoucherTerms(batch.note, profile, batch.hotspot_server, batch.time_limit, batch.data_limit)
