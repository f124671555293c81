"""A tiny world that sagas act on: one account, its server, NASes with sessions, devices that redial. Pure.

It is asked twice: through what it says (`perform`, which may be silent, refuse or lie) and for what is true.
"""

from dataclasses import dataclass, field, replace

from radiusbridge.domain.accounts import Access, AccessChange, AccountRow, PlanRow, PlanState, ServerSession, SessionRow
from radiusbridge.domain.effects import (
    Effect,
    Kick,
    ListSessions,
    ReadAccount,
    RemoveAccount,
    Rung,
    TryLogin,
    WriteAccess,
    WriteAccount,
)
from radiusbridge.domain.local_access import LocalSecret, SecretsOfName
from radiusbridge.domain.observations import (
    AccountSeen,
    KickAnswer,
    Kicked,
    LoginAnswer,
    LoginSeen,
    Observation,
    ReadRefused,
    ServerSilent,
    SessionsSeen,
    SessionsUnreadable,
    WriteRefused,
    Written,
)

USER, ISOLATION, PROFILE, RATE = "budi", "isolir", "home", "2M/10M"
Windows = tuple[tuple[float, float], ...]


def within(windows: Windows, now: float) -> bool:
    return any(low <= now < high for low, high in windows)


@dataclass(slots=True)
class Live:
    """A session that exists, listed or not."""

    id: str
    nas: str
    device: str
    walled: bool
    since: float
    uptime: int = 0
    old: bool = False
    """It dialled under the settings before the change."""


@dataclass(slots=True)
class Router:
    """A NAS. dae, close, api: `ok`, `lies` (confirms, keeps the session), `refuses`, `gone` (503), `silent`, …"""

    name: str
    dae: str = "ok"
    close: str = "ok"
    api: str = "ok"
    unreadable: Windows = ()
    hides: bool = False
    """Its list leaves this customer's sessions out."""
    secret: bool = False
    """A local PPP secret lets the customer in whatever the server says."""
    hides_secrets: Windows = ()
    """When it refuses to list them."""

    @property
    def address(self) -> str:
        return f"10.0.0.{self.name[-1]}"


@dataclass(slots=True)
class Device:
    """Dials `redial` seconds after its session ended; None: it stays away."""

    nas: str
    redial: float | None = 1.0
    mac: str = "AA:BB:CC:00:00:01"
    online: bool = True
    times: int = 10**9
    """How often it dials again."""
    updated: bool = True
    """It dials with what the database says; else with what was so before."""


