"""What is watched, and from where on it is an alert. Pure.

Every rule looks at one figure, its level: the higher, the worse. Where a level is a share, 0.9 is nine tenths.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.values import format_duration


class Kind(StrEnum):
    """What can be wrong."""

    ROUTER_DOWN = "router-down"
    """It does not answer."""
    API_ERRORS = "api-errors"
    """It answers, and refuses us or parts of what we ask."""
    SESSIONS_FELL = "sessions-fell"
    """A good part of a NAS's sessions is gone, compared with the last quarter of an hour."""
    POOL_FULL = "pool-full"
    """An address pool, with those that it goes on to."""
    PROBE_FAILED = "probe-failed"
    """A probe did not end as expected."""
    CLOCK_OFF = "clock-off"
    """Seconds between a router's clock and ours."""
    LICENCE_CAP = "licence-cap"
    """Sessions against what the licence carries."""
    VOUCHER_GUESSING = "voucher-guessing"
    """Unknown codes are tried, against how many are too many."""
    VOUCHER_SHARED = "voucher-shared"
    """Devices that have one code, against how many may."""
    VOUCHER_FOREIGN = "voucher-foreign"
    """Codes on a router that pass for ours, and are not."""
    VOUCHER_GONE = "voucher-gone"
    """Codes of ours that vanished from their router."""
    VOUCHER_ALTERED = "voucher-altered"
    """Codes of ours that somebody changed on their router."""
    VOUCHER_END = "voucher-end"
    """Vouchers that are over, or void, and of which it was not seen that nobody gets in with them any more."""
    VOUCHER_STOCK = "voucher-stock"
    """Fewer vouchers are ready to be sold than have to be."""
    STANDBY = "standby"
    """A standby does not work, is not in step, or is not known to a NAS; or roles were turned, and not all is well."""
    BACKUP_FAILED = "backup-failed"
    """A router's export, backup or User Manager's database was not kept by the last round, or there was none."""


class Severity(StrEnum):
    """How grave an alert is."""

    WARNING = "warning"
    CRITICAL = "critical"
    """Told in quiet hours, too."""

    @property
    def rank(self) -> int:
        """The higher, the graver."""
        return (Severity.WARNING, Severity.CRITICAL).index(self)


SHARES = frozenset({Kind.SESSIONS_FELL, Kind.POOL_FULL, Kind.LICENCE_CAP, Kind.VOUCHER_GUESSING})
"""Kinds whose level is a share."""
COUNTS = frozenset({Kind.VOUCHER_FOREIGN, Kind.VOUCHER_GONE, Kind.VOUCHER_ALTERED, Kind.VOUCHER_END})
"""Kinds whose level is a number of things."""
YES_OR_NO = frozenset(
    {
        Kind.ROUTER_DOWN,
        Kind.API_ERRORS,
        Kind.PROBE_FAILED,
        Kind.VOUCHER_SHARED,
        Kind.VOUCHER_STOCK,
        Kind.BACKUP_FAILED,
        Kind.STANDBY,
    }
)
"""Kinds whose level is 0 or 1."""
LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """From `above` on it is bad, below `below` good; between them nothing changes. hold: how long it has to be bad
    until it is raised. clear: how long it has to be good until it is resolved."""

    kind: Kind
    severity: Severity
    above: float
    below: float
    hold: timedelta
    clear: timedelta
    on: bool = True


def _rule(kind: Kind, severity: Severity, above: float, below: float, hold: int, clear: int = 120) -> Rule:
    return Rule(kind, severity, above, below, timedelta(seconds=hold), timedelta(seconds=clear))


DEFAULTS: dict[Kind, Rule] = {
    rule.kind: rule
    for rule in (
        _rule(Kind.ROUTER_DOWN, Severity.CRITICAL, 1, 1, 90),
        _rule(Kind.API_ERRORS, Severity.WARNING, 1, 1, 180),
        _rule(Kind.SESSIONS_FELL, Severity.CRITICAL, 0.3, 0.15, 30),
        _rule(Kind.POOL_FULL, Severity.WARNING, 0.9, 0.85, 0, 300),
        _rule(Kind.PROBE_FAILED, Severity.WARNING, 1, 1, 60),
        _rule(Kind.CLOCK_OFF, Severity.WARNING, 60, 30, 120),
        _rule(Kind.LICENCE_CAP, Severity.WARNING, 0.9, 0.85, 0, 300),
        _rule(Kind.VOUCHER_GUESSING, Severity.CRITICAL, 1, 0.5, 0, 600),
        _rule(Kind.VOUCHER_SHARED, Severity.WARNING, 1, 1, 60, 900),
        _rule(Kind.VOUCHER_FOREIGN, Severity.WARNING, 1, 1, 0, 60),
        _rule(Kind.VOUCHER_GONE, Severity.WARNING, 1, 1, 0, 60),
        _rule(Kind.VOUCHER_ALTERED, Severity.WARNING, 1, 1, 0, 60),
        _rule(Kind.VOUCHER_END, Severity.WARNING, 1, 1, 0, 0),
        _rule(Kind.VOUCHER_STOCK, Severity.WARNING, 1, 1, 0, 0),
        _rule(Kind.BACKUP_FAILED, Severity.WARNING, 1, 1, 0, 0),
        _rule(Kind.STANDBY, Severity.CRITICAL, 1, 1, 60, 60),
    )
}
"""As long as nothing else is said."""


def checked(rule: Rule) -> Rule:
    """The rule, which can be kept to. BadInput."""
    name = str(rule.kind)
    if not 0 < rule.below <= rule.above < 1e9:
        raise BadInput("a rule is bad from a level on, and good below the same or a lower one", target=name)
    if rule.kind in SHARES and rule.above > 1:
        raise BadInput("this level is a share", target=name, hint="10% to 100%")
    if rule.kind in YES_OR_NO and (rule.above, rule.below) != (1, 1):
        raise BadInput("this is so or not so: there is no level to set", target=name, hint="--for says how long")
    if max(rule.hold, rule.clear) > LONGEST or min(rule.hold, rule.clear) < timedelta(0):
        raise BadInput("that takes too long", target=name, hint="up to 1d")
    return rule


def parse_level(kind: Kind, text: str) -> float:
    """`90%`, `0.9` or, of seconds, `60`. BadInput."""
    plain = text.strip()
    try:
        level = float(plain[:-1]) / 100 if plain.endswith("%") else float(plain.removesuffix("s"))
    except ValueError:
        level = float("nan")
    if not 0 < level < 1e9:
        hint = "90%" if kind in SHARES else "a number of seconds" if kind is Kind.CLOCK_OFF else ""
        hint = "how many" if kind in COUNTS else hint
        raise BadInput("that is no level", target=text[:40], hint=hint)
    return level


def level_text(kind: Kind, level: float) -> str:
    """`90%`, `60 s`, `3`, or nothing where there is no level to tell."""
    if kind in YES_OR_NO:
        return ""
    if kind in COUNTS:
        return f"{level:.0f}"
    return f"{level * 100:.0f}%" if kind in SHARES else f"{level:.0f} s"


def duration_text(time: timedelta) -> str:
    """`1m30s`; `at once` for none."""
    return format_duration(int(time.total_seconds())) if time else "at once"
