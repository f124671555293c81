"""What a watch over vouchers finds: evidence, and the line that mends it. Pure.

The words go to mailboxes and webhooks, and have no codes in them: often a code is the password. The evidence, which
only operators see, has those that are none of ours or are used; of others the numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote

from radiusbridge.domain.alerts.rules import Kind
from radiusbridge.domain.text import safe
from radiusbridge.domain.vouchers.census import Census
from radiusbridge.domain.vouchers.guessing import WINDOW, Guesser
from radiusbridge.domain.vouchers.mikhmon import MIKHMON_NOTES
from radiusbridge.domain.vouchers.sharing import TURNS_WITHIN, Shared

KINDS = (
    Kind.VOUCHER_GUESSING,
    Kind.VOUCHER_SHARED,
    Kind.VOUCHER_FOREIGN,
    Kind.VOUCHER_GONE,
    Kind.VOUCHER_ALTERED,
)
SHOWN = 20
"""Codes that are told as evidence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """subject: begins with the router's name; unique among its kind. level: as the alert's rule takes it."""

    kind: Kind
    router: str
    subject: str
    level: float
    words: str
    mend: str
    evidence: tuple[str, ...] = ()


def of_guesser(router: str, guesser: Guesser, mac: str) -> Finding:
    """Somebody who tries codes. mac: of the host, empty: not known."""
    minutes = int(WINDOW.total_seconds() // 60)
    who = guesser.host or "all hosts"
    device = f" ({mac})" if mac else ""
    words = f"{guesser.count} unknown codes from {who}{device} in {minutes} minutes; {guesser.limit} are too many"
    mend = f"radiusbridge hotspot binding add {quote(mac)} --type blocked --nas {quote(router)}"
    if not mac:
        # an address may be another guest's by now
        mend = f"radiusbridge hotspot host list {quote(guesser.host)} --nas {quote(router)}"
    if not guesser.host:
        mend = "radiusbridge voucher generate with a greater --length"
    return Finding(
        Kind.VOUCHER_GUESSING, router, _subject(router, guesser.host), guesser.level, words, mend, _few(guesser.codes)
    )


def of_shared(shared: Shared, name: str, batch_id: int, row: int, *, local: bool) -> Finding:
    """A code on too many devices. name: as the router has it. local: of the router's own users."""
    name = safe(name, 64)
    at_once = f"{len(shared.macs)} devices are online with it, {shared.allowed} may"
    minutes = int(TURNS_WITHIN.total_seconds() // 60)
    in_turns = f"{len(shared.macs)} devices took turns with it, {shared.turns} times back within {minutes} minutes"
    words = f"voucher {row} of batch {batch_id}: {in_turns if shared.turns else at_once}"
    kick, typed = "hotspot active kick" if local else "kick", quote(name)
    mend = (
        f"radiusbridge {kick} {typed} --nas {quote(shared.router)}; radiusbridge voucher void {batch_id} --code {typed}"
    )
    where = _subject(shared.router, f"batch {batch_id} voucher {row}")
    evidence = (name, *(safe(mac, 40) for mac in shared.macs))
    return Finding(Kind.VOUCHER_SHARED, shared.router, where, 1, words, mend, evidence)


def of_census(router: str, found: Census, *, local: bool) -> Iterator[Finding]:
    """What differs on one router."""
    if found.foreign:
        notes = [row for row in found.foreign if row.comment.startswith(MIKHMON_NOTES)]
        names = _few([row.name for row in found.foreign])
        words = f"{_counted(len(found.foreign), 'code')} in no batch: made to pass for vouchers"
        mend = (
            f"radiusbridge hotspot user remove NAME --nas {quote(router)}"
            if local
            else "remove them, or add them as customers"
        )
        if len(notes) == len(found.foreign):
            words, mend = f"{words}: Mikhmon's", f"radiusbridge voucher import mikhmon {quote(router)}"
        yield Finding(Kind.VOUCHER_FOREIGN, router, router, len(found.foreign), words, mend, names)
    for batch_id, gone in found.gone.items():
        words = f"{_counted(len(gone), 'voucher')} of batch {batch_id} gone from the router"
        mend = f"radiusbridge voucher void {batch_id} --row {gone[0]}"
        where, evidence = _subject(router, f"batch {batch_id}"), _few([f"{batch_id}/{row}" for row in gone])
        yield Finding(Kind.VOUCHER_GONE, router, where, len(gone), words, mend, evidence)
    for batch_id, changed in found.altered.items():
        whats = sorted({what for _, what in changed})
        words = f"{_counted(len(changed), 'voucher')} of batch {batch_id} changed on the router: {'; '.join(whats[:3])}"
        mend = f"radiusbridge voucher resume {batch_id}"
        if local:
            mend = f"radiusbridge hotspot user edit NAME --nas {quote(router)}; voucher show {batch_id} --codes"
        where = _subject(router, f"batch {batch_id}")
        evidence = _few([f"{batch_id}/{row}: {what}" for row, what in changed])
        yield Finding(Kind.VOUCHER_ALTERED, router, where, len(changed), words, mend, evidence)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _subject(router: str, what: str) -> str:
    return safe(f"{router}/{what}" if what else router, 200)


def _few(texts: Sequence[str]) -> tuple[str, ...]:
    shown = tuple(safe(text, 80) for text in texts[:SHOWN])
    return (*shown, f"and {len(texts) - SHOWN} more") if len(texts) > SHOWN else shown
