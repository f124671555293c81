"""Questions to an operation's observations. The log is the state; nothing is remembered beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Purpose
from radiusbridge.domain.observations import (
    AccountSeen,
    AttemptBegan,
    Kicked,
    LoginAnswer,
    LoginSeen,
    Observation,
    ReadRefused,
    ServerSilent,
    SessionsSeen,
    SessionsUnreadable,
    WriteBegan,
    WriteRefused,
    Written,
)
from radiusbridge.domain.sagas.plan import NasPlan

Look = SessionsSeen | SessionsUnreadable


@dataclass(frozen=True, slots=True)
class Evidence:
    """The observations of one operation, oldest first."""

    log: Sequence[Observation]

    @property
    def attempt_at(self) -> float:
        """When the running attempt began; readings of earlier attempts are history."""
        return max((seen.at for seen in self.log if isinstance(seen, AttemptBegan)), default=0.0)

    def now(self) -> Iterator[Observation]:
        """The observations of this attempt."""
        start = max((at for at, seen in enumerate(self.log) if isinstance(seen, AttemptBegan)), default=0)
        return iter(self.log[start:])

    @property
    def written(self) -> Written | None:
        """The confirmed write of this attempt."""
        return next((seen for seen in self.now() if isinstance(seen, Written)), None)

    @property
    def refused(self) -> WriteRefused | None:
        """The server's refusal to write."""
        return next((seen for seen in self.now() if isinstance(seen, WriteRefused)), None)

    def account(self, since: float | None = None) -> AccountSeen | None:
        """The newest reading of the account that began at `since` or later, or in this attempt."""
        log, floor = (list(self.now()), 0.0) if since is None else (self.log, since)
        return next((seen for seen in reversed(log) if isinstance(seen, AccountSeen) and seen.began >= floor), None)

    def account_trouble(self, since: float) -> ServerSilent | ReadRefused | None:
        """What kept us from reading the account, if that is the newest answer since then."""
        newest = next(
            (
                seen
                for seen in reversed(self.log)
                if isinstance(seen, AccountSeen | ServerSilent | ReadRefused) and seen.began >= since
            ),
            None,
        )
        return None if isinstance(newest, AccountSeen) else newest

    def silences(self) -> list[ServerSilent]:
        """Unanswered questions to the server in this attempt since it last answered."""
        run: list[ServerSilent] = []
        for seen in self.now():
            if isinstance(seen, ServerSilent):
                run.append(seen)
            elif isinstance(seen, AccountSeen | Written | ReadRefused):
                run.clear()
        return run

    def looks(self, nas: str) -> list[Look]:
        """This attempt's readings of a NAS's list, in the order in which they ended."""
        return [seen for seen in self.now() if isinstance(seen, SessionsSeen | SessionsUnreadable) and seen.nas == nas]

    def look(self, nas: str, since: float = -1.0) -> Look | None:
        """The newest of them that began at `since` or later."""
        return next((seen for seen in reversed(self.looks(nas)) if seen.began >= since), None)

    def kicks(self, nas: str, session_id: str) -> list[Kicked]:
        """The rungs tried on one session in this attempt."""
        return [
            seen for seen in self.now() if isinstance(seen, Kicked) and (seen.nas, seen.session_id) == (nas, session_id)
        ]

    def last_kick(self, nas: str) -> float:
        """When a session of that NAS was last kicked, or -1."""
        return max((seen.at for seen in self.now() if isinstance(seen, Kicked) and seen.nas == nas), default=-1.0)

    def server_sessions(self, nas: NasPlan, since: float = -1.0) -> tuple[SessionRow, ...]:
        """The server's rows of sessions on a NAS, as rows that can be kicked. They raise doubt only."""
        seen = self.account(max(since, self.attempt_at))
        if seen is None or seen.account is None:
            return ()
        return tuple(
            SessionRow(
                nas.name,
                "",
                seen.account.username,
                row.session_id,
                row.user_address or None,
                row.calling_station_id or None,
            )
            for row in seen.account.sessions
            if row.nas_address in nas.addresses
        )

    def server_row(self, session_id: str) -> str | None:
        """User Manager's row of a session, for close-session."""
        seen = self.account()
        rows = seen.account.sessions if seen and seen.account else ()
        return next((row.id for row in rows if row.session_id.lower() == session_id.lower()), None)

    def earlier(self, nas: str) -> frozenset[str]:
        """Ids of the sessions that were seen on a NAS before the first confirmed write, in whichever attempt."""
        first = next((seen.at for seen in self.log if isinstance(seen, Written)), float("inf"))
        return frozenset(
            session.session_id
            for seen in self.log
            if isinstance(seen, SessionsSeen) and seen.nas == nas and seen.began < first
            for session in seen.sessions
        )

    def logins(self, purpose: Purpose, since: float = -1.0) -> list[LoginSeen]:
        """Test logins that began at `since` or later, oldest first."""
        return [
            seen for seen in self.log if isinstance(seen, LoginSeen) and seen.purpose is purpose and seen.began >= since
        ]

    @property
    def write_began(self) -> float:
        """When the first write of any attempt may have gone out; infinity before that."""
        return next((seen.began for seen in self.log if isinstance(seen, WriteBegan)), float("inf"))

    @property
    def control(self) -> LoginSeen | None:
        """The control login that counts: accepted, and known before any write went out."""
        return next(
            (
                seen
                for seen in reversed(self.logins(Purpose.CONTROL))
                if seen.answer is LoginAnswer.ACCEPTED and seen.at <= self.write_began
            ),
            None,
        )
