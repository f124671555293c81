"""The login legs: what the server answers to the customer's own credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from radiusbridge.domain.effects import Purpose, ReadAccount, TryLogin, WatchDial
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.evidence import Evidence
from radiusbridge.domain.observations import LoginAnswer, LoginSeen, SessionsSeen, Written
from radiusbridge.domain.proof import Leg, LegState
from radiusbridge.domain.sagas.kicking import FRESH, look
from radiusbridge.domain.sagas.plan import AccessPlan, EarlierLogin
from radiusbridge.domain.sagas.preparing import device_seen
from radiusbridge.domain.values import parse_rate_pair

PAUSE = 2.0
"""Seconds before a test login is repeated."""
LOOK_PAUSE = 2.0
"""Seconds between two looks for a customer's dial."""
DIAL_SECONDS = 30.0
"""Seconds for which a log is followed at a time."""
_FULL = "already logged in"
TRIES = 3
"""Unanswered test logins before the leg counts as unobserved."""


@dataclass(frozen=True, slots=True)
class ForRoom(EarlierLogin):
    """The login before the write, refused for want of room alone. where: its answer."""


def _ask(words: str, calling_station_id: str | None, at_deadline: LegState = LegState.UNOBSERVED) -> Leg:
    effect = TryLogin(Purpose.PROOF, calling_station_id)
    return Leg("login", LegState.PENDING, words, (effect,), at_deadline=at_deadline)


def _again(login: LoginSeen, words: str, now: float, at_deadline: LegState) -> Leg:
    due = login.at + PAUSE
    effects = (TryLogin(Purpose.PROOF, login.calling_station_id),) if now >= due else ()
    return Leg("login", LegState.PENDING, words, effects, due, at_deadline)


def _after_looking(leg: Leg, evidence: Evidence, plan: AccessPlan, now: float) -> Leg:
    """A test login waits for lists read just now: the customer may have dialled meanwhile, and would be dropped."""
    newest = [(nas, evidence.look(nas.name)) for nas in plan.nases if nas.readable]
    stale = tuple(look(nas) for nas, at in newest if at is None or now - at.at > FRESH)
    return replace(leg, effects=stale) if leg.effects and stale else leg


def _no_answer(proofs: list[LoginSeen], now: float) -> Leg | None:
    """What an unanswered newest login amounts to; None if it was answered."""
    last = proofs[-1]
    if last.answer not in {LoginAnswer.UNANSWERED, LoginAnswer.UNTRUSTED}:
        return None
    words = f"the test login has no answer that counts: {last.words}"
    if any(login.answer in {LoginAnswer.ACCEPTED, LoginAnswer.REJECTED} for login in proofs):
        # only an answer to the contrary is asked again, and silence does not take it back
        return _again(last, words, now, LegState.CONTRARY)
    unanswered = sum(login.answer is last.answer for login in proofs)
    if unanswered >= TRIES:
        return Leg("login", LegState.UNOBSERVED, words)
    return _again(last, words, now, LegState.UNOBSERVED)


def refused_leg(evidence: Evidence, plan: AccessPlan, since: Written, now: float) -> Leg:
    """Isolate by `reject`: refused after the write, accepted before it by the same login."""
    seen = evidence.account()
    barred = plan.login.barred_for(seen.account if seen else None)
    if barred and plan.login.dials:
        return _own_dial(evidence, plan, since, barred, now)
    if barred:
        return Leg("login", LegState.UNOBSERVED, f"no test login: {barred}")
    control = evidence.control or _refused_for_room(evidence, plan) or _earlier_instead(evidence, plan)
    floor = since.at
    if isinstance(control, EarlierLogin):
        freed = _room_at(evidence, since)
        if freed is None:
            return _wait_for_room(evidence, since, now)
        floor = freed
    proofs = evidence.logins(Purpose.PROOF, floor)
    if not proofs:
        return _ask("not tried yet", control.calling_station_id if control else plan.login.calling_station_id)
    last = proofs[-1]
    if last.answer is LoginAnswer.ACCEPTED:
        return _again(last, f"the test login is still accepted: {last.words}", now, LegState.CONTRARY)
    unanswered = _no_answer(proofs, now)
    if unanswered is not None:
        return unanswered
    if control is None and plan.earlier_control and since.already:
        words = f"the account was disabled already; {plan.earlier_control} saw this login accepted before that"
        return Leg("login", LegState.OBSERVED, f"refused: {last.words}; {words}")
    if control is None:
        return Leg("login", LegState.UNOBSERVED, f"refused, but {_why_no_control(evidence)}")
    if isinstance(control, ForRoom):
        words = f"before the write refused for the sessions that there were, and for nothing else ({control.where})"
        return Leg("login", LegState.OBSERVED, f"{words}; after it, with none, refused: {last.words}")
    when = (
        f"by {control.where}, which has not changed since,"
        if isinstance(control, EarlierLogin)
        else "before the write,"
    )
    return Leg("login", LegState.OBSERVED, f"accepted {when} refused after it: {last.words}")


