"""Hold every verdict against the world: when it is committed, seconds later, and when all is quiet."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime

from radiusbridge.domain.observations import AccountSeen, Kicked, Observation, SessionsSeen
from radiusbridge.domain.records import Intent
from radiusbridge.domain.verdict import Verdict
from radiusbridge.services.evidence_codec import decode
from radiusbridge.simulator.build import ISOLATION_LIST
from radiusbridge.simulator.oracle import Oracle
from tests.sim.agreement import Agreement
from tests.sim.audit import Audit
from tests.sim.loop import START
from tests.sim.net import Wire
from tests.sim.restarts import Restarts
from tests.sim.secrets import SecretsTruth
from tests.sim.truth import Dial, Truth

LATER = (5.0, 15.0)
"""Seconds after a proof at which the world is asked again."""
ACCESS = (Intent.ISOLATE, Intent.ACTIVATE)
RATES = (Intent.APPLY, Intent.SPEED)
"""What says at which speed live sessions run."""


@dataclass
class Outcome:
    """What came of a seed."""

    verdicts: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    deaths: int = 0
    resets: int = 0
    """How often a connection was reset."""
    story: list[tuple[float, str]] = field(default_factory=list)
    """What happened when, where a story was asked for."""


@dataclass(frozen=True)
class Proof:
    """An operation that said PROVEN."""

    number: int
    intent: Intent
    customer: int
    server: str
    username: str
    wanted: str
    seen: Sequence[tuple[float, Observation]]
    """What was seen, with when the looking began."""
    at: float

    def last(self, kind: type) -> float:
        """When the newest look of a kind began."""
        return max((began for began, seen in self.seen if isinstance(seen, kind)), default=self.at)

    def __str__(self) -> str:
        return f"operation {self.number} ({self.intent} {self.username}, {self.wanted})"


@dataclass
class Judge:
    """Reads the journal beside the product, and asks the world."""

    reader: sqlite3.Connection
    wire: Wire
    oracle: Oracle
    truth: Truth
    restarts: Restarts
    outcome: Outcome
    violated: Callable[[str], None]
    edits: list[tuple[float, str]] = field(default_factory=list)
    """When an account was changed by hand, and whose."""
    proofs: list[Proof] = field(default_factory=list)
    ended: dict[int, str] = field(default_factory=dict)
    """What the operations that are over ended as."""

    def committed(self) -> None:
        """Called after each commit, before anything else can happen."""
        rows = self.reader.execute("select id, verdict, status from operation where finished_at is not null").fetchall()
        mistakes = self.reader.execute("select id, reasons from operation where reasons like '[\"internal error %'")
        for number, reasons in mistakes.fetchall():
            self.violated(f"operation {number}: {reasons}")
        for number, verdict, status in rows:
            name = verdict or status
            if number in self.ended:
                if self.ended[number] != name:
                    self.violated(f"operation {number} ended {self.ended[number]}, and now {name}")
                continue
            self.ended[number] = name
            self.outcome.verdicts[name] = self.outcome.verdicts.get(name, 0) + 1
            if verdict == Verdict.PROVEN:
                self._proven(self._proof(number))

    def _proof(self, number: int) -> Proof:
        statement = (
            "select intent, customer_id, server.name, username, wanted from operation"
            " join server on server.id = server_id where operation.id = ?"
        )
        intent, customer, server, username, wanted = self.reader.execute(statement, (number,)).fetchone()
        statement = "select started_at, detail from operation_step where operation_id = ? order by sequence"
        steps = self.reader.execute(statement, (number,)).fetchall()
        seen = tuple((seconds(at), decode(json.loads(detail))) for at, detail in steps)
        return Proof(number, Intent(intent), customer, server, username, wanted, seen, self.wire.loop.time())

    def _proven(self, proof: Proof) -> None:
        self.wire.move()
        for words in (*self._contrary(proof), *self._lacks(proof)):
            self.violated(f"{proof} says PROVEN, but {words}")
        self.proofs.append(proof)
        for after in LATER:
            self.wire.loop.call_later(after, self._again, proof, context=Context())

    def _again(self, proof: Proof) -> None:
        self.wire.move()
        later = self.wire.loop.time() - proof.at
        if proof.intent in ACCESS and "anew" not in proof.wanted and not self._overtaken(proof):
            for words in self._access(proof):
                self.violated(f"{proof} said PROVEN {later:.1f} s ago, but {words}")
        elif proof.intent in RATES and not self._newer(proof):
            for words in self._contrary(proof):
                self.violated(f"{proof} said PROVEN {later:.1f} s ago, but {words}")

    def _newer(self, proof: Proof) -> list[tuple[str, str]]:
        """(intent, wanted) of what was asked for later."""
        statement = "select intent, wanted from operation where id > ? and customer_id = ?"
        return self.reader.execute(statement, (proof.number, proof.customer)).fetchall()

    def _overtaken(self, proof: Proof) -> bool:
        """Whether somebody wanted something else since: by a newer intent, or by hand."""
        newer = self._newer(proof)
        ends = any(intent in (*ACCESS, Intent.REMOVE) or "former" in json.loads(wanted) for intent, wanted in newer)
        return ends or self._edited(proof)

    def _edited(self, proof: Proof) -> bool:
        """Whether an account was changed by hand after the operation last looked at it."""
        looked, person = proof.last(AccountSeen), self.truth.person(proof.username)
        return any(at >= looked and whose == person for at, whose in self.edits)

    def _lacks(self, proof: Proof) -> Iterator[str]:
        """What the journal does not show, although the verdict rests on it."""
        if proof.intent not in (*ACCESS, Intent.KICK):
            return
        statement = "select name from nas where server_id = (select id from server where name = ?)"
        nases = [name for (name,) in self.reader.execute(statement, (proof.server,))]
        log, wanted = [seen for _, seen in proof.seen if not seen.former], json.loads(proof.wanted)
        secrets = isinstance(self.truth, SecretsTruth)
        audit = Audit(log, nases, wanted, ISOLATION_LIST, self._let_in_before(proof), secrets)
        match proof.intent:
            case Intent.ISOLATE:
                yield from audit.isolate()
            case Intent.ACTIVATE:
                yield from audit.activate()
            case _:
                yield from audit.kick()

    def _let_in_before(self, proof: Proof) -> bool:
        """Whether an earlier operation saw a login of that account accepted."""
        statement = (
            "select count(*) from operation_step join operation on operation.id = operation_id"
            " where customer_id = ? and username = ? and operation.id < ? and name in ('control login', 'test login')"
            " and outcome = 'accepted'"
        )
        values = (proof.customer, proof.username, proof.number)
        return bool(self.reader.execute(statement, values).fetchone()[0])

    # -- what contradicts a proof

    def _contrary(self, proof: Proof) -> Iterator[str]:
        if proof.intent is Intent.KICK:
            yield from self._kicked(proof)
        elif proof.intent is Intent.RENEW:
            yield from self._renewed(proof)
        elif proof.intent is Intent.REBOOT:
            yield from self.restarts.contrary(proof.username, proof.seen)
        elif proof.intent is Intent.PROFILE_ENSURE:
            yield from self.truth.profile_there(self.reader, proof.number, proof.server, proof.username)
        elif proof.intent is Intent.APPLY:
            yield from self.truth.applied(self.reader, proof.number, proof.username, self._listed_last(proof))
        elif proof.intent is Intent.SPEED and "rate" in json.loads(proof.wanted):
            yield from self.truth.on_speed(proof.username, self._listed_last(proof))
        elif proof.intent is Intent.SPEED:
            yield from self.truth.applied(self.reader, proof.number, proof.username, self._listed_last(proof))
        elif self._edited(proof):
            return
        elif proof.intent in ACCESS:
            yield from self._access(proof)
        elif proof.intent is Intent.REMOVE:
            yield from self.truth.removed(proof.server, proof.username, proof.last(SessionsSeen))
        else:
            yield from self.truth.provisioned(self.reader, proof.number, proof.server, proof.last(SessionsSeen))

    def _access(self, proof: Proof) -> Iterator[str]:
        """True at once, and true as long as nobody wants something else."""
        dial = self.truth.dial(proof.server, proof.username)
        if proof.intent is Intent.ISOLATE:
            since = proof.last(SessionsSeen)
            for session in self.truth.passing(proof.server, proof.username, since):
                yield f"session {session.acct_session_id} of {session.started:.3f} passes traffic"
            yield from self.truth.local_doors(proof.server, proof.username, since)
            yield from self.truth.open_connections(proof.username)
            yield from self.truth.let_by(proof.username)
            allowed = {Dial.REFUSED} if "reject" in proof.wanted else {Dial.REFUSED, Dial.WALLED}
            if dial not in allowed:
                yield f"a dial of the customer would be {dial}"
        else:
            if self.oracle.walled(proof.username):
                yield "the customer is walled"
            # what RouterOS 6 shows of a plan that is over is not known: a live session is all there is to see
            over = "anew" in proof.wanted or self.truth.over_unseen(proof.server, proof.username)
            unseen = over and self.oracle.can_pass_traffic(proof.username)
            if dial is not Dial.OPEN and not unseen:
                yield f"a dial of the customer would be {dial}"

    def _renewed(self, proof: Proof) -> Iterator[str]:
        """Only the record says something else: no server is told."""
        text = json.loads(proof.wanted)["paid_until"]  # None: an undone first payment
        wanted = None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)
        statement = "select paid_until from customer where id = ?"
        for (paid,) in self.reader.execute(statement, (proof.customer,)).fetchall():
            if (None if paid is None else datetime.fromisoformat(paid)) != wanted:
                yield f"the record says {paid}"

    def _kicked(self, proof: Proof) -> Iterator[str]:
        listed: dict[str, float] = {}
        for began, seen in proof.seen:
            if isinstance(seen, Kicked):
                break
            if isinstance(seen, SessionsSeen):
                listed |= {session.session_id: began for session in seen.sessions}
        looked = min((began for began, seen in proof.seen if isinstance(seen, SessionsSeen)), default=0.0)
        for session in self.oracle.sessions_really(proof.username):
            # the server's NASes showed it, or it was there before anybody looked, on whichever NAS
            if session.started < max(listed.get(session.acct_session_id, 0.0), looked):
                yield f"session {session.acct_session_id} lives on"
            elif "cookie" in session.login_by and session.started < proof.last(SessionsSeen):
                yield f"a cookie has brought {session.acct_session_id} back"

    @staticmethod
    def _listed_last(proof: Proof) -> set[str]:
        """Ids of the sessions that each NAS listed last."""
        last = {
            seen.nas: {one.session_id for one in seen.sessions}
            for _, seen in proof.seen
            if isinstance(seen, SessionsSeen)
        }
        return {session_id for ids in last.values() for session_id in ids}

    # -- when all is quiet

    def at_the_end(
        self, acknowledged: set[int], servers: Sequence[str], passwords: dict[int, str], *, hollow: bool
    ) -> None:
        """Nothing lost, nothing twice, proofs that nobody overtook still true, database and servers agree."""
        self.wire.move()
        known = {row[0] for row in self.reader.execute("select id from operation")}
        if acknowledged - known:
            self.violated(f"acknowledged operations are gone: {acknowledged - known}")
        for proof in self.proofs:
            self._again(proof)
        for server in servers:
            for words in self.truth.doubles(server):
                self.violated(words)
        for words in self.restarts.too_many(self.reader):
            self.violated(words)
        self._journal()
        self._runs()
        edited = {whose: at for at, whose in sorted(self.edits)}
        for words in Agreement(self.reader, self.truth, passwords, edited, hollow=hollow).contradictions():
            self.violated(f"at the end: {words}")

    def _runs(self) -> None:
        """The rows of runs on many say what their operations ended as, and what no operation stands behind is no proof.

        What those operations said of the world was judged as each of them ended.
        """
        rows = (
            "select run_id, bulk_row.customer_id, outcome, operation.verdict, operation.status from bulk_row"
            " left join operation on operation.id = operation_id"
        )
        for run, customer, outcome, verdict, status in self.reader.execute(rows).fetchall():
            ended = verdict or status or "without one"
            if outcome is not None and (status or outcome == Verdict.PROVEN) and outcome != ended:
                self.violated(f"run {run} says {outcome} of customer {customer}, whose operation ended {ended}")

    def _journal(self) -> None:
        """Nobody wrote evidence after another took over, nor to the server for a wish that was no longer the newest."""
        epochs: dict[int, int] = {}
        steps = (
            "select operation_id, epoch, name, outcome, started_at from operation_step order by operation_id, sequence"
        )
        writes: dict[int, float] = {}
        for number, epoch, name, outcome, started in self.reader.execute(steps).fetchall():
            if epoch < epochs.get(number, 0):
                self.violated(f"operation {number}: a step of epoch {epoch} after one of {epochs[number]}")
            epochs[number] = max(epoch, epochs.get(number, 0))
            if name == "write" and outcome in ("confirmed", "already so"):
                writes[number] = seconds(started)
        wishes = (
            "select id, server_id, customer_id, created_at from operation"
            " where intent in ('isolate', 'activate') order by id desc"
        )
        newest: dict[tuple[int, int], float] = {}
        for number, server, customer, created in self.reader.execute(wishes).fetchall():
            if writes.get(number, 0.0) > newest.get((server, customer), float("inf")) + 0.1:
                self.violated(f"operation {number} wrote although something else was wanted by then")
            newest[server, customer] = seconds(created)


def seconds(text: str) -> float:
    """Virtual seconds of a time in the database."""
    return (datetime.fromisoformat(text) - START.replace(tzinfo=None)).total_seconds()
