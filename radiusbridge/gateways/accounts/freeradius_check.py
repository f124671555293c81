"""`server test` for FreeRADIUS on PostgreSQL: the way to the database, what it is, what we may, and RADIUS itself."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from functools import partial

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import DeadlinePassed, Unreachable
from radiusbridge.domain.records import Server, TlsMode
from radiusbridge.domain.text import safe
from radiusbridge.gateways import steps
from radiusbridge.gateways.accounts.asking import Asking
from radiusbridge.gateways.accounts.freeradius_database import CONNECT_SECONDS, SqlDatabase
from radiusbridge.gateways.ports import Finding, Mark, Prober
from radiusbridge.gateways.steps import found

_UNSIGNED = "FreeRADIUS 3.2.5 and later signs by itself; before, have post-auth add Message-Authenticator"
_AT_START = "FreeRADIUS reads the table nas at its start only: restart it after a change"


class Check:
    """One run."""

    def __init__(self, server: Server, database: SqlDatabase, prober: Prober | None, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        where = "that of our client, in the table nas or in clients.conf"
        after = f"{_AT_START}; it is silent to strangers; then the port, then the firewall"
        self._asking = Asking(server, prober, where, after, _UNSIGNED)

    def run(self) -> AsyncIterator[Finding]:
        """Every step's finding as it is made, up to the first that fails."""
        access = self._database.access
        return steps.run(
            [
                ("name", lambda: steps.resolve(access.host)),
                ("tcp", self._tcp),
                ("login", self._login),
                ("tables", self._tables),
                ("rights", self._rights),
                ("indexes", self._indexes),
                ("sessions", self._sessions),
                ("radius-row", partial(self._asking.our_row, self._radius_row)),
                *self._asking.steps(),
            ],
            self._clock,
        )

    async def _tcp(self) -> Sequence[Finding]:
        access = self._database.access
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(access.host, access.port)
        except TimeoutError as error:
            words = f"no answer from port {access.port} within {CONNECT_SECONDS} s"
            raise DeadlinePassed(words, hint="check address, port, firewall and listen_addresses") from error
        except OSError as error:
            hint = "PostgreSQL listens on localhost only, unless listen_addresses says otherwise"
            why = os.strerror(error.errno) if error.errno else str(error)
            raise Unreachable(f"port {access.port} does not open: {why}", hint=hint) from error
        writer.close()
        return found("tcp", Mark.OK, f"port {access.port} is open")

    async def _login(self) -> Sequence[Finding]:
        from radiusbridge.gateways.accounts import freeradius_looks as looks

        version, encrypted, replica = await self._database.plain(looks.server)
        access = self._database.access
        checked = access.tls is TlsMode.TLS
        line = "TLS, certificate checked" if checked else "TLS, certificate not checked" if encrypted else "no TLS"
        words = f"logged in as {safe(access.user, 60)}, PostgreSQL {safe(version, 40)}, {line}"
        if replica:
            return found("login", Mark.FAILED, f"{words}: it is a replica", "name the primary server")
        if not encrypted and not _local(access.host):
            hint = "customers' passwords cross the network as they are: --sql-tls"
            return found("login", Mark.WARN, words, hint)
        return found("login", Mark.OK, words)

    async def _tables(self) -> Sequence[Finding]:
        await self._database.read(lambda _known, _connection: None)
        from radiusbridge.gateways.accounts import freeradius_looks as looks

        extra, lacking = await self._database.plain(looks.columns)
        words = "FreeRADIUS's own tables are there"
        if extra:
            words += f", and columns of somebody's own, which are left alone: {safe(', '.join(extra[:5]), 200)}"
        if lacking:
            hint = "what they would hold is not known here"
            return found("tables", Mark.WARN, f"{words}; columns are missing: {', '.join(lacking)}", hint)
        return found("tables", Mark.OK, words)

    async def _rights(self) -> Sequence[Finding]:
        from radiusbridge.gateways.accounts import freeradius_looks as looks

        lacking = await self._database.plain(looks.rights_lacking)
        if lacking:
            who = safe(self._database.access.user, 60)
            return found("rights", Mark.FAILED, f"our role lacks {lacking[0][0]}", lacking[0][1].format(who=who))
        return found("rights", Mark.OK, "it may read and write accounts and groups, and read sessions")

    async def _indexes(self) -> Sequence[Finding]:
        from radiusbridge.gateways.accounts import freeradius_looks as looks

        lacking = await self._database.plain(looks.indexes_lacking)
        if not lacking:
            return found("indexes", Mark.OK, "each look finds its rows by an index")
        return [
            Finding("indexes", Mark.WARN, f"{name} has none on {each}: each login and look reads all of it", mend)
            for name, each, mend in lacking
        ]

    async def _sessions(self) -> Sequence[Finding]:
        from radiusbridge.gateways.accounts import freeradius_looks as looks

        count, silent = await self._database.plain(lambda connection: looks.sessions(connection, self._clock.now()))
        words = f"radacct has {count} without a stop"
        if silent:
            hint = "without interim updates (/ppp/aaa interim-update) nobody can tell; stale rows count as sessions"
            return found("sessions", Mark.WARN, f"{words}, {silent} of them not heard of for an hour", hint)
        return found("sessions", Mark.OK, words)

    async def _radius_row(self, ours: str | None) -> Sequence[Finding]:
        from radiusbridge.gateways.accounts import freeradius_looks as looks

        clients = await self._database.plain(looks.clients)
        if clients is None:
            return found("radius-row", Mark.SKIPPED, "the table nas cannot be read: clients may be in clients.conf")
        row = next((name for name, address in clients if ours and steps.covers(address, ours)), None)
        if row is not None:
            return found("radius-row", Mark.OK, f"our address {ours} is client {safe(row, 60)}; {_AT_START}")
        if await self._asking.answers():
            words = f"our address {ours} is not in the table nas, yet the server answers: it is in clients.conf"
            return found("radius-row", Mark.OK, words)
        hint = f"add it there (nasname, shortname, secret); with read_clients = yes {_AT_START}"
        return found("radius-row", Mark.WARN, f"our address {ours} is not in the table nas", hint)


def _local(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith(("127.", "/"))
