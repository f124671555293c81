"""Carry one effect out through the gateways, and answer with what was seen: where sagas touch the world."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from radiusbridge.domain.accounts import AccessChange
from radiusbridge.domain.clock import Clock
from radiusbridge.domain.effects import (
    AskTarget,
    ChangeSession,
    CountAccounts,
    CountRouter,
    Effect,
    FillAccounts,
    FingerprintAccount,
    FlushConnections,
    Kick,
    ListLimits,
    ListSessions,
    LookAlive,
    LookBack,
    LookDials,
    LookRows,
    MoveRows,
    OfPair,
    OfRouter,
    ReadAccount,
    ReadProfile,
    RemoveAccount,
    RemoveProfile,
    Restart,
    Rung,
    TryLogin,
    TurnRoles,
    WatchDial,
    WriteAccess,
    WriteAccount,
    WriteProfile,
)
from radiusbridge.domain.errors import RadiusbridgeError, Unreachable
from radiusbridge.domain.hotspot import devices
from radiusbridge.domain.observations import (
    AccountSeen,
    KickAnswer,
    Kicked,
    LoginAnswer,
    LoginSeen,
    Observation,
    ReadRefused,
    ServerSilent,
    SessionChanged,
    SessionsSeen,
    SessionsUnreadable,
    WriteRefused,
    Written,
)
from radiusbridge.domain.records import Customer, LoginMethod, Profile
from radiusbridge.gateways.ports import (
    AccountKeeper,
    AccountServer,
    Comparison,
    Disconnector,
    KickReply,
    LoginReply,
    NasSessions,
    Prober,
    WantedAccount,
)
from radiusbridge.services import looking

if TYPE_CHECKING:
    from radiusbridge.gateways.desk_reboot import RouterReboot
    from radiusbridge.services.filling import Filling
    from radiusbridge.services.standby.bringing import BatchThere
    from radiusbridge.services.standby.hands import PairHands

Write = WriteAccess | WriteAccount | RemoveAccount | WriteProfile | RemoveProfile | FillAccounts


@dataclass(slots=True)
class OperationClock:
    """Seconds on the operation's own clock: goes on where the last recorded observation stopped."""

    clock: Clock
    base: float
    started: float

    @classmethod
    def resume(cls, clock: Clock, last: float, away: float) -> "OperationClock":
        """A clock that stands `away` seconds after `last` now; a wall clock that was set back counts as a moment."""
        return cls(clock, last + max(away, 0.001), clock.monotonic())

    def now(self) -> float:
        """Where it stands."""
        return self.at(self.clock.monotonic())

    def at(self, monotonic: float) -> float:
        """Where it stood at a moment of the monotonic clock."""
        return self.base + monotonic - self.started