def _own_dial(evidence: Evidence, plan: AccessPlan, since: Written, barred: str, now: float) -> Leg:
    """The customer's own dial, refused after the write by a NAS that had let the same customer in before it.

    Who was not online may have been refused all along: then nothing is waited for.
    """
    before = {nas: evidence.online_before(nas) for nas in plan.login.dials}
    watched = [seen for nas, session in before.items() if session for seen in evidence.dials(nas, since.at)]
    refused = next((seen for seen in watched if seen.refused), None)
    if refused is not None:
        words = f"the customer's own dial was refused after the write ({refused.refused})"
        return Leg("login", LegState.OBSERVED, f"{words}; session {before[refused.nas]} had been let in before it")
    why = f"no test login: {barred}"
    if not any(before.values()):
        words = "and nobody was online with that name before the write, so that a refused dial would show nothing"
        return Leg("login", LegState.UNOBSERVED, f"{why}; {words}")
    last = max(watched, key=lambda seen: seen.at, default=None)
    due = last.at + PAUSE if last is not None else now
    watches = tuple(WatchDial(nas, DIAL_SECONDS) for nas, session in before.items() if session) if now >= due else ()
    told = f"the log could not be followed: {last.error}" if last is not None and last.error else "not dialled since"
    # a dial that is let in is told by no refusal
    leg = _until_dialled(evidence, plan, f"{why}; {told}", now)
    wakes = [each for each in (leg.wake, due) if each is not None and each > now]
    return replace(leg, effects=(*watches, *leg.effects), wake=min(wakes, default=None))


def _why_no_control(evidence: Evidence) -> str:
    tried = evidence.controls
    if not tried:
        return "no control login was accepted before the write"
    words = f"the control login before the write was {tried[-1].answer} too: {tried[-1].words}"
    account = evidence.account_before
    if tried[-1].answer is not LoginAnswer.REJECTED or account is None or not account.full:
        return words
    return (
        f"{words}; the server counted {len(account.sessions)} sessions, the most there may be, and made no room. "
        "Let it: /tool user-manager router set [find] use-coa=yes on RouterOS 6, /radius incoming set accept=yes on "
        "the NAS; or use --policy walled, which needs no control"
    )


def _refused_for_room(evidence: Evidence, plan: AccessPlan) -> ForRoom | None:
    """The control, where the server said that it refuses it for the sessions that there are: the password was right.

    FreeRADIUS counts sessions once the password fits, and says so in its Reply-Message (rad_authenticate, 3.2)."""
    account, tried = evidence.account_before, evidence.controls
    if not plan.login.room_comes_last or account is None or not account.full or not tried:
        return None
    last = tried[-1]
    if last.answer is not LoginAnswer.REJECTED or _FULL not in last.words.casefold():
        return None
    return ForRoom(last.words, last.calling_station_id)


def _earlier_instead(evidence: Evidence, plan: AccessPlan) -> EarlierLogin | None:
    """The earlier login, where the control was refused and the account shows no cause but the shared-users limit."""
    earlier, account, tried = plan.login.earlier, evidence.account_before, evidence.controls
    if earlier is None or account is None or not tried or tried[-1].answer is not LoginAnswer.REJECTED:
        return None
    lets_in = not account.disabled and (account.in_force is not None or not account.plans_count)
    unlocked = account.caller_id in {"", earlier.calling_station_id}
    return earlier if account.full and lets_in and unlocked else None


