"""Questions to an operation's observations. The log is the state; nothing is remembered beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from radiusbridge.domain.accounts import AccountRow, ServerSession, SessionRow
from radiusbridge.domain.effects import Purpose
from radiusbridge.domain.hotspot import all_ids, remembers
from radiusbridge.domain.observations import (
    AccountSeen,
    AttemptBegan,
    ConnectionsFlushed,
    DialWatched,
    Fingerprinted,
    Kicked,
    LimitsSeen,
    LoginAnswer,
    LoginSeen,
    Observation,
    ProfileSeen,
    ReadRefused,
    ServerSilent,
    SessionChanged,
    SessionsSeen,
    SessionsUnreadable,
    WriteBegan,
    WriteRefused,
    Written,
)
from radiusbridge.domain.sagas.plan import NasPlan

Look = SessionsSeen | SessionsUnreadable


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What is asked of the log for each NAS, gone through once: a server with nine of them has long logs."""

    looks: Mapping[str, Sequence[Look]]
    """This attempt's readings, by NAS."""
    kicks: Mapping[str, Sequence[Kicked]]
    """This attempt's rungs, by NAS."""
    listed: frozenset[tuple[str, str]]
    """(NAS, session id) of what was listed before the first confirmed write."""
    listed_on: Counter[str]
    """On how many NASes a session id was, of these."""
    remembered: frozenset[ServerSession]
    """What the server remembered before it."""
    remembered_rows: Counter[str]
    """How many rows there were of a session id, of these."""


def _sort(log: Sequence[Observation], running: Sequence[Observation]) -> _Sorted:
    written = next((seen.at for seen in log if isinstance(seen, Written)), float("inf"))
    looks: dict[str, list[Look]] = {}
    kicks: dict[str, list[Kicked]] = {}
    for seen in running:
        if isinstance(seen, SessionsSeen | SessionsUnreadable):
            looks.setdefault(seen.nas, []).append(seen)
        elif isinstance(seen, Kicked):
            kicks.setdefault(seen.nas, []).append(seen)
    before = [seen for seen in log if isinstance(seen, SessionsSeen | AccountSeen) and seen.began < written]
    listed = frozenset(
        (seen.nas, session.session_id) for seen in before if isinstance(seen, SessionsSeen) for session in seen.sessions
    )
    remembered = frozenset(
        row for seen in before if isinstance(seen, AccountSeen) and seen.account for row in seen.account.sessions
    )
    rows = {(row.session_id, row.id) for row in remembered}
    counted = Counter(session_id for _, session_id in listed), Counter(session_id for session_id, _ in rows)
    return _Sorted(looks, kicks, listed, counted[0], remembered, counted[1])


