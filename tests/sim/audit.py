"""Whether the journal's evidence bears a PROVEN: the proof table of the design once more, apart from the sagas."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from radiusbridge.domain.accounts import AccountRow, SessionRow
from radiusbridge.domain.effects import Purpose
from radiusbridge.domain.local_access import LocalSecret
from radiusbridge.domain.observations import (
    AccountSeen,
    AttemptBegan,
    DialWatched,
    Kicked,
    LoginAnswer,
    LoginSeen,
    Observation,
    SessionsSeen,
    WriteBegan,
    Written,
)


@dataclass(frozen=True)
class Audit:
    """What one operation saw of its own account.

    nases: those of its server. wanted: as in the journal. controlled: an earlier operation saw that account's login
    accepted.
    """

    log: Sequence[Observation]
    nases: Sequence[str]
    wanted: dict[str, object]
    isolation: str
    controlled: bool
    secrets: bool = False
    """The accounts are PPP secrets."""

    def _attempt(self) -> Sequence[Observation]:
        start = max((at for at, seen in enumerate(self.log) if isinstance(seen, AttemptBegan)), default=0)
        return self.log[start:]

    def isolate(self) -> Iterator[str]:
        """What an isolation lacks."""
        reject = self.wanted["access"] == "reject"
        written = self._written()
        if written is None:
            yield "nothing was written"
            return
        yield from self._kicked_early(written)
        account = self._account(written)
        if account is None:
            yield "the account was not read back"
        elif reject and not account.disabled:
            yield "the account was read back enabled"
        if reject:
            yield from self._lists(written, lambda _row: False)
            yield from self._refused(written)
        else:
            yield from self._lists(written, self._walled)

    def activate(self) -> Iterator[str]:
        """What an activation lacks."""
        written = self._written()
        if written is None:
            yield "nothing was written"
            return
        account = self._account(written)
        if account is None:
            yield "the account was not read back"
        elif account.disabled:
            yield "the account was read back disabled"
        listed = [self._listed(nas, written.at) for nas in self.nases]
        if not all(listed):
            yield "a list was not read after the write"
        newest = [row for readings in listed if readings for row in readings[-1].sessions]
        if any(map(self._walled, newest)):
            yield "a walled session was listed last"
        proofs = self._logins(Purpose.PROOF, written.at)
        if not newest and not (proofs and proofs[-1].answer is LoginAnswer.ACCEPTED):
            yield "neither a session nor an accepted login was seen"

    def kick(self) -> Iterator[str]:
        """What a kick lacks."""
        kicks = [seen for seen in self._attempt() if isinstance(seen, Kicked)]
        kicked = {seen.session_id for seen in self.log if isinstance(seen, Kicked)}
        for nas in self.nases:
            readings = self._listed(nas, max((seen.at for seen in kicks if seen.nas == nas), default=-1.0))
            if not readings:
                yield f"the list of {nas} was not read after the kick"
            elif kicked & {row.session_id for row in readings[-1].sessions}:
                yield f"{nas} still listed a session that was kicked"

    # -- the legs

    def _written(self) -> Written | None:
        return next((seen for seen in self._attempt() if isinstance(seen, Written)), None)

    def _account(self, written: Written) -> AccountRow | None:
        seen = [one for one in self._attempt() if isinstance(one, AccountSeen) and one.began >= written.at]
        return seen[-1].account if seen else None

    def _walled(self, row: SessionRow) -> bool:
        return self.isolation in row.lists

    def _listed(self, nas: str, since: float) -> list[SessionsSeen]:
        return [
            seen
            for seen in self._attempt()
            if isinstance(seen, SessionsSeen) and seen.nas == nas and seen.began >= since
        ]

    def _logins(self, purpose: Purpose, since: float = -1.0) -> list[LoginSeen]:
        return [
            seen
            for seen in self._attempt()
            if isinstance(seen, LoginSeen) and seen.purpose is purpose and seen.began >= since
        ]

    def _kicked_early(self, written: Written) -> Iterator[str]:
        if any(isinstance(seen, Kicked) and seen.began < written.at for seen in self._attempt()):
            yield "a session was kicked before the write was confirmed"

    def _lists(self, written: Written, may_stay: Callable[[SessionRow], bool]) -> Iterator[str]:
        """Every NAS: nobody there who may not be, for the settle time, or somebody who shows that it works."""
        settle = float(str(self.wanted["settle"]))
        stayed = False
        watched = []
        for nas in self.nases:
            kicks = [seen.at for seen in self._attempt() if isinstance(seen, Kicked) and seen.nas == nas]
            clean: list[SessionsSeen] = []
            for reading in self._listed(nas, max([written.at, *kicks])):
                clean = [*clean, reading] if all(map(may_stay, reading.sessions)) else []
            if not clean:
                yield f"{nas} was not seen clean after the write and the last kick"
                continue
            local = clean[-1].local
            if local is None or local.error or any(not self._wanted(secret) for secret in local.letting_in):
                yield f"{nas} was last seen with {local} as local secrets"
            stayed = stayed or any(map(may_stay, clean[-1].sessions))
            watched.append(clean[-1].began - clean[0].at if len(clean) > 1 else 0.0)
        if not stayed and any(seconds < settle for seconds in watched):
            yield f"the lists were watched for {min(watched):.3f} s"

    def _wanted(self, secret: LocalSecret) -> bool:
        """Whether a secret that lets in is the account itself, walled."""
        return self.secrets and self.wanted["access"] == "walled" and secret.profile == self.isolation

    def _dialled(self, written: Written) -> Iterator[str]:
        """The customer's own dial, refused after the write where a session had been listed before it."""
        told = [seen for seen in self._attempt() if isinstance(seen, DialWatched) and seen.refused]
        if not any(seen.began >= written.at for seen in told):
            yield "no dial was refused after the write"
        first = next((at for at, seen in enumerate(self.log) if isinstance(seen, Written)), len(self.log))
        if not any(isinstance(seen, SessionsSeen) and seen.sessions for seen in self.log[:first]):
            yield "nobody was online before the write"

    def _refused(self, written: Written) -> Iterator[str]:
        if self.secrets:
            yield from self._dialled(written)
            return
        proofs = self._logins(Purpose.PROOF, written.at)
        if not proofs or proofs[-1].answer is not LoginAnswer.REJECTED:
            yield "no test login was refused after the write"
        first = next((at for at, seen in enumerate(self.log) if isinstance(seen, WriteBegan)), len(self.log))
        controls = [one for one in self.log[:first] if isinstance(one, LoginSeen) and one.purpose is Purpose.CONTROL]
        accepted = any(one.answer is LoginAnswer.ACCEPTED for one in controls)
        if not accepted and not self.controlled:
            yield "no control login was accepted before the write"