def _room_at(evidence: Evidence, since: Written) -> float | None:
    """When a reading after the write showed that the limit does not refuse a login any more; None: not yet."""
    seen = evidence.account(since.at)
    gone = seen is not None and (seen.account is None or not seen.account.full)
    return seen.at if seen is not None and gone else None


def _wait_for_room(evidence: Evidence, since: Written, now: float) -> Leg:
    newest = evidence.account_trouble(since.at) or evidence.account(since.at)
    due = newest.at + PAUSE / 2 if newest else now
    words = "not tried: the server still counts a session, and would refuse a login for that"
    return Leg("login", LegState.PENDING, words, (ReadAccount(),) if now >= due else (), due)


def walled_leg(evidence: Evidence, plan: AccessPlan, since: Written, *, watched: bool, now: float) -> Leg:
    """Isolate by `walled`: a walled session, else a login accepted with the isolation's attributes and not the plan's.

    watched: whether the session leg has seen the lists empty for the settle time; before that the customer may
    be dialling, and a test login at the shared-users limit would drop the new session.
    """
    for nas in plan.nases:
        newest = evidence.look(nas.name, since.at)
        if isinstance(newest, SessionsSeen):
            for session in newest.sessions:
                if plan.change.isolation in session.lists:
                    words = f"session {session.session_id} on {nas.name} is in list {plan.change.isolation}"
                    return Leg("login", LegState.OBSERVED, words)
    if not watched:
        return Leg("login", LegState.PENDING, "not dialled yet")
    barred = plan.login.barred or _would_harm(evidence, plan, since)
    return (
        _not_tried(evidence, plan, barred, now)
        if barred
        else _after_looking(_walled_login(evidence, plan, since, now), evidence, plan, now)
    )


def _not_tried(evidence: Evidence, plan: AccessPlan, barred: str, now: float) -> Leg:
    """Where only the customer's own dial can tell, who was online before the write is waited for."""
    words = f"not dialled yet, and no test login: {barred}"
    if any(evidence.online_before(nas) for nas in plan.login.dials):
        return _until_dialled(evidence, plan, words, now)
    return Leg("login", LegState.UNOBSERVED, words)


def _until_dialled(evidence: Evidence, plan: AccessPlan, words: str, now: float) -> Leg:
    """Only the lists can show it: they are read until the deadline."""
    last = max((at.at for nas in plan.nases for at in evidence.looks(nas.name)), default=now)
    due = last + LOOK_PAUSE
    looks = tuple(look(nas) for nas in plan.nases if nas.readable) if now >= due else ()
    return Leg("login", LegState.PENDING, words, looks, due if due > now else None)


def _answered(evidence: Evidence, plan: AccessPlan, since: Written, untried: str, now: float) -> LoginSeen | Leg:
    """The newest test login since the write, once it had an answer; until then what there is to say and to do."""
    proofs = evidence.logins(Purpose.PROOF, since.at)
    if not proofs:
        return _ask(untried, plan.login.calling_station_id or device_seen(evidence))
    return _no_answer(proofs, now) or proofs[-1]


def _walled_login(evidence: Evidence, plan: AccessPlan, since: Written, now: float) -> Leg:
    last = _answered(evidence, plan, since, "not dialled, test login not tried yet", now)
    if isinstance(last, Leg):
        return last
    if last.answer is LoginAnswer.REJECTED:
        return Leg("login", LegState.UNOBSERVED, f"not dialled, and the test login was refused: {last.words}")
    fault = _isolation_fault(dict(last.attributes), plan)
    if fault:
        return _again(last, f"the test login was accepted {fault}", now, LegState.CONTRARY)
    return Leg("login", LegState.OBSERVED, f"a test login gets list {plan.change.isolation}: {last.words}")