@dataclass(frozen=True, slots=True)
class Evidence:
    """The observations of one operation, oldest first; the log stays as it is meanwhile."""

    log: Sequence[Observation]
    _running: Sequence[Observation] = field(init=False, repr=False, compare=False)
    """The observations of this attempt; asked for by almost every question."""
    _by_place: _Sorted | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_running", self._attempt_before(len(self.log)))

    @property
    def _sorted(self) -> _Sorted:
        found = self._by_place
        if found is None:
            found = _sort(self.log, self._running)
            object.__setattr__(self, "_by_place", found)
        return found

    @property
    def attempt_at(self) -> float:
        """When the running attempt began; readings of earlier attempts are history."""
        return max((seen.at for seen in self.log if isinstance(seen, AttemptBegan)), default=0.0)

    def now(self) -> Iterator[Observation]:
        """The observations of this attempt."""
        return iter(self._running)

    def _attempt_before(self, end: int) -> Sequence[Observation]:
        """The observations before a place in the log, of the attempt that runs there."""
        start = next((at for at in range(end - 1, -1, -1) if isinstance(self.log[at], AttemptBegan)), 0)
        return self.log[start:end]

    @property
    def written(self) -> Written | None:
        """The confirmed write of this attempt."""
        return next((seen for seen in self.now() if isinstance(seen, Written)), None)

    @property
    def wrote_after_first(self) -> bool:
        """Whether this attempt wrote once more after its first confirmed write, confirmed or not."""
        first, silent = self.written, self.silent_writes()
        return first is not None and any(
            seen.began >= first.at and (isinstance(seen, Written) or seen in silent) for seen in self.now()
        )

    @property
    def written_again(self) -> Written | None:
        """The newest confirmed write of this attempt, if it is not the first."""
        found = [seen for seen in self.now() if isinstance(seen, Written)]
        return found[-1] if len(found) > 1 else None

    @property
    def refused(self) -> WriteRefused | None:
        """The server's refusal to write."""
        return next((seen for seen in self.now() if isinstance(seen, WriteRefused)), None)

    def account(self, since: float = -1.0) -> AccountSeen | None:
        """This attempt's newest reading of the account that began at `since` or later."""
        seen = [at for at in self.now() if isinstance(at, AccountSeen) and at.began >= since]
        return seen[-1] if seen else None

    def account_trouble(self, since: float = -1.0) -> ServerSilent | ReadRefused | None:
        """What kept us from reading the account or profile, if that is this attempt's newest answer since then."""
        kinds = AccountSeen | Fingerprinted | ProfileSeen | ServerSilent | ReadRefused
        seen = [at for at in self.now() if isinstance(at, kinds) and at.began >= since]
        return None if not seen or isinstance(seen[-1], AccountSeen | Fingerprinted | ProfileSeen) else seen[-1]

    @property
    def fingerprint(self) -> Fingerprinted | None:
        """This attempt's newest fingerprint of the account."""
        return next((seen for seen in reversed(self._running) if isinstance(seen, Fingerprinted)), None)

    def profile(self, since: float = -1.0) -> ProfileSeen | None:
        """This attempt's newest reading of the profile that began at `since` or later."""
        seen = [at for at in self.now() if isinstance(at, ProfileSeen) and at.began >= since]
        return seen[-1] if seen else None

    def limits(self, nas: str, since: float) -> LimitsSeen | None:
        """This attempt's newest look at who runs on other limits."""
        seen = [at for at in self.now() if isinstance(at, LimitsSeen) and at.nas == nas and at.began >= since]
        return seen[-1] if seen else None

    def changes(self, nas: str, session_id: str) -> list[SessionChanged]:
        """The CoA-Requests about one session in this attempt."""
        return [
            seen
            for seen in self.now()
            if isinstance(seen, SessionChanged) and (seen.nas, seen.session_id) == (nas, session_id)
        ]

    def flushes(self, nas: str, session_id: str) -> list[ConnectionsFlushed]:
        """The attempts to forget one session's connections in this attempt."""
        return [
            seen
            for seen in self.now()
            if isinstance(seen, ConnectionsFlushed) and (seen.nas, seen.session_id) == (nas, session_id)
        ]

    def silences(self) -> list[ServerSilent]:
        """Unanswered questions to the server in this attempt since it last answered."""
        run: list[ServerSilent] = []
        for seen in self.now():
            if isinstance(seen, ServerSilent):
                run.append(seen)
            elif isinstance(seen, AccountSeen | Fingerprinted | ProfileSeen | Written | ReadRefused):
                run.clear()
        return run

    def silent_writes(self) -> list[ServerSilent]:
        """Writes of this attempt that the server did not answer."""
        return [seen for seen in self.now() if isinstance(seen, ServerSilent) and seen.doing == "write"]

    def looks(self, nas: str) -> Sequence[Look]:
        """This attempt's readings of a NAS's list, in the order in which they ended."""
        return self._sorted.looks.get(nas, ())

    def look(self, nas: str, since: float = -1.0) -> Look | None:
        """The newest of them that began at `since` or later."""
        return next((seen for seen in reversed(self.looks(nas)) if seen.began >= since), None)

    def kicks(self, nas: str, session_id: str) -> list[Kicked]:
        """The rungs tried on one session in this attempt."""
        return [seen for seen in self._sorted.kicks.get(nas, ()) if seen.session_id == session_id]

    def last_kick(self, nas: str) -> float:
        """When a session of that NAS was last kicked, or -1."""
        return max((seen.at for seen in self._sorted.kicks.get(nas, ())), default=-1.0)

    def server_sessions(self, nas: NasPlan) -> tuple[SessionRow, ...]:
        """The server's rows of sessions on a NAS, as rows that can be kicked. They raise doubt only."""
        seen = self.account()
        if seen is None or seen.account is None:
            return ()
        return tuple(
            _session_row(nas.name, seen.account.username, row)
            for row in seen.account.sessions
            if row.nas_address in nas.addresses
        )

    def unplaced(self, nases: Sequence[NasPlan]) -> tuple[tuple[str, SessionRow], ...]:
        """(NAS address, session) of rows that no list answers for: on a NAS that we do not know, and never listed.

        All attempts count: that such a row is gone later does not show that the session is.
        """
        known = {address for nas in nases for address in nas.addresses}
        listed = {row.session_id.lower() for at in self.log if isinstance(at, SessionsSeen) for row in at.sessions}
        found = {
            row.session_id: (row.nas_address, _session_row("", at.account.username, row))
            for at in self.log
            if isinstance(at, AccountSeen) and at.account
            for row in at.account.sessions
            if row.nas_address not in known and row.session_id.lower() not in listed
        }
        return tuple(found.values())

    def remembered_earlier(self) -> frozenset[str]:
        """Ids of the sessions that the server remembered before the first confirmed write."""
        return frozenset(self._sorted.remembered_rows)

    def server_row(self, session: SessionRow, nas: NasPlan | None = None) -> str | None:
        """User Manager's row of a session, for close-session.

        NASes count their sessions alike, so that one id may stand for a session on each of two of them: the row has
        the session's address, if both are known, and rather its device and one of the NAS's addresses than others.
        """
        seen = self.account()
        rows = [
            row
            for row in (seen.account.sessions if seen and seen.account else ())
            if remembers(session, row.session_id, row.user_address)
            and (not row.user_address or not session.address or row.user_address == session.address)
        ]
        device = (session.caller_id or "").lower()
        rows.sort(
            key=lambda row: (
                row.calling_station_id.lower() != device,
                nas is not None and row.nas_address not in nas.addresses,
            )
        )
        return rows[0].id if rows else None

    def earlier(self, nas: str) -> frozenset[str]:
        """Ids of the sessions that a NAS listed, or the server remembered, before the first confirmed write.

        Without those that the server remembers only of other NASes, whose own lists showed them: NASes count alike, so
        that a later session here may have the id of an earlier one there.
        """
        known = self._sorted
        here = {each for where, session_id in known.listed if where == nas for each in all_ids(session_id)}
        there = (
            session_id
            for session_id, rows in known.remembered_rows.items()
            if rows > known.listed_on[session_id] - ((nas, session_id) in known.listed)
        )
        return frozenset({*here, *there})

    def outside(self, nas: str, address_list: str) -> frozenset[str]:
        """Ids of the sessions that a NAS once listed outside an address list: they had connections of their own."""
        return frozenset(
            each
            for seen in self.log
            if isinstance(seen, SessionsSeen) and seen.nas == nas
            for session in seen.sessions
            if address_list not in session.lists
            for each in all_ids(session.session_id)
        )

    def logins(self, purpose: Purpose, since: float = -1.0) -> list[LoginSeen]:
        """This attempt's test logins that began at `since` or later, oldest first."""
        return [
            seen
            for seen in self.now()
            if isinstance(seen, LoginSeen) and seen.purpose is purpose and seen.began >= since
        ]

    def dials(self, nas: str, since: float) -> list[DialWatched]:
        """How a NAS's log was followed in this attempt, from `since` on or later."""
        return [
            seen for seen in self.now() if isinstance(seen, DialWatched) and seen.nas == nas and seen.began >= since
        ]

    def online_before(self, nas: str) -> str | None:
        """A session that the NAS listed before the first write was confirmed; None: it listed none."""
        before = takewhile(lambda seen: not isinstance(seen, Written), self.log)
        listed = [seen for seen in before if isinstance(seen, SessionsSeen) and seen.nas == nas]
        return next((row.session_id for seen in reversed(listed) for row in seen.sessions), None)

    @property
    def write_began(self) -> float:
        """When the first write of any attempt may have gone out; infinity before that."""
        return next((seen.began for seen in self.log if isinstance(seen, WriteBegan)), float("inf"))

    @property
    def account_before(self) -> AccountRow | None:
        """The account as it was read last before any write went out."""
        first = next((at for at, seen in enumerate(self.log) if isinstance(seen, WriteBegan)), len(self.log))
        read = [seen for seen in self._attempt_before(first) if isinstance(seen, AccountSeen)]
        return read[-1].account if read else None

    @property
    def controls(self) -> list[LoginSeen]:
        """Control logins known before any write went out, in the attempt that wrote first: not hours earlier."""
        first = next((at for at, seen in enumerate(self.log) if isinstance(seen, WriteBegan)), len(self.log))
        return [
            seen
            for seen in self._attempt_before(first)
            if isinstance(seen, LoginSeen) and seen.purpose is Purpose.CONTROL
        ]

    @property
    def control(self) -> LoginSeen | None:
        """The control login that counts: the newest that was accepted."""
        return next((seen for seen in reversed(self.controls) if seen.answer is LoginAnswer.ACCEPTED), None)


def _session_row(nas: str, username: str, row: ServerSession) -> SessionRow:
    return SessionRow(nas, "", username, row.session_id, row.user_address or None, row.calling_station_id or None)
