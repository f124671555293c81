"""Live sessions and local secrets against accounts and what the server counts."""

from collections.abc import Iterator, Sequence

from radiusbridge.domain.accounts import ServerSession, SessionRow, ending_rows
from radiusbridge.domain.drift.finding import Action, Evidence, Finding, Kind, Severity
from radiusbridge.domain.drift.view import Ground, View, on_router, router_text
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.hotspot import remembers
from radiusbridge.domain.records import Server
from radiusbridge.domain.values import parse_duration

USERMAN6 = "userman6"
"""The kind of a server on RouterOS 6."""


def _ending(server: Server, ghosts: Sequence[ServerSession]) -> str:
    """What ends them there."""
    if server.sql is not None:
        return ending_rows(ghosts)
    menu = "/tool user-manager session" if server.kind == USERMAN6 else "/user-manager session"
    ids = " or ".join(f"acct-session-id={router_text(row.session_id)}" for row in ghosts)
    return f"{menu} remove [find where {ids}]"


def session_without_account(view: View) -> Iterator[Finding]:
    """A live session of a name that has no account there. Of a local secret: `shadowing_secret` tells a customer's."""
    if view.account is not None or view.account_at is None or not view.live:
        return
    local = [secret for secret in view.secrets if secret.lets_in]
    if local:
        return
    rows = tuple(row for row in view.live if row.nas in view.ground.local)
    if rows:
        yield view.found(
            Kind.SESSION_WITHOUT_ACCOUNT,
            Severity.CRITICAL if view.customer is None else Severity.WARNING,
            "online without an account",
            view.there("no such account"),
            *map(view.listed, rows),
            action=Action.KICK,
            sessions=_ids(rows),
        )


def ghost_session(view: View) -> Iterator[Finding]:
    """The server counts a session, and the NAS that it names lists none with that id.

    Closing it ends no row where the NAS answers that it has no such session; removing it drops the record alone.
    """
    ghosts = [
        row
        for row in view.remembered
        if not any(remembers(live, row.session_id, row.user_address) for live in view.live)
        and view.ground.answered_for(row.nas_address)
    ]
    if not ghosts or view.account is None or view.remembered_at is None:
        return
    shared = view.account.shared_users
    fills = not view.live and shared is not None and len(ghosts) >= max(1, shared)
    yield view.found(
        Kind.GHOST_SESSION,
        Severity.WARNING if fills and not view.held else Severity.NOTICE,
        f"the server counts {len(ghosts)} sessions that no NAS has" + (", up to the limit" if fills else ""),
        *(
            Evidence(
                view.ground.server.name,
                f"session {row.session_id} on NAS {row.nas_address}, {row.user_address or 'no address'}",
                view.remembered_at,
            )
            for row in ghosts
        ),
        *(Evidence(nas, "lists no such session", at) for nas, at in sorted(view.ground.listed_at.items())),
        repair=on_router(view.ground.server.name, _ending(view.ground.server, ghosts)),
        sessions=tuple(sorted(row.session_id for row in ghosts)),
    )


def unaccounted_session(view: View) -> Iterator[Finding]:
    """A NAS that accounts lists a session of an account, and the server has no row of it."""
    if view.account is None or view.remembered_at is None:
        return
    rows = tuple(
        row
        for row in view.by_radius
        if view.ground.local[row.nas].accounting
        and row.session_id
        and not any(remembers(row, known.session_id, known.user_address) for known in view.remembered)
    )
    if rows:
        yield view.found(
            Kind.UNACCOUNTED_SESSION,
            Severity.WARNING,
            "online, and the server does not know of it: neither limits nor quotas count",
            *map(view.listed, rows),
            Evidence(view.ground.server.name, "no active session row with that id", view.remembered_at),
            repair=_kick(view, rows),
            action=Action.KICK,
            sessions=_ids(rows),
        )


def too_many_sessions(view: View) -> Iterator[Finding]:
    """More live sessions than shared-users allows; the newest may stay."""
    shared = view.account.shared_users if view.account is not None else None
    rows = view.by_radius
    if shared is None or len(rows) <= max(1, shared):
        return
    older = tuple(sorted(rows, key=_seconds_up, reverse=True)[: len(rows) - max(1, shared)])
    yield view.found(
        Kind.TOO_MANY_SESSIONS,
        Severity.WARNING,
        f"{len(rows)} sessions are live, {shared} allowed",
        view.there(f"shared-users {shared}"),
        *map(view.listed, rows),
        repair=_kick(view, older),
        action=Action.KICK,
        sessions=_ids(older),
    )


def shadowing_secret(view: View) -> Iterator[Finding]:
    """A local secret lets the name in before the account is asked: no hold, limit or rate of ours counts there."""
    if view.customer is None and view.account is None:
        return
    for secret in view.secrets:
        if secret.lets_in:
            yield view.found(
                Kind.SHADOWING_SECRET,
                Severity.CRITICAL if view.held else Severity.WARNING,
                f"a local secret on {secret.nas} lets the name in before the server is asked",
                view.kept(secret),
                *(view.listed(row) for row in view.live if row.nas == secret.nas),
                repair=on_router(secret.nas, f"/ppp secret disable [find name={router_text(secret.name)}]"),
                nas=secret.nas,
            )


def secret_address(view: View) -> Iterator[Finding]:
    """The secret's own remote-address beats the pool of the isolation."""
    pool = view.ground.server.isolation_pool
    if view.customer is None or not pool:
        return
    for secret in view.secrets:
        if secret.lets_in and secret.remote_address:
            find = f"[find name={router_text(secret.name)}]"
            yield view.found(
                Kind.SECRET_ADDRESS,
                Severity.CRITICAL if view.held else Severity.NOTICE,
                f"the secret's remote-address {secret.remote_address} beats the pool {pool}",
                view.kept(secret),
                repair=on_router(secret.nas, f"/ppp secret unset {find} value-name=remote-address"),
                nas=secret.nas,
            )


def silent_nases(ground: Ground, live: dict[str, int]) -> Iterator[Finding]:
    """NASes that do not account at all, once for each; live: how many sessions each lists."""
    for nas, local in sorted(ground.local.items()):
        if not local.accounting and live.get(nas):
            yield Finding(
                Kind.UNACCOUNTED_SESSION,
                ground.server.name,
                "",
                Severity.WARNING,
                f"{nas} does not account: the server knows of none of its {live[nas]} sessions",
                (Evidence(nas, "/ppp/aaa: accounting=no", ground.local_at[nas]),),
                on_router(nas, "/ppp aaa set accounting=yes interim-update=5m"),
                server_id=ground.server.id,
                nas=nas,
            )


def _kick(view: View, rows: tuple[SessionRow, ...]) -> str:
    if view.customer is None:
        return ""
    return view.about("kick", *(word for row in rows for word in ("--session-id", row.session_id)))


def _ids(rows: tuple[SessionRow, ...]) -> tuple[str, ...]:
    return tuple(sorted(row.session_id for row in rows))


def _seconds_up(row: SessionRow) -> int:
    try:
        return parse_duration(row.uptime)
    except BadInput:
        return 0
