"""`why`: why a customer cannot get online. Reads record, server and NASes side by side, each within a deadline, and
tells the chain again with everything that was read. Writes nothing, and never logs in as the customer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.accounts import AccountRow
from radiusbridge.domain.days import day_of
from radiusbridge.domain.errors import NotSuchPeer, RadiusbridgeError
from radiusbridge.domain.records import Nas, Server
from radiusbridge.domain.why.decide import Answer, Chain, decide
from radiusbridge.domain.why.facts import Facts, Heard, NasFacts, Refusal, ServerFacts, Tested
from radiusbridge.services.context import Context
from radiusbridge.services.lateness import stands_now
from radiusbridge.services.plans import addresses_of
from radiusbridge.services.sessions import DEADLINE

EXIT = {Answer.ONLINE: 0, Answer.BROKEN: 1, Answer.UNKNOWN: 3, Answer.READING: 3, Answer.SILENT: 5}
"""0: the customer is online; 1: a broken link was found; 3: none among what could be looked at, and not all could be;
5: nothing keeps the customer out, and nobody dials."""
PATIENCE = 3.0
"""Seconds that a NAS's links wait for the account to say which pool it needs; then the PPP profile's is looked at."""
Read = ServerFacts | NasFacts


@dataclass(frozen=True, slots=True)
class Told:
    """The chain as far as it was read; facts: what it was made of."""

    chain: Chain
    facts: Facts

    @property
    def over(self) -> bool:
        """Whether everything was read."""
        return self.facts.server is not None and len(self.facts.nases) == len(self.facts.nas_records)


async def why(context: Context, who: str) -> AsyncIterator[Told]:
    """The chain of a customer, by number, user name or name: first what the database knows, then again with each
    router that was read; the last one is the answer. UnknownName, BadInput."""
    facts = await context.database.read(lambda unit: _facts(context, unit, who))
    yield Told(decide(facts), facts)
    account: asyncio.Future[ServerFacts] = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(_server(context, facts, account))]
    tasks += [asyncio.create_task(_nas(context, facts, nas, account)) for nas in facts.nas_records]
    try:
        for done in asyncio.as_completed(tasks):
            read = await done
            facts = _with(facts, read)
            yield Told(decide(facts), facts)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def answer(context: Context, who: str) -> Told:
    """The same, when everything was read."""
    told = [each async for each in why(context, who)]
    return told[-1]


def _with(facts: Facts, read: Read) -> Facts:
    if isinstance(read, ServerFacts):
        return replace(facts, server=read)
    return replace(facts, nases=tuple(sorted((*facts.nases, read), key=lambda nas: nas.name)))


def _facts(context: Context, unit: UnitOfWork, who: str) -> Facts:
    customer = unit.customers.find(who)
    server = unit.servers.get(customer.server_id)
    nases = tuple(unit.nases.of_server(server.id))
    kept = unit.refusals.last(server.id, customer.username)
    now = context.clock.now()
    return Facts(
        customer,
        server,
        unit.profiles.get(customer.profile_id),
        now,
        unit.holds.open_holds(customer.id),
        stands_now(unit, customer, day_of(now, context.zone), context.zone),
        nases,
        tuple((nas.name, addresses_of(nas, server)) for nas in nases),
        kept=None if kept is None else Refusal(kept.at, kept.cause, kept.words, kept.router),
        kept_entered=None if kept is None else kept.entered_at,
    )


async def _server(context: Context, facts: Facts, account: "asyncio.Future[ServerFacts]") -> Read:
    read, tested = await asyncio.gather(_read_server(context, facts), _test(context, facts.server_record))
    whole = replace(read, tested=tested)
    if not account.done():
        account.set_result(whole)
    return whole


async def _read_server(context: Context, facts: Facts) -> ServerFacts:
    from radiusbridge.gateways.why.server import read_accounts, read_server

    server, gateways = facts.server_record, context.gateways
    try:
        async with asyncio.timeout(DEADLINE):
            accounts = gateways.account_server(server)
            if server.api is None:
                return await read_accounts(accounts, facts.customer.username)
            router = gateways.router(server.name, server.api)
            return await read_server(server, accounts, router, context.clock, facts.customer.username, facts.hosts)
    except TimeoutError:
        error = f"no answer within {DEADLINE:.0f} s"
    except RadiusbridgeError as failure:
        error = failure.line()
    return ServerFacts(error=error, router=server.api is not None, heard=Heard(server.name, trouble=error))


async def _test(context: Context, server: Server) -> Tested | None:
    from radiusbridge.gateways.why.server import test_login

    try:
        async with asyncio.timeout(DEADLINE):
            return await test_login(server, context.gateways.prober(server))
    except (TimeoutError, RadiusbridgeError) as error:
        return Tested(answered=False, signed=False, words=str(error) or "no answer")


async def _nas(context: Context, facts: Facts, nas: Nas, account: "asyncio.Future[ServerFacts]") -> Read:
    from radiusbridge.gateways.why.nas import read_nas, with_pool

    server, gateways = facts.server_record, context.gateways
    sessions = gateways.nas_sessions(nas, isolation=server.isolation_name)
    if sessions is None or nas.api is None:
        return NasFacts(nas.name, blind=True)
    home = server.home[0]
    hosts = frozenset({home} | ({server.radius.host} if server.radius else set()))
    if nas.api.host == home:
        hosts |= {"127.0.0.1"}
    router = gateways.router(nas.name, nas.api)
    try:
        async with asyncio.timeout(DEADLINE):
            read, chart = await read_nas(nas.name, sessions, router, context.clock, facts.customer.username, hosts)
        await asyncio.wait((account,), timeout=PATIENCE)
        there = account.result() if account.done() else ServerFacts()
        row: AccountRow | None = there.account
        pool = there.pool or (facts.profile.pool or "" if there.six else "")
        async with asyncio.timeout(DEADLINE):
            return await with_pool(read, chart, router, row, pool, static=there.static)
    except TimeoutError:
        error = f"no answer within {DEADLINE:.0f} s"
    except NotSuchPeer as failure:
        error = f"it answers as no router does: {failure.line()}"
    except RadiusbridgeError as failure:
        error = failure.line()
    return NasFacts(nas.name, error=error, heard=Heard(nas.name, trouble=error))