@dataclass(slots=True)
class World:
    """What is true, and how it answers."""

    routers: dict[str, Router]
    devices: list[Device]
    access: Access | None = Access.OPEN
    """None: no such account."""
    silent: Windows = ()
    write: str = "ok"
    """`ok`, `refuses`, `lies`, `silent` (never carried out), `mute` (carried out, never confirmed)."""
    reads: str = "ok"
    radius: str = "ok"
    deaf: Windows = ()
    """When RADIUS does not answer."""
    password: bool = True
    caller_id: str = ""
    first_login: bool = False
    over: str = ""
    """The plan is over: `shown` so, or `hidden`, as RouterOS 6 may go on to name it."""
    shared_users: int | None = 1
    full_refuses: bool = False
    """It cannot end a session to make room for a login, and refuses that."""
    garden: tuple[tuple[str, str], ...] = (("Mikrotik-Address-List", ISOLATION), ("Mikrotik-Rate-Limit", "64k/64k"))
    """What a test login gets while the account is walled."""
    stale: bool = False
    """The account is not as the database says yet."""
    hides: bool = False
    """The router does not show passwords."""
    rebinds: bool = False
    """A write of the account opens it to the next device."""
    accounting: bool = True
    stops_lost: bool = False
    now: float = 0.0
    sessions: list[Live] = field(default_factory=list)
    rows: list[ServerSession] = field(default_factory=list)
    harms: list[str] = field(default_factory=list)
    sampled: dict[str, float] = field(default_factory=dict)
    dials: list[tuple[float, Device]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        for device in self.devices:
            if device.online and self.access is not None:
                self._connect(device, walled=self.access is Access.WALLED)
            elif device.redial is not None:
                self.dials.append((device.redial, device))

    # what is true

    def knowable(self) -> list[Live]:
        """Sessions that were there when their NAS's list was last read; a later one nobody can know of."""
        return [one for one in self.sessions if one.since <= self.sampled.get(one.nas, float("-inf"))]

    def admits(self, device: Device) -> bool | None:
        """Whether it would be let in now: None: no; True: into the walled garden."""
        if self.routers[device.nas].secret:
            return False
        if self.access in {None, Access.REJECT} or self.caller_id not in {"", "bind", device.mac}:
            return None
        if device.updated is self.stale or (self.over and self.access is Access.OPEN):
            return None
        return self.access is Access.WALLED

    # time

    def next_dial(self) -> float:
        return min((at for at, _ in self.dials), default=float("inf"))

    def dial(self) -> None:
        at, device = min(self.dials, key=lambda pair: pair[0])
        self.dials.remove((at, device))
        self.now = at
        walled = self.admits(device)
        if walled is None:
            self._later(device)
        else:
            self._connect(device, walled=walled)

    def _later(self, device: Device) -> None:
        if device.redial is not None and device.times > 0:
            device.times -= 1
            self.dials.append((self.now + max(0.05, device.redial), device))

    def _connect(self, device: Device, *, walled: bool) -> None:
        self.count += 1
        one = Live(f"8100{self.count:04x}", device.nas, device.mac, walled, self.now, old=self.stale)
        local = self.routers[device.nas].secret
        if not local and self.shared_users is not None:
            for oldest in self._of_server()[: len(self._of_server()) - self.shared_users + 1]:
                if self.routers[oldest.nas].close == "ok":
                    self._end(oldest, lost=False)
        self.sessions.append(one)
        if self.accounting and not local:
            address = self.routers[device.nas].address
            self.rows.append(ServerSession(f"*{self.count:X}", one.id, address, self._ip(one), device.mac))

    def _of_server(self) -> list[Live]:
        return [one for one in self.sessions if not self.routers[one.nas].secret]

    def _end(self, one: Live, *, lost: bool | None = None) -> None:
        self.sessions.remove(one)
        if not (self.stops_lost if lost is None else lost):
            self.rows = [row for row in self.rows if row.session_id != one.id]
        for device in self.devices:
            if (device.nas, device.mac) == (one.nas, one.device):
                self._later(device)

    @staticmethod
    def _ip(one: Live) -> str:
        return f"10.20.0.{int(one.id, 16) % 250}"

    # what it says

    def perform(self, effect: Effect, now: float) -> Observation:
        """Do it now, and say what an executor would have seen (with `began` and `at` of now)."""
        self.now = now
        match effect:
            case ReadAccount():
                return self._read(effect)
            case ListSessions():
                return self._list(self.routers[effect.nas], effect)
            case TryLogin():
                return self._login(effect)
            case Kick():
                return self._kick(effect)
            case WriteAccess() | WriteAccount() | RemoveAccount():
                return self._write(effect)
            case _:
                raise AssertionError(effect)

    def _silence(self, doing: str) -> ServerSilent:
        return ServerSilent(began=self.now, at=self.now, doing=doing, error="no answer in 5 s")

    def _read(self, effect: ReadAccount) -> Observation:
        if within(self.silent, self.now):
            return self._silence("read-account")
        if self.reads == "refuses":
            return ReadRefused(began=self.now, at=self.now, error="not allowed")
        account = self.account()
        if not effect.compare or account is None:
            return AccountSeen(began=self.now, at=self.now, account=account)
        hidden = ("password",) if self.hides else ()
        differs = ("password",) if self.stale and not self.hides else ()
        return AccountSeen(began=self.now, at=self.now, account=account, differs=differs, hidden=hidden)

    def account(self) -> AccountRow | None:
        if self.access is None:
            return None
        walled = self.access is Access.WALLED
        state = PlanState.WAITING if self.first_login else PlanState.RUNNING
        plans = [PlanRow("*1", PROFILE, state if walled or self.first_login else PlanState.RUNNING_ACTIVE)]
        if self.over == "shown" or (self.over and not walled):
            used = PlanRow("*1", PROFILE, PlanState.USED)
            plans = [used if self.over == "shown" else PlanRow("", PROFILE, PlanState.RUNNING_ACTIVE)]
        plans += [PlanRow("*2", ISOLATION, PlanState.RUNNING_ACTIVE)] if walled else []
        return AccountRow(
            "*9",
            USER,
            self.access is Access.REJECT,
            ISOLATION if walled else "default",
            self.shared_users,
            self.caller_id,
            "",
            tuple(plans),
            tuple(self.rows),
        )

    def _write(self, effect: WriteAccess | WriteAccount | RemoveAccount) -> Observation:
        if within(self.silent, self.now) or self.write == "silent":
            return self._silence("write")
        if self.write == "refuses":
            return WriteRefused(began=self.now, at=self.now, error="not enough permissions (9)")
        wanted = effect.change.access if isinstance(effect, WriteAccess) else None
        if isinstance(effect, WriteAccount):
            wanted = effect.hold.access if effect.hold else self.access or Access.OPEN
        changes = isinstance(effect, WriteAccount) and (self.stale or self.rebinds)
        already = self.access is wanted and not changes
        gives = isinstance(effect, WriteAccess) and effect.change.anew and effect.account.lacks(PROFILE, anew=True)
        already = already and not gives
        if self.write != "lies":
            self.access = wanted
            self.over = "" if gives else self.over
            self.stale = self.stale and not changes
            self.caller_id = "bind" if changes and self.rebinds else self.caller_id
        if self.write == "mute":
            return self._silence("write")
        return Written(began=self.now, at=self.now, already=already, words="!done")

    def _list(self, router: Router, effect: ListSessions) -> Observation:
        if within(router.unreadable, self.now):
            return SessionsUnreadable(began=self.now, at=self.now, nas=router.name, error="connection refused")
        self.sampled[router.name] = self.now
        mine = [one for one in self.sessions if one.nas == router.name and not router.hides]
        for one in mine:
            one.uptime += 1
        rows = tuple(self._row(one) for one in mine)
        local = self._secrets(router) if effect.secrets else None
        return SessionsSeen(began=self.now, at=self.now, nas=router.name, sessions=rows, local=local)

    def _secrets(self, router: Router) -> SecretsOfName:
        if within(router.hides_secrets, self.now):
            return SecretsOfName(error="not enough permissions (9)")
        secret = LocalSecret(router.name, USER, "pppoe")
        return SecretsOfName((secret,) if router.secret else ())

    def _row(self, one: Live) -> SessionRow:
        lists = (ISOLATION,) if one.walled else ()
        number = f"*{int(one.id, 16):X}"
        return SessionRow(one.nas, number, USER, one.id, self._ip(one), one.device, lists, f"{one.uptime}s")

    def _login(self, effect: TryLogin) -> LoginSeen:
        answer, attributes = self._answer(effect)
        return LoginSeen(
            began=self.now,
            at=self.now,
            purpose=effect.purpose,
            answer=answer,
            words=f"Access-{answer}",
            attributes=attributes,
            calling_station_id=effect.calling_station_id,
        )

    def _answer(self, effect: TryLogin) -> tuple[LoginAnswer, tuple[tuple[str, str], ...]]:
        if within(self.deaf, self.now):
            return LoginAnswer.UNANSWERED, ()
        if self.radius != "ok":
            return LoginAnswer(self.radius), ()
        locked = self.caller_id not in {"", "bind", effect.calling_station_id}
        if self.over and self.access is Access.OPEN:
            return LoginAnswer.REJECTED, ()
        if not self.password or locked or self.stale or self.access in {None, Access.REJECT}:
            return LoginAnswer.REJECTED, ()
        if self.full_refuses and self.shared_users is not None and len(self.rows) >= self.shared_users:
            return LoginAnswer.REJECTED, ()
        self._harm(effect)
        if self.access is Access.WALLED:
            return LoginAnswer.ACCEPTED, self.garden
        return LoginAnswer.ACCEPTED, (("Mikrotik-Rate-Limit", RATE),)

    def _harm(self, effect: TryLogin) -> None:
        if self.caller_id == "bind":
            self.harms.append(f"{effect.purpose}: bound")
            self.caller_id = effect.calling_station_id or "ours"
        if self.first_login and self.access is Access.OPEN:
            self.harms.append(f"{effect.purpose}: started")
            self.first_login = False
        if self.shared_users is not None and len(self.rows) >= self.shared_users:
            dropped = next((one for one in self.sessions if one.id == self.rows[0].session_id), None)
            self.rows.pop(0)
            if dropped is not None and self.routers[dropped.nas].close == "ok":
                known = dropped.since <= self.sampled.get(dropped.nas, float("inf"))
                self.harms.append(f"{effect.purpose}: dropped{'' if known else ' unseen'}")
                self._end(dropped)

    def _kick(self, effect: Kick) -> Kicked:
        answer = self._close(effect) if effect.rung is Rung.CLOSE_SESSION else self._by_nas(effect)
        return Kicked(
            began=self.now,
            at=self.now,
            nas=effect.session.nas,
            session_id=effect.session.session_id,
            rung=effect.rung,
            answer=answer,
            words=f"{effect.rung} {answer}",
        )

    def _by_nas(self, effect: Kick) -> KickAnswer:
        router = self.routers[effect.session.nas]
        if effect.rung is Rung.NAS_API:
            manner = "silent" if within(router.unreadable, self.now) else router.api
        else:
            manner = router.dae
        if manner == "needs-address":
            manner = "ok" if effect.rung is Rung.DISCONNECT_BY_ADDRESS else "refuses"
        return self._manner(manner, effect.session.session_id)

    def _close(self, effect: Kick) -> KickAnswer:
        if within(self.silent, self.now):
            return KickAnswer.UNAVAILABLE
        row = next((row for row in self.rows if row.id == effect.server_row), None)
        if row is None:
            return KickAnswer.NOT_FOUND
        router = next((one for one in self.routers.values() if one.address == row.nas_address), None)
        answer = self._manner(router.close if router else "ok", row.session_id)
        if answer is KickAnswer.NOT_FOUND or (answer is KickAnswer.ACCEPTED and (not router or router.close == "ok")):
            self.rows = [other for other in self.rows if other.id != row.id]
        return answer

    def _manner(self, manner: str, session_id: str) -> KickAnswer:
        said = {
            "lies": KickAnswer.ACCEPTED,
            "refuses": KickAnswer.REFUSED,
            "prohibits": KickAnswer.PROHIBITED,
            "gone": KickAnswer.NOT_FOUND,
            "silent": KickAnswer.SILENT,
        }
        if manner != "ok":
            return said[manner]
        one = next((one for one in self.sessions if one.id == session_id), None)
        if one is None:
            return KickAnswer.NOT_FOUND
        self._end(one)
        return KickAnswer.ACCEPTED


@dataclass(slots=True)
class Twins:
    """Two accounts of one customer, one of which takes the place of the other."""

    new: World
    former: World

    def next_dial(self) -> float:
        return min(self.new.next_dial(), self.former.next_dial())

    def dial(self) -> None:
        min(self.new, self.former, key=World.next_dial).dial()

    def perform(self, effect: Effect, now: float) -> Observation:
        if not effect.former:
            return self.new.perform(effect, now)
        return replace(self.former.perform(replace(effect, former=False), now), former=True)


def timed(seen: Observation, began: float, at: float) -> Observation:
    return replace(seen, began=began, at=at)


def change_to(access: Access) -> AccessChange:
    return AccessChange(access, ISOLATION, PROFILE)
