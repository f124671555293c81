"""What a changed account means for those who use it: sessions left alone, or kicked and back under the new settings."""

from dataclasses import replace

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Purpose, ReadAccount
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import AccountSeen, LoginAnswer, SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.kicking import look
from radiusbridge.domain.sagas.logins import counted_login_leg, harmless_login_leg
from radiusbridge.domain.sagas.plan import AccountPlan, Live
from radiusbridge.domain.sagas.sessions import SessionRule, sessions_leg
from radiusbridge.domain.sagas.shadowing import shadow_legs
from radiusbridge.domain.sagas.staying import staying_leg, told

DIAL_PAUSE = 1.0
"""Seconds between two looks for a redial."""
ACCOUNTING = 3.0
"""Seconds that a new session may take to reach the server's rows."""


def in_use_legs(plan: AccountPlan, evidence: Evidence, written: Written, write: Leg, now: float) -> list[Leg]:
    """The session and login legs of a change; none where nobody asks."""
    if plan.live is None:
        return []
    kept_out = plan.kept_out or _kept_out(plan, evidence)
    hidden = (plan.fresh or "password" in plan.changed) and _password_hidden(evidence)
    if plan.live is Live.KICK:
        sessions = sessions_leg(evidence, plan.nases, written, _kick_rule(plan, evidence, written), now)
        if kept_out:
            return [sessions, _not_dialling(hidden), *shadow_legs(evidence, plan.nases, now)]
        watched = LegState.PENDING not in {write.state, sessions.state}
        return [sessions, _in_use_leg(plan, evidence, written, watched=watched, now=now)]
    sessions = staying_leg(plan, evidence, written)
    if kept_out:
        return [sessions, _not_dialling(hidden)]
    if not (plan.fresh or hidden):
        return [sessions]
    if LegState.PENDING in {write.state, sessions.state}:
        return [sessions, Leg("login", LegState.PENDING, "not tried yet")]
    login = _unless_live(plan, evidence, written, now)
    return [sessions, login if hidden else told(login)]


def _not_dialling(hidden: bool) -> Leg:
    """Nobody dials where a hold keeps the customer out; then nothing shows a password that the router hides."""
    words = "none is tried: a hold keeps the customer out"
    if hidden:
        return Leg("login", LegState.UNOBSERVED, f"{words}, and the router does not show the password")
    return Leg("login", LegState.OBSERVED, words)


def _kept_out(plan: AccountPlan, evidence: Evidence) -> bool:
    seen = evidence.account()
    account = seen.account if seen else None
    return account is not None and (account.disabled or (bool(plan.isolation) and account.group == plan.isolation))


def _password_hidden(evidence: Evidence) -> bool:
    return any("password" in seen.hidden for seen in evidence.now() if isinstance(seen, AccountSeen))


def _kick_rule(plan: AccountPlan, evidence: Evidence, written: Written) -> SessionRule:
    """Sessions from before go, and so do those of the first reading after the write: they may be older than it."""
    doubtful = frozenset(
        session.session_id for nas in plan.nases for session in first_look(evidence, nas.name, written.at)
    )
    return SessionRule(
        lambda row, earlier: earlier or row.session_id in doubtful, lambda earlier: earlier, None, surfacing=None
    )


def first_look(evidence: Evidence, nas: str, since: float) -> tuple[SessionRow, ...]:
    """What the first reading after a moment shows: it may be older than that."""
    looks = [at for at in evidence.looks(nas) if isinstance(at, SessionsSeen) and at.began >= since]
    return looks[0].sessions if looks else ()


def _in_use_leg(plan: AccountPlan, evidence: Evidence, written: Written, *, watched: bool, now: float) -> Leg:
    """A session that dialled after the write, else, once it had time to, a test login accepted."""
    if not watched:
        return Leg("login", LegState.PENDING, "not dialled yet")
    for nas in plan.nases:
        newest = evidence.look(nas.name, written.at)
        if isinstance(newest, SessionsSeen) and newest.sessions:
            return _dialled_leg(plan, evidence, newest.sessions[0], newest.at, now)
    kicked = max((evidence.last_kick(nas.name) for nas in plan.nases), default=-1.0)
    until = max(written.at, kicked) + plan.settle
    readable = [nas for nas in plan.nases if nas.readable]
    if now < until:
        last = max((at.at for nas in readable for at in evidence.looks(nas.name)), default=now)
        due = min(last + DIAL_PAUSE, until)
        looks = tuple(look(nas) for nas in readable) if now >= due else ()
        return Leg("login", LegState.PENDING, "not dialled yet", looks, due if due > now else until)
    unread = tuple(look(nas) for nas in readable if evidence.look(nas.name, until) is None)
    if unread:
        return Leg("login", LegState.PENDING, "not dialled yet", unread)
    if evidence.account(since=max(written.at, kicked)) is None and evidence.account_trouble(since=kicked) is None:
        # rows of the sessions that were kicked: read again before they are taken for live ones
        return Leg("login", LegState.PENDING, "not dialled yet", (ReadAccount(compare=True),))
    return _accepted(plan, evidence, written, now)


def _dialled_leg(plan: AccountPlan, evidence: Evidence, session: SessionRow, seen_at: float, now: float) -> Leg:
    """A session that is newer than the write. One that the server does not know may have come by a local secret."""
    name = f"session {session.session_id} on {session.nas}"
    if plan.static_address and "static-address" in plan.changed:
        if session.address == plan.static_address:
            return Leg("login", LegState.OBSERVED, f"{name} dialled after the write and has {session.address}")
        words = f"{name} dialled after the write and has {session.address}, not {plan.static_address}"
        return Leg("login", LegState.CONTRARY, words)
    if evidence.server_row(session) is not None:
        return Leg("login", LegState.OBSERVED, f"{name} dialled after the write, and the server knows it")
    account = evidence.account()
    if account is None or account.began < seen_at + ACCOUNTING:
        fresh = account if account is not None and account.began >= seen_at else None
        answered = evidence.account_trouble() or fresh
        due = answered.at + 1.0 if answered is not None else seen_at
        reread = (ReadAccount(compare=True),) if now >= due else ()
        return Leg("login", LegState.PENDING, f"{name} dialled after the write", reread, due if due > now else None)
    return Leg("login", LegState.UNOBSERVED, f"{name} dialled after the write, but the server has no row of it")


def _unless_live(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    if plan.login.room_comes_last:
        return counted_login_leg(evidence, plan.as_access(), written, now)
    for nas in plan.nases:
        newest = evidence.look(nas.name, written.at)
        if isinstance(newest, SessionsSeen) and newest.sessions:
            return Leg("login", LegState.UNOBSERVED, "no test login: a session is live, which it could drop")
    return _accepted(plan, evidence, written, now)


def _accepted(plan: AccountPlan, evidence: Evidence, written: Written, now: float) -> Leg:
    leg = harmless_login_leg(evidence, plan.as_access(), written, now)
    if leg.state is not LegState.OBSERVED:
        return leg
    refused = any(login.answer is LoginAnswer.REJECTED for login in evidence.controls)
    before = "; the same login was refused before the write" if refused else ""
    tried = evidence.logins(Purpose.PROOF, written.at)
    return replace(leg, words=f"a test login is accepted: {tried[-1].words}{before}")