@dataclass(frozen=True, slots=True)
class Hands:
    """The gateways of one operation."""

    clock: OperationClock
    username: str
    server: AccountServer
    nases: Mapping[str, NasSessions]
    disconnectors: Mapping[str, Disconnector]
    prober: Prober | None
    method: LoginMethod
    customer: Customer | None
    wanted: WantedAccount | None
    former: "Hands | None" = None
    """Those of the account that the customer had before, where the operation is about that as well."""
    profile: Profile | None = None
    """The profile as the database has it."""
    profile_now: Callable[[], Awaitable[Profile | None]] | None = None
    """The customer's profile as the database has it at this moment; None: it is gone."""
    fingerprint: Callable[[bytes], str] = field(default=lambda _octets: "", repr=False)
    """Of what may hold a password; only the database's key can take it."""
    devices: set[str] = field(default_factory=set)
    """MAC addresses that guests of that name were seen with."""
    keeper: AccountKeeper | None = None
    """Who has the account, where that is not the server."""
    filling: "Filling | BatchThere | None" = None
    """All accounts of the server, or a batch of vouchers, where the operation is about those."""
    router: "RouterReboot | None" = None
    """The router that is started anew, where the operation is about that."""
    pair: "PairHands | None" = None
    """The pair of servers that changes roles, where the operation is about that."""
    signatures: list[float] = field(default_factory=list)
    """When a RADIUS reply carried a Message-Authenticator that verified, on the operation's clock."""

    async def carry_out(self, effect: Effect) -> Observation:
        """Do it. Refusals and silence are observations; only a mistake of our own raises."""
        if effect.former:
            assert self.former is not None
            seen = await self.former.carry_out(replace(effect, former=False))
            return replace(seen, former=True)
        match effect:
            case ReadAccount():
                return await self._read_account(effect)
            case ListSessions():
                return await self._list_sessions(effect)
            case TryLogin():
                return await self._try_login(effect)
            case WatchDial():
                return await looking.watch_dial(self.nases[effect.nas], effect, self.username, self.clock.now)
            case Kick():
                return await self._kick(effect)
            case ChangeSession():
                return await self._change(effect)
            case ReadProfile() | ListLimits() | FlushConnections() | FingerprintAccount():
                return await self._look(effect)
            case CountAccounts():
                assert self.filling is not None
                return await self.filling.count(self.clock.now)
            case CountRouter() | Restart() | LookAlive() | LookBack():
                return await self._of_router(effect)
            case LookRows() | AskTarget() | TurnRoles() | MoveRows() | LookDials():
                return await self._of_pair(effect)
            case _:
                return await self._write(effect)

    async def _read_account(self, effect: ReadAccount) -> Observation:
        began = self.clock.now()
        compared: Comparison | None = None
        try:
            if effect.compare and self.wanted is not None:
                compared = await self.server.compare_account(self.wanted)
                account = compared.account
                compared = None if account is None else compared
            else:
                account = await (self.keeper or self.server).read_account(self.username)
        except Unreachable as error:
            return ServerSilent(began=began, at=self.clock.now(), doing="read-account", error=error.line())
        except RadiusbridgeError as error:
            return ReadRefused(began=began, at=self.clock.now(), error=error.line())
        if compared is None:
            return AccountSeen(began=began, at=self.clock.now(), account=account)
        return AccountSeen(
            began=began, at=self.clock.now(), account=account, differs=compared.differs, hidden=compared.hidden
        )

    async def _list_sessions(self, effect: ListSessions) -> Observation:
        began = self.clock.now()
        try:
            port, local = self.nases[effect.nas], None
            if effect.secrets:
                sessions, local = await port.with_secrets(self.username)
            else:
                sessions = await (port.limited if effect.limits else port.sessions)(self.username)
            self.devices.update(devices(sessions))
            traces = await port.traces(self.username, self.devices)
            self.devices.update(devices(traces))
        except RadiusbridgeError as error:
            return SessionsUnreadable(began=began, at=self.clock.now(), nas=effect.nas, error=error.line())
        return SessionsSeen(
            began=began, at=self.clock.now(), nas=effect.nas, sessions=sessions, traces=traces, local=local
        )

    async def _try_login(self, effect: TryLogin) -> Observation:
        began = self.clock.now()
        assert self.prober is not None
        assert self.customer is not None
        assert self.customer.password is not None
        try:
            reply = await self.prober.login(
                self.username,
                self.customer.password,
                method=self.method,
                calling_station_id=effect.calling_station_id,
            )
        except RadiusbridgeError as error:
            reply = LoginReply(LoginAnswer.UNANSWERED, error.line())
        if reply.signed:
            self.signatures.append(self.clock.now())
        return LoginSeen(
            began=began,
            at=self.clock.now(),
            purpose=effect.purpose,
            answer=reply.answer,
            words=reply.words,
            attributes=reply.attributes,
            calling_station_id=effect.calling_station_id,
        )

    async def _look(self, effect: ReadProfile | ListLimits | FlushConnections | FingerprintAccount) -> Observation:
        match effect:
            case FingerprintAccount():
                return await looking.fingerprint(self.server, self.username, self.fingerprint, self.clock.now)
            case ReadProfile():
                return await looking.read_profile(self.server, self.username, self.clock.now)
            case ListLimits():
                return await looking.list_limits(self.nases[effect.nas], effect, self.clock.now)
            case FlushConnections():
                return await looking.flush(self.nases[effect.session.nas], effect.session, self.clock.now)

    async def _of_router(self, effect: OfRouter) -> Observation:
        from radiusbridge.services.router_desk.restarting import carry_out

        assert self.router is not None
        return await carry_out(self.router, effect, self.clock.now, self.clock.at)

    async def _of_pair(self, effect: OfPair) -> Observation:
        assert self.pair is not None
        return await self.pair.carry_out(effect, self.clock.now)

    async def _write(self, effect: Write) -> Observation:
        began = self.clock.now()
        try:
            changed, words = await self._do_write(effect)
        except Unreachable as error:
            return ServerSilent(began=began, at=self.clock.now(), doing="write", error=error.line())
        except RadiusbridgeError as error:
            return WriteRefused(began=began, at=self.clock.now(), error=error.line())
        words = words if changed else f"{words}: already so, nothing written"
        return Written(began=began, at=self.clock.now(), already=not changed, words=words)

    async def _do_write(self, effect: Write) -> tuple[bool, str]:
        match effect:
            case WriteAccess():
                changed = await self.server.write_access(effect.account, effect.change)
                return changed, f"access {effect.change.access}"
            case WriteAccount():
                assert self.wanted is not None
                current = await self._current(self.wanted.profile)
                profile = await self.server.ensure_profile(current, trusting=True)
                account = await self.server.ensure_account(self.wanted, absent=effect.account is None)
                held = effect.hold is not None and await self._hold(effect.hold)
                return profile or account or held, f"account {self.username} with plan {self.wanted.profile.name}"
            case RemoveAccount():
                await (self.keeper or self.server).remove_account(effect.account)
                return True, f"account {self.username} removed"
            case WriteProfile():
                assert self.profile is not None
                return await self.server.ensure_profile(self.profile), f"profile {self.profile.name}"
            case FillAccounts():
                assert self.filling is not None
                return await self.filling.fill()
            case RemoveProfile():
                return await self.server.remove_profile(self.username), f"profile {self.username} taken away"

    async def _current(self, known: Profile) -> Profile:
        """The profile as it is now: as it was at the claim, it could undo what an edit has brought there since."""
        return known if self.profile_now is None else await self.profile_now() or known

    async def _change(self, effect: ChangeSession) -> Observation:
        began, session = self.clock.now(), effect.session
        try:
            dae = self.disconnectors[session.nas]
            reply = await dae.change(session, effect.rung, rate=effect.rate, address_list=effect.address_list)
        except RadiusbridgeError as error:
            reply = KickReply(KickAnswer.UNAVAILABLE, error.line())
        return SessionChanged(
            began=began,
            at=self.clock.now(),
            nas=session.nas,
            session_id=session.session_id,
            rung=effect.rung,
            answer=reply.answer,
            words=reply.words,
        )

    async def _hold(self, change: AccessChange) -> bool:
        """A new account was made disabled: there is no moment in which it lets a held customer in."""
        made = await self.server.read_account(self.username)
        return made is not None and await self.server.write_access(made, change)

    async def _kick(self, effect: Kick) -> Observation:
        began = self.clock.now()
        try:
            reply = await self._by_rung(effect)
        except RadiusbridgeError as error:
            reply = KickReply(KickAnswer.UNAVAILABLE, error.line())
        over = f" (Disconnect-Requests passed over: {effect.passed_over})" if effect.passed_over else ""
        return Kicked(
            began=began,
            at=self.clock.now(),
            nas=effect.session.nas,
            session_id=effect.session.session_id,
            rung=effect.rung,
            answer=reply.answer,
            words=reply.words + over,
        )

    async def _by_rung(self, effect: Kick) -> KickReply:
        if effect.rung is Rung.CLOSE_SESSION:
            if effect.server_row is None:
                return KickReply(KickAnswer.UNAVAILABLE, "the server has no row of this session")
            return await (self.keeper or self.server).close_session(effect.server_row)
        if effect.rung is Rung.NAS_API:
            return await self.nases[effect.session.nas].remove(effect.session)
        return await self.disconnectors[effect.session.nas].disconnect(effect.session, effect.rung)
