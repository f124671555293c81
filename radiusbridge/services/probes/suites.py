"""A file of probes with a database beside it: targets by name, test accounts, servers that sign."""

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.probe_runs import ProbeSuite, Told
from radiusbridge.domain.records import Customer, Nas, RadiusAccess, Server
from radiusbridge.services import signing
from radiusbridge.services.context import Context
from radiusbridge.services.probes.files.document import Document
from radiusbridge.services.probes.files.reading import read_suite


class _Known:
    """What the database knows, in one transaction; each thing is asked for once."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._customers: dict[tuple[int, str], Customer | None] = {}

    def server(self, name: str) -> Server:
        return self._unit.servers.named(name)

    def nas(self, name: str) -> Nas:
        return self._unit.nases.named(name)

    def customer(self, server_id: int, user: str) -> Customer | None:
        key = server_id, user
        if key not in self._customers:
            self._customers[key] = self._unit.customers.by_username(server_id, user)
        return self._customers[key]


async def read_with_names(context: Context, document: Document) -> ProbeSuite:
    """The probes of a file whose targets may stand by name. BadProbes.

    A user who is a customer of such a server is refused unless marked as made for tests: what a login would do to a
    customer is not looked at before each run of a schedule.
    """
    return await context.database.read(lambda unit: read_suite(document, context.entropy, _Known(unit)))


async def remember(context: Context, told: tuple[Told, ...]) -> None:
    """Keep in mind which servers have signed."""
    signed = {
        (one.case.server_id, target.host)
        for one in told
        if one.case.server_id
        and one.result.routeros_715_takes
        and isinstance(target := one.case.probe.target, RadiusAccess)
    }
    for server_id, host in signed:
        await signing.remember(context, server_id, host)
