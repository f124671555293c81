"""What runs on timers: the drift patrol, readings of the routers, and files of probes."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from radiusbridge.agent.config import BackupTimer, Config, ProbeTimer
from radiusbridge.agent.timers import Figures, Timer
from radiusbridge.domain.probe_runs import ProbeSuite, Told
from radiusbridge.services.context import Context
from radiusbridge.services.router_desk.rounds import TIMER

if TYPE_CHECKING:
    from radiusbridge.services.readings.watching import Readings
    from radiusbridge.services.vouchers.first_logins import FirstLogins
    from radiusbridge.services.vouchers.watching import VoucherWatch

PATROL_WITHIN = 1_800.0
DRIFT = "drift"
CARDS, CARDS_EVERY = "capability cards", 900.0
READINGS, READINGS_EVERY, READINGS_OVER = "readings", 60.0, 10.0
REDIALS, REDIALS_EVERY = "speed periods", 30.0
VOUCHERS, VOUCHERS_EVERY = "vouchers", 60.0
LOGINS, LOGINS_EVERY = "vouchers' first logins", 60.0
ENDS, ENDS_EVERY = "vouchers' ends", 15.0
FILES_WITHIN = 6 * 3_600.0
STANDBY, STANDBY_EVERY = "standby", 30.0
WATCH, WATCH_EVERY = "watch over vouchers", 60.0


@dataclass(slots=True)
class Findings:
    """What the last runs in this process found, for metrics. drift: None: no patrol ended here."""

    watch: "VoucherWatch | None" = None
    """Over vouchers, with what its last look found."""
    drift: Mapping[tuple[str, str, str], int] | None = None
    """(server, kind, severity) -> how many."""
    unread: int = 0
    probes: dict[str, tuple[ProbeSuite, tuple[Told, ...]]] = field(default_factory=dict)
    """By file."""
    readings: "Readings | None" = None
    """Of the routers."""
    files: bool = False
    """Whether files of routers are kept on a timer."""
    rounds: int = 0
    """How often all of them were read."""


def timers(context: Context, config: Config, findings: Findings) -> tuple[Timer, ...]:
    """The timers that a configuration asks for."""
    from radiusbridge.services.vouchers.first_logins import FirstLogins

    found = []
    if config.drift is not None:
        work = partial(patrolled, context, config.drift_servers, findings)
        found.append(Timer(DRIFT, config.drift, PATROL_WITHIN, work, config.drift_servers))
    found.append(Timer(READINGS, READINGS_EVERY, READINGS_EVERY, partial(routers_read, context, findings)))
    found.append(Timer(CARDS, CARDS_EVERY, PATROL_WITHIN, partial(cards_renewed, context)))
    found.append(Timer(REDIALS, REDIALS_EVERY, PATROL_WITHIN, partial(redials_followed, context)))
    found.append(Timer(VOUCHERS, VOUCHERS_EVERY, PATROL_WITHIN, partial(vouchers_written, context)))
    logins = FirstLogins(context)
    found.append(Timer(LOGINS, LOGINS_EVERY, PATROL_WITHIN, partial(logins_looked_for, logins)))
    found.append(Timer(ENDS, ENDS_EVERY, PATROL_WITHIN, partial(vouchers_ended, context)))
    found.append(Timer(STANDBY, STANDBY_EVERY, PATROL_WITHIN, partial(standbys_looked_at, context)))
    if findings.watch is not None:
        found.append(Timer(WATCH, WATCH_EVERY, PATROL_WITHIN, partial(vouchers_watched, findings.watch)))
    for probe in config.probes:
        work = partial(probed, context, probe, findings)
        found.append(Timer(f"probes {probe.file}"[:300], probe.every, max(60.0, probe.every * 2), work, (probe,)))
    findings.files = config.backups is not None
    if config.backups is not None:
        files = config.backups
        found.append(Timer(TIMER, files.every, FILES_WITHIN, partial(files_kept, context, files), (files,)))
    wanted = {str(probe.file) for probe in config.probes}
    findings.probes = {file: run for file, run in findings.probes.items() if file in wanted}
    return tuple(found)


async def patrolled(context: Context, servers: tuple[str, ...], findings: Findings) -> Figures:
    """One drift patrol; nothing is repaired."""
    from radiusbridge.domain.drift.finding import Finding, LookedAt, Unread
    from radiusbridge.services.drift.patrol import Asked, patrol

    found: Counter[tuple[str, str, str]] = Counter()
    unread = dark = 0
    async for item in patrol(context, Asked(servers)):
        if isinstance(item, Finding):
            found[item.server, str(item.kind), str(item.severity)] += 1
        elif isinstance(item, Unread):
            unread += 1
        elif isinstance(item, LookedAt):
            dark += item.read <= 0
    findings.drift, findings.unread = dict(found), unread
    by_kind: Counter[str] = Counter()
    for (_, kind, _), count in found.items():
        by_kind[kind] += count
    return {"findings": dict(by_kind), "unread": unread, "dark": dark}


async def cards_renewed(context: Context) -> Figures:
    """Read the capability cards that are missing, too old, or of a router that was updated or started since."""
    from radiusbridge.services.capabilities import refresh_stale

    return {"read": await refresh_stale(context)}


async def redials_followed(context: Context) -> Figures:
    """Set the rate of a period again on sessions that were dialled since."""
    from radiusbridge.services.speed_periods import follow_redials

    return {"set_again": await follow_redials(context)}


async def vouchers_written(context: Context) -> Figures:
    """Carry on batches of vouchers that wait for their router, or whose process is gone; end prints whose is."""
    from radiusbridge.services.vouchers.print_ends import settle
    from radiusbridge.services.vouchers.unattended import carry_on

    settled = await settle(context, asyncio.to_thread)
    return {"batches": await carry_on(context), "prints": len(settled)}


async def logins_looked_for(logins: "FirstLogins") -> Figures:
    """Look which vouchers were used since."""
    looked = await logins.look()
    return {"places": looked.places, "first_logins": looked.found, "unread": len(looked.trouble)}


async def vouchers_ended(context: Context) -> Figures:
    """End the vouchers whose time is over."""
    from radiusbridge.services.vouchers.expiring import Sweep

    swept = await Sweep(context).run()
    verdicts = Counter(str(each.verdict or each.status).lower() for each in swept.ended)
    return {"expired": swept.expired, **verdicts, "trouble": len(swept.trouble)}


async def standbys_looked_at(context: Context) -> Figures:
    """See how each server and its standby are; turn to the standby where that is asked for."""
    from radiusbridge.services.standby.automatic import look_at_all

    return await look_at_all(context)


async def vouchers_watched(watch: "VoucherWatch") -> Figures:
    """Look for guesses, shared codes, and codes that are not where they belong; the alerts tell of them."""
    return {"findings": len(await watch.look()), "unread": len(watch.unread)}


async def routers_read(context: Context, findings: Findings) -> Figures:
    """Read every router once; the minutes that are over are kept."""
    from radiusbridge.services.readings.watching import Readings

    findings.readings = findings.readings or Readings(context)
    states = await findings.readings.read_all(READINGS_OVER)
    findings.rounds += 1
    return {"routers": len(states), "answered": sum(not state.stale for state in states)}


async def files_kept(context: Context, wanted: BackupTimer) -> Figures:
    """One round of routers' exports, backups and User Manager databases; the oldest files go."""
    from radiusbridge.services.router_desk.rounds import Round, figures, keep_all
    from radiusbridge.services.secret_files import secret_from_file
    from radiusbridge.services.settings import home

    password = None
    if wanted.password_file is not None:
        password = await asyncio.to_thread(secret_from_file, str(wanted.password_file), "backup password")
    folder = wanted.folder or home() / "routers"
    asked = Round(folder, wanted.what, wanted.routers, wanted.keep, wanted.sensitive, password)
    return figures(await keep_all(context, asked, asyncio.to_thread), wanted.every)


async def probed(context: Context, timer: ProbeTimer, findings: Findings) -> Figures:
    """One run of a file, which is read anew each time."""
    from radiusbridge.services.probes import history, suites
    from radiusbridge.services.probes.files.document import load
    from radiusbridge.services.probes.running import run_cases

    suite = await suites.read_with_names(context, load(timer.file))
    sockets, tap = context.gateways.wires
    told = await run_cases(
        suite.cases,
        clock=context.clock,
        entropy=context.entropy,
        sockets=sockets,
        tap=tap,
        deadline=max(30.0, timer.every),
    )
    findings.probes[str(timer.file)] = suite, told
    await suites.remember(context, told)
    if timer.keep is not None:
        await history.keep(context, suite, told, int(timer.keep))
    return {"probes": len(told), "failed": sum(not one.ok for one in told)}
