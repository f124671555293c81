"""`kick`: through the journal, or directly at a NAS without any database."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.many import Many, live_subject_options, run_many, run_preview
from radiusbridge.cli.options import (
    HOST_PORT,
    SECONDS,
    in_words,
    key_option,
    reason_option,
    record_option,
    waiting_options,
)
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.sagas.plan import DEADLINE
from radiusbridge.domain.text import safe
from radiusbridge.domain.values import parse_address

if TYPE_CHECKING:
    from radiusbridge.services.context import Context
    from radiusbridge.services.direct_kick import DirectKick

DAE_PORT = 3799


@click.command()
@live_subject_options
@click.option("--sessions", metavar="WORDS", help="The live sessions that fit, like 'mark:duplicate nas:bras-1'.")
@click.option("--session-id", multiple=True, metavar="ID", help="Only this session; may be repeated.")
@click.option(
    "--deadline", type=SECONDS, default=in_words(DEADLINE), show_default=True, help="When what is seen decides."
)
@reason_option
@key_option
@click.option("--nas", type=HOST_PORT, help="Kick at this NAS directly: no database, not journaled. Port 3799.")
@click.option("--secret-file", metavar="FILE", help="The NAS's secret for --nas; - is standard input.")
@click.option("--address", metavar="IP", help="Framed-IP-Address of the session, for --nas.")
@click.option("--nas-address", metavar="IP", help="NAS-IP-Address to send, for --nas.")
@click.option("--source", metavar="IP", help="Our source address, for --nas.")
@click.option("--timeout", type=SECONDS, default="5s", show_default=True, help="How long to wait, for --nas.")
@record_option
@waiting_options
@click.option("--database", metavar="URL", help="A file or postgresql://…; default RADIUSBRIDGE_DATABASE.")
def kick(
    sessions: str | None,
    session_id: tuple[str, ...],
    deadline: float,
    reason: str,
    key: str,
    nas: tuple[str, int | None] | None,
    secret_file: str | None,
    address: str | None,
    nas_address: str | None,
    source: str | None,
    timeout: float,
    record: Path | None,
    no_wait: bool,
    as_json: bool,
    database: str | None,
    **subjects: Any,
) -> int | None:
    """End the live sessions of CUSTOMER (number, user name or name).

    A redial under a new session id is success, and reported. Of several, or chosen by a filter or a file, it shows whom
    it hits and asks for their number. With --nas HOST[:PORT] the name is sent as it stands; the answer alone proves
    nothing: exit status 5 at best, 1 refused, 3 silence.
    """
    if nas is not None:
        user = Many(subjects).one
        if user is None:
            raise click.UsageError("--nas HOST needs one user name", click.get_current_context())
        return _directly(user, session_id, nas, secret_file, address, nas_address, source, timeout, record, as_json)
    for option, value in (
        ("--secret-file", secret_file),
        ("--address", address),
        ("--nas-address", nas_address),
        ("--source", source),
        ("--record", record),
    ):
        if value is not None:
            raise click.UsageError(f"{option} needs --nas HOST", click.get_current_context())
    return _journaled(
        sessions=sessions,
        session_id=session_id,
        deadline=deadline,
        reason=reason,
        key=key,
        no_wait=no_wait,
        as_json=as_json,
        database=database,
        **subjects,
    )


async def _kick(
    context: "Context",
    sessions: str | None,
    session_id: tuple[str, ...],
    deadline: float,
    reason: str,
    key: str,
    no_wait: bool,
    as_json: bool,
    **subjects: Any,
) -> int:
    from radiusbridge.cli.operations import settle
    from radiusbridge.services import customers, kicking

    many = Many(subjects)
    if sessions is not None:
        from radiusbridge.cli.brakes import brakes_of
        from radiusbridge.services.bulk.session_kick import preview_of_filter
        from radiusbridge.services.bulk.usual import usual_brakes

        many.chosen_otherwise("--sessions", [("--key", key), ("--session-id", session_id)])
        unread = many.options["ignore_unread"]
        preview = await preview_of_filter(context, sessions, deadline=deadline, ignore_unread=unread)
        brakes = brakes_of(many.options, usual_brakes(preview.kind))
        return await run_preview(context, preview, many, brakes, reason=reason, no_wait=no_wait, as_json=as_json)
    user = many.one
    if user is None:
        from radiusbridge.services.bulk.access_actions import Kick

        many.only_one([("--key", key), ("--session-id", session_id)])
        return await run_many(context, Kick(deadline), many, reason=reason, no_wait=no_wait, as_json=as_json)
    operation = await kicking.kick(context, user, session_ids=session_id, deadline=deadline, reason=reason, key=key)
    number = (await customers.show(context, user)).customer.number
    return await settle(context, operation, number=number, no_wait=no_wait, as_json=as_json)


_journaled = database_verb(_kick)


def _directly(
    user: str,
    session_id: tuple[str, ...],
    nas: tuple[str, int | None],
    secret_file: str | None,
    address: str | None,
    nas_address: str | None,
    source: str | None,
    timeout: float,
    record: Path | None,
    as_json: bool,
) -> int:
    from radiusbridge.cli.secrets import read_secret
    from radiusbridge.domain.endpoints import DaeAccess
    from radiusbridge.services.direct_kick import kick_at
    from radiusbridge.services.packets import recording
    from radiusbridge.services.system import SystemClock, SystemEntropy

    if len(session_id) > 1:
        raise BadInput("one --session-id at a time", target="--nas", hint="run it once for each session")
    host, port = nas
    secret = read_secret(
        secret_file, what="secret of the NAS", option="--secret-file", environment="RADIUSBRIDGE_SECRET"
    )
    access = DaeAccess(
        host,
        port or DAE_PORT,
        secret,
        parse_address(source) if source else None,
        parse_address(nas_address) if nas_address else None,
    )

    async def kicking() -> "DirectKick":
        async with recording(record, SystemClock(), asyncio.to_thread) as tap:
            return await kick_at(
                access,
                user,
                clock=SystemClock(),
                entropy=SystemEntropy(),
                session_id=session_id[0] if session_id else None,
                address=parse_address(address) if address else None,
                seconds=timeout,
                tap=tap,
            )

    kicked = asyncio.run(kicking())
    milliseconds = round(kicked.seconds * 1000, 1)
    verdict = {5: "UNPROVEN", 1: "FAILED", 3: "UNREACHABLE"}[kicked.exit_status]
    if as_json:
        output.json_line(
            {
                "type": "kick",
                "user": user,
                "nas": f"{access.host}:{access.port}",
                "answer": str(kicked.answer),
                "text": kicked.words,
                "milliseconds": milliseconds,
                "verdict": verdict,
                "journaled": False,
                "exit": kicked.exit_status,
            }
        )
    else:
        output.line(f"{verdict}  kick {safe(user, 60)} at {safe(access.host)}:{access.port}  {milliseconds} ms")
        for part in output.wrapped(f"{kicked.answer}: {safe(kicked.words, 600)}", output.width() - 2):
            output.line(f"  {part}")
    note(f"{access.host}:{access.port}", "not journaled, and the NAS's list was not read")
    return kicked.exit_status