def _isolation_fault(attributes: Mapping[str, str], plan: AccessPlan) -> str:
    if attributes.get("Mikrotik-Address-List") != plan.change.isolation:
        return f"without Mikrotik-Address-List {plan.change.isolation}"
    rate = attributes.get("Mikrotik-Rate-Limit")
    if rate and plan.own_rate:
        try:
            if parse_rate_pair(rate.split()[0]) == plan.own_rate:
                return f"with the plan's own rate {rate}"
        except (BadInput, IndexError):
            return f"with the rate “{rate}”, which cannot be read"
    return ""


def accepted_leg(evidence: Evidence, plan: AccessPlan, since: Written, *, watched: bool, now: float) -> Leg:
    """Activate: a normal live session, else an accepted test login where that can do no harm."""
    for nas in plan.nases:
        newest = evidence.look(nas.name, since.at)
        for session in newest.sessions if isinstance(newest, SessionsSeen) else ():
            if plan.change.isolation not in session.lists:
                return Leg("login", LegState.OBSERVED, f"session {session.session_id} on {nas.name} is live and normal")
    until = since.at + plan.wait_online
    if not watched or now < until:
        wake = until if now < until else None
        return Leg("login", LegState.PENDING, "not dialled yet", wake=wake)
    return harmless_login_leg(evidence, plan, since, now)


def harmless_login_leg(evidence: Evidence, plan: AccessPlan, since: Written, now: float) -> Leg:
    """A test login accepted after the write, made only where it can drop, start or bind nothing."""
    barred = plan.login.barred or _would_harm(evidence, plan, since) or _would_drop(evidence)
    if barred:
        return _not_tried(evidence, plan, barred, now)
    return _after_looking(_normal_login(evidence, plan, since, now), evidence, plan, now)


def counted_login_leg(evidence: Evidence, plan: AccessPlan, since: Written, now: float) -> Leg:
    """A test login at a server that drops no session for it (`room_comes_last`): that it is accepted, or refused for
    the sessions that there are, shows that name and password are taken."""
    if plan.login.barred:
        return Leg("login", LegState.UNOBSERVED, f"no test login: {plan.login.barred}")
    last = _answered(evidence, plan, since, "not tried yet", now)
    if isinstance(last, Leg):
        return last
    if last.answer is LoginAnswer.REJECTED and _FULL not in last.words.casefold():
        return _again(last, f"the test login is refused: {last.words}", now, LegState.CONTRARY)
    full = last.answer is LoginAnswer.REJECTED
    how = "refused for the sessions that there are, and for nothing else" if full else "accepted"
    return Leg("login", LegState.OBSERVED, f"a test login is {how}: {last.words}")


def _normal_login(evidence: Evidence, plan: AccessPlan, since: Written, now: float) -> Leg:
    last = _answered(evidence, plan, since, "not dialled, test login not tried yet", now)
    if isinstance(last, Leg):
        return last
    if last.answer is LoginAnswer.REJECTED:
        return _again(last, f"the test login is refused: {last.words}", now, LegState.CONTRARY)
    if dict(last.attributes).get("Mikrotik-Address-List") == plan.change.isolation:
        return _again(last, "the test login still gets the isolation list", now, LegState.CONTRARY)
    return Leg("login", LegState.OBSERVED, f"not dialled yet, a test login is accepted: {last.words}")


def _would_harm(evidence: Evidence, plan: AccessPlan, since: Written) -> str:
    """What a test login as this customer could do on a live network, from what was read after the write."""
    if not plan.nases:
        return "no NAS is known for this server, so it could drop a live session"
    unread = [nas.name for nas in plan.nases if not isinstance(evidence.look(nas.name, since.at), SessionsSeen)]
    if unread:
        return f"the list of {', '.join(unread)} could not be read, so it could drop a live session"
    seen = evidence.account(since.at)
    account = seen.account if seen else None
    if account is None:
        return "the account was not read back"
    if account.caller_id == "bind":
        return "it would bind the account to our device"
    if account.plans_count and account.in_force is None:
        return "it would start the plan"
    return ""


def _would_drop(evidence: Evidence) -> str:
    seen = evidence.account()
    account = seen.account if seen else None
    if account and account.full:
        return "the server remembers a session up to the shared-users limit, so it could drop one"
    return ""
