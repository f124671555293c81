"""Defects planted one at a time, to see whether the simulation finds them: `python -m tests.sim.mutants`."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.sim.soak import say

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Mutant:
    """A defect: in `file` of the package, the one place that reads `old` reads `new` instead."""

    name: str
    file: str
    old: str
    new: str
    also: tuple[tuple[str, str, str], ...] = ()
    """More such places, (file, old, new)."""
    first: int = 0
    """Where the seeds begin that are run: what few of them meet is looked for there."""


_GOING = (
    "    going = [session for session in rule.rows(newest) if rule.must_go(session, session.session_id in earlier)]\n"
)
_FORGIVEN = """    kicks = [kick for row in going for kick in evidence.kicks(nas.name, row.session_id)]
    if going and any(kick.answer == "{}" for kick in kicks):
        return Leg("sessions", LegState.OBSERVED, "gone")
"""

MUTANTS = (
    Mutant(
        "settle time is skipped",
        "domain/sagas/sessions.py",
        "if len(clean) >= CLEAN_READS and watched >= rule.settle:",
        "if len(clean) >= 1:",
    ),
    Mutant(
        "a router that answers counts as started anew",
        "domain/sagas/restart.py",
        "return seen.started > before.started + SLACK",
        "return True",
    ),
    Mutant("read back is skipped", "domain/sagas/writing.py", "    if back.good:\n", "    if True:\n"),
    Mutant(
        "NAS that cannot be read is ignored",
        "domain/sagas/kicking.py",
        'return Leg("sessions", LegState.UNOBSERVED, words)\n    due',
        'return Leg("sessions", LegState.OBSERVED, words)\n    due',
    ),
    Mutant(
        "local secrets are passed by",
        "domain/sagas/shadowing.py",
        "return Leg(NAME, LegState.UNOBSERVED, _words(nas, others[0])) if others else None",
        "return None",
    ),
    Mutant(
        "NAK 503 counts as gone",
        "domain/sagas/sessions.py",
        _GOING,
        _GOING + _FORGIVEN.format("not-found"),
    ),
    Mutant(
        "ACK counts as gone",
        "domain/sagas/sessions.py",
        _GOING,
        _GOING + _FORGIVEN.format("accepted"),
    ),
    Mutant(
        "refusal counts without a control",
        "domain/sagas/logins.py",
        'return Leg("login", LegState.UNOBSERVED, f"refused, but {_why_no_control(evidence)}")',
        'return Leg("login", LegState.OBSERVED, f"refused, but {_why_no_control(evidence)}")',
    ),
    Mutant(
        "newest intent is not honoured",
        "db/repositories/operations.py",
        "if submitted.intent in ACCESS and submitted.sequence > 1:",
        "if submitted.intent in ACCESS and submitted.sequence < 0:",
    ),
    Mutant(
        "lease epoch is not compared for evidence",
        "db/repositories/steps.py",
        '_o.lease_epoch == bindparam("epoch"), ',
        "",
    ),
    Mutant(
        "lease epoch is not compared anywhere",
        "db/repositories/leases.py",
        '_o.lease_epoch == bindparam("epoch"), _o.status',
        "_o.status",
        (("db/repositories/steps.py", '_o.lease_epoch == bindparam("epoch"), ', ""),),
    ),
    Mutant(
        "a lease counts as over from the start",
        "db/repositories/leases.py",
        '"lease_until": now + timedelta(seconds=lease_seconds),',
        '"lease_until": now,',
    ),
    Mutant(
        "the fence lets everybody pass",
        "gateways/fence.py",
        "    _fence.get()(ahead)\n",
        "    _fence.get()\n",
        first=600,
    ),
    Mutant(
        "a process that wakes does not look at its lease",
        "services/holding.py",
        "if self._lost or self.since.ago(self.context.clock) + ahead > LEASE - MARGIN:",
        "if self._lost:",
        first=800,
    ),
    Mutant(
        "a lease is not renewed",
        "services/holding.py",
        "            await clock.sleep(pause)\n",
        "            await clock.sleep(1e9)\n",
    ),
    Mutant(
        "kick goes out beside the write",
        "domain/sagas/isolate.py",
        "    return Decision((WriteAccess(seen.account, plan.change),))\n",
        "    from radiusbridge.domain.effects import Kick, Rung\n"
        "    kicks = tuple(Kick(row, Rung.DISCONNECT) for nas in plan.nases for at in evidence.looks(nas.name)\n"
        "                  for row in getattr(at, 'sessions', ()))\n"
        "    return Decision((WriteAccess(seen.account, plan.change), *kicks))\n",
    ),
    Mutant(
        "walled list is not checked",
        "domain/sagas/isolate.py",
        "            return plan.change.isolation in session.lists\n",
        "            return bool(plan.change.isolation)\n",
    ),
    Mutant(
        "another open hold is ignored on activate",
        "services/access.py",
        "    if left:\n        return Submitted(customer, None, left)\n",
        "",
    ),
    Mutant(
        "evidence of earlier attempts counts",
        "domain/evidence.py",
        "return self.log[start:end]",
        "return self.log[:end]",
    ),
    Mutant(
        "readings from before the kick count as clean",
        "domain/sagas/sessions.py",
        "if at.began < floor or any(",
        "if any(",
    ),
    Mutant(
        "only sessions from before the write have to go",
        "domain/sagas/isolate.py",
        "rule = SessionRule(lambda _row, _earlier: True, ",
        "rule = SessionRule(lambda _row, earlier: earlier, ",
    ),
    Mutant(
        "walled sessions survive activate",
        "domain/sagas/activate.py",
        "        lambda row, _earlier: walled(row),\n",
        "        lambda row, _earlier: False,\n",
    ),
    Mutant(
        "only the first NAS is looked at",
        "services/plans.py",
        " for nas in subject.nases)\n    match",
        " for nas in subject.nases)[:1]\n    match",
    ),
    Mutant(
        "a speed counts as set once the NAS was asked",
        "domain/sagas/rating.py",
        "    if session.limits == rating.limits:\n",
        "    if session.limits == rating.limits or evidence.changes(nas.name, session.session_id):\n",
    ),
    Mutant(
        "silence counts as a refusal",
        "domain/sagas/logins.py",
        "    if last.answer not in {LoginAnswer.UNANSWERED, LoginAnswer.UNTRUSTED}:\n        return None\n",
        "    if last.answer is not LoginAnswer.ACCEPTED:\n        return None\n",
    ),
    Mutant(
        "an operation that waits is forgotten",
        "db/repositories/leases.py",
        'else_=or_(_o.not_before.is_(None), _o.not_before <= bindparam("now")),',
        "else_=_o.not_before.is_(None),",
    ),
    Mutant(
        "a held customer is let in under a new name",
        "services/equipping.py",
        "        hold = _hold(unit, customer, server, profile)\n",
        "        hold = None\n",
    ),
    Mutant(
        "old sessions survive a changed password",
        "domain/sagas/changing.py",
        "        lambda row, earlier: earlier or row.session_id in doubtful,",
        "        lambda row, earlier: False,",
    ),
    Mutant(
        "what a move left behind is not looked at",
        "services/equipping.py",
        "customer is not None and looks_there(operation) else None",
        "customer is None else None",
    ),
    Mutant(
        "a removal that is undone forgets how the customer was kept out",
        "services/undoing.py",
        "            policy = held_by(unit, change.before.id, unit.servers.get(back.server_id))\n",
        "            policy = unit.servers.get(back.server_id).isolation_policy\n",
        first=2600,
    ),
    Mutant(
        "nothing is on disk before a write",
        "services/runner.py",
        "            if irreversible and await self._made_sure(irreversible):",
        "            if irreversible and not irreversible:",
    ),
    Mutant(
        "operations of one customer run out of order",
        "db/repositories/leases.py",
        "        _e.finished_at.is_(None),\n",
        "        _e.finished_at.is_(None),\n        _e.id < 0,\n",
    ),
)


def planted(mutant: Mutant, package: Path) -> dict[Path, str]:
    """The files of a package with the defect. ValueError: the place is not there, or not the only one."""
    found = {}
    for place, old, new in ((mutant.file, mutant.old, mutant.new), *mutant.also):
        text = (package / place).read_text()
        if text.count(old) != 1:
            raise ValueError(f"{mutant.name}: {place} has {text.count(old)} such places")
        found[package / place] = text.replace(old, new)
    return found


def plant(mutant: Mutant, folder: Path) -> None:
    """A copy of package and tests with the defect."""
    for name in ("radiusbridge", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file, text in planted(mutant, folder / "radiusbridge").items():
        file.write_text(text)


def hunt(mutant: Mutant, seeds: int, jobs: int) -> str:
    """How it was caught, or an empty text."""
    with tempfile.TemporaryDirectory(prefix="radiusbridge-mutant-") as name:
        folder = Path(name)
        plant(mutant, folder)
        numbers = ["--first", str(mutant.first), "--count", str(seeds), "--jobs", str(jobs)]
        command = [sys.executable, "-m", "tests.sim.soak", *numbers, "--brief"]
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return ""
        lines = [line for line in (*done.stdout.splitlines(), *done.stderr.splitlines()[-1:]) if "seeds/s" not in line]
        return lines[0] if lines else f"exit status {done.returncode}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit status is 0 if all were caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim.mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="those whose name has this in it")
    given = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if given.only in mutant.name]
    caught = 0
    for mutant in chosen:
        began = time.monotonic()
        words = hunt(mutant, given.seeds, given.jobs)
        caught += bool(words)
        told = words or f"not caught in {given.seeds} seeds"
        say(f"{'caught' if words else 'MISSED':8}{mutant.name:50}{time.monotonic() - began:6.1f} s  {told}")
    say(f"{caught} of {len(chosen)} caught")
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
