"""The small worlds of changes without a drop: NASes that take CoA or do not, and a server's profiles. Pure."""

from dataclasses import dataclass, field, replace

from radiusbridge.domain.effects import (
    ChangeSession,
    Effect,
    FlushConnections,
    ListLimits,
    ListSessions,
    ReadProfile,
    RemoveProfile,
    Rung,
    WriteProfile,
)
from radiusbridge.domain.observations import (
    ConnectionsFlushed,
    KickAnswer,
    LimitsSeen,
    Observation,
    ProfileSeen,
    ReadRefused,
    ServerSilent,
    SessionChanged,
    SessionsSeen,
    WriteRefused,
    Written,
)
from radiusbridge.domain.profiles import ProfileRow, differences
from radiusbridge.domain.records import Profile
from tests.domain.world import ISOLATION, Windows, World, within

OLD, NEW = "1000/2000", "3000/4000"


@dataclass(slots=True)
class CoaWorld(World):
    """coa: `ok`, `lies` (ACK, nothing changes), `no-list` (the rate alone), `refuses`, `prohibits`, `silent`,
    `needs-address`, `mute` (it changes, the reply is lost). limits: what the queue of each session lets through."""

    coa: str = "ok"
    flushes: str = "ok"
    queues: bool = True
    limits: dict[str, str] = field(default_factory=dict)
    flushed: set[str] = field(default_factory=set)
    by_coa: set[str] = field(default_factory=set)
    profile_limits: str = NEW
    """What a session that dials now gets."""

    def perform(self, effect: Effect, now: float) -> Observation:
        self.now = now
        match effect:
            case ListSessions(limits=True):
                seen = super(CoaWorld, self).perform(effect, now)
                if not isinstance(seen, SessionsSeen):
                    return seen
                return replace(
                    seen, sessions=tuple(replace(row, limits=self._shown(row.session_id)) for row in seen.sessions)
                )
            case ChangeSession():
                return self._change(effect)
            case FlushConnections():
                return self._flush(effect)
            case _:
                return super(CoaWorld, self).perform(effect, now)

    def _shown(self, session_id: str) -> str:
        return self.limits.get(session_id, self.profile_limits) if self.queues else ""

    def _change(self, effect: ChangeSession) -> SessionChanged:
        return SessionChanged(
            began=self.now,
            at=self.now,
            nas=effect.session.nas,
            session_id=effect.session.session_id,
            rung=effect.rung,
            answer=self._coa(effect),
            words=f"coa {self.coa}",
        )

    def _coa(self, effect: ChangeSession) -> KickAnswer:
        manner = self.coa
        if manner == "needs-address":
            manner = "ok" if effect.rung is Rung.DISCONNECT_BY_ADDRESS else "refuses"
        said = {"refuses": KickAnswer.REFUSED, "prohibits": KickAnswer.PROHIBITED, "silent": KickAnswer.SILENT}
        if manner in said:
            return said[manner]
        one = next((one for one in self.sessions if one.id == effect.session.session_id), None)
        if one is None:
            return KickAnswer.NOT_FOUND
        if manner != "lies" and effect.rate:
            self.limits[one.id] = NEW
        if manner not in {"lies", "no-list"} and effect.address_list == ISOLATION:
            one.walled = True
            self.by_coa.add(one.id)
            self.flushed.discard(one.id)
        return KickAnswer.SILENT if manner == "mute" else KickAnswer.ACCEPTED

    def _flush(self, effect: FlushConnections) -> ConnectionsFlushed:
        error = "" if self.flushes == "ok" else "not enough permissions"
        if not error:
            self.flushed.add(effect.session.session_id)
        seen = ConnectionsFlushed(
            began=self.now, at=self.now, nas=effect.session.nas, session_id=effect.session.session_id
        )
        return replace(seen, count=0 if error else 2, error=error)


@dataclass(slots=True)
class ProfileWorld:
    """A server's one profile. write: `ok`, `refuses`, `lies`, `silent`, `mute`, `half` (one field is lost)."""

    have: Profile | None
    wanted: Profile | None
    write: str = "ok"
    reads: str = "ok"
    silent: Windows = ()
    users: tuple[str, ...] = ()
    others: int = 0
    writes: int = 0
    extras: tuple[str, ...] = ()

    def next_dial(self) -> float:
        return float("inf")

    def dial(self) -> None:
        raise AssertionError("nobody dials")

    def row(self) -> ProfileRow | None:
        return None if self.have is None else ProfileRow(self.have, elsewhere=("pool",), extras=self.extras)

    def reached(self) -> bool:
        row = self.row()
        if self.wanted is None:
            return row is None
        return row is not None and not differences(self.wanted, row)

    def perform(self, effect: Effect, now: float) -> Observation:
        match effect:
            case ReadProfile():
                return self._read(now)
            case WriteProfile() | RemoveProfile():
                return self._write(effect, now)
            case ListLimits():
                return LimitsSeen(
                    began=now, at=now, nas=effect.nas, live=3, other=("budi (1M/2M)",), others=self.others
                )
            case _:
                raise AssertionError(effect)

    def _read(self, now: float) -> Observation:
        if within(self.silent, now):
            return ServerSilent(began=now, at=now, doing="read-profile", error="no answer in 5 s")
        if self.reads == "refuses":
            return ReadRefused(began=now, at=now, error="not allowed")
        return ProfileSeen(began=now, at=now, profile=self.row(), users=self.users, in_use=len(self.users))

    def _write(self, effect: WriteProfile | RemoveProfile, now: float) -> Observation:
        if within(self.silent, now) or self.write == "silent":
            return ServerSilent(began=now, at=now, doing="write", error="no answer in 5 s")
        if self.write == "refuses":
            return WriteRefused(began=now, at=now, error="not enough permissions (9)")
        self.writes += 1
        already = self.reached()
        if self.write != "lies":
            self.have = self.wanted
        if self.write == "half" and self.have is not None:
            self.have = replace(self.have, validity=77)
        if self.write == "mute":
            return ServerSilent(began=now, at=now, doing="write", error="no answer in 5 s")
        return Written(began=now, at=now, already=already, words="!done")
