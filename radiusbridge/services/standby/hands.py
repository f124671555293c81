"""What a `failover` operation does and sees: the hands of `sagas.failover`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from radiusbridge.domain.effects import AskTarget, LookDials, LookRows, MoveRows, OfPair, TurnRoles
from radiusbridge.domain.errors import RadiusbridgeError, Unreachable
from radiusbridge.domain.failover_observations import (
    DialsSeen,
    RolesStay,
    RolesTurned,
    RowsMoved,
    RowsSeen,
    RowsUnreadable,
    Seen,
    TargetAsked,
)
from radiusbridge.domain.observations import LoginAnswer
from radiusbridge.domain.records import Customer, LoginMethod
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.gateways.ports import AccountServer, Prober
from radiusbridge.gateways.radius_rows import Dial, RadiusRows

LOOKED_AT = 3
"""Sessions that came up since, of which it is looked who counts them: each costs a question to a server."""
MARGIN = 2.0
"""Seconds that a session has to be younger than the order: an uptime is whole seconds, and the login came before."""
NOBODY = "radiusbridge-standby-check"
"""Has no account anywhere."""
WRONG = Secret("radiusbridge-wrong-password")

Now = Callable[[], float]
Turn = Callable[[], Awaitable[tuple[str, int] | str]]
"""Gives the active server's name and the epoch; or why the roles stay as they are."""


@dataclass(frozen=True, slots=True)
class PairHands:
    """The gateways of a pair. tester: a customer whose account is there for test logins, with a password."""

    nases: Mapping[str, RadiusRows]
    target: AccountServer
    other: AccountServer
    prober: Prober | None
    tester: Customer | None
    method: LoginMethod
    turn: Turn | None = None

    async def carry_out(self, effect: OfPair, now: Now) -> Seen:
        """Do it. Refusals and silence are observations."""
        match effect:
            case LookRows():
                return await self._rows(effect, now)
            case AskTarget():
                return await self._ask(now)
            case TurnRoles():
                return await self._turn(now)
            case MoveRows():
                return await self._move(effect, now)
            case LookDials():
                return await self._dials(effect, now)

    async def _rows(self, effect: LookRows, now: Now) -> Seen:
        began = now()
        try:
            rows = await self.nases[effect.nas].rows()
        except RadiusbridgeError as error:
            silent = isinstance(error, Unreachable)
            return RowsUnreadable(began=began, at=now(), nas=effect.nas, error=safe(error.line(), 300), silent=silent)
        return RowsSeen(began=began, at=now(), nas=effect.nas, rows=rows)

    async def _ask(self, now: Now) -> Seen:
        began = now()
        words, trouble = await works(self.target, self.prober, self.tester, self.method)
        return TargetAsked(began=began, at=now(), words=words, trouble=trouble)

    async def _turn(self, now: Now) -> Seen:
        began = now()
        assert self.turn is not None
        told = await self.turn()
        if isinstance(told, str):
            return RolesStay(began=began, at=now(), why=told)
        return RolesTurned(began=began, at=now(), active=told[0], epoch=told[1])

    async def _move(self, effect: MoveRows, now: Now) -> Seen:
        began, error = now(), ""
        try:
            await self.nases[effect.nas].move(effect.moves)
        except RadiusbridgeError as failed:
            error = safe(failed.line(), 300)
        words = "; ".join(f"{','.join(each.rows)} to before {each.before}" for each in effect.moves)
        return RowsMoved(began=began, at=now(), nas=effect.nas, words=words, error=error)

    async def _dials(self, effect: LookDials, now: Now) -> Seen:
        began = now()
        try:
            dials = await self.nases[effect.nas].dials(began - effect.since - MARGIN)
        except RadiusbridgeError as error:
            return DialsSeen(began=began, at=now(), nas=effect.nas, error=safe(error.line(), 300))
        target = other = neither = trouble = ""
        for dial in dials[:LOOKED_AT]:
            told = f"{safe(dial.username, 80)} ({safe(dial.session_id, 40)})"
            by_target, why = await _counts(self.target, dial)
            if by_target:
                target = told
                break
            by_other, _ = await _counts(self.other, dial)
            other, neither = (told, neither) if by_other else (other, told)
            trouble = why or trouble
        return DialsSeen(
            began=began, at=now(), nas=effect.nas, target=target, other=other, neither=neither, error=trouble
        )


async def _counts(server: AccountServer, dial: Dial) -> tuple[bool, str]:
    """Whether a server counts that session; why it could not be asked."""
    try:
        account = await server.read_account(dial.username)
    except RadiusbridgeError as error:
        return False, safe(error.line(), 200)
    ids = {row.session_id.lower().removeprefix("0x") for row in account.sessions} if account else set()
    return dial.session_id in ids, ""


async def works(
    server: AccountServer, prober: Prober | None, tester: Customer | None, method: LoginMethod
) -> tuple[str, str]:
    """(What a server answered, why nobody should be sent to it). A test login is made where there is an account for
    that; and one that has to be refused, since a server may let everybody in. Without a way to it, its accounts can be
    read, which says less."""
    try:
        await server.read_account(tester.username if tester is not None else NOBODY)
    except RadiusbridgeError as error:
        return "", f"its accounts cannot be read: {safe(error.line(), 200)}"
    if prober is None:
        return "its accounts can be read; no test login: no RADIUS secret of it is known here", ""
    name, told = NOBODY, "its accounts can be read; no test login is made: no test account with a password"
    try:
        if tester is not None and tester.password is not None:
            name = tester.username
            reply = await prober.login(name, tester.password, method=method)
            told = f"a test login as {name}: {safe(reply.words, 200)}"
            if reply.answer is not LoginAnswer.ACCEPTED:
                return "", told
        refused = await prober.login(name, WRONG, method=method)
    except RadiusbridgeError as error:
        return "", f"a test login as {name}: {safe(error.line(), 200)}"
    if refused.answer is LoginAnswer.ACCEPTED:
        return "", f"a login as {name} with a wrong password was accepted: it lets everybody in"
    if refused.answer is not LoginAnswer.REJECTED:
        return "", f"a login as {name} with a wrong password: {safe(refused.words, 200)}"
    return told, ""
