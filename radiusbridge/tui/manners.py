"""What the terminal and the link to it ask for: colours, signs, mouse, clipboard, pace. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SLOW_PERIOD = 5.0
"""Seconds between two repaints that nobody asked for, on a slow link."""
CALM = 6
"""Times that period for what changes a little all the time, and says little by it: sparklines."""
SLOW_RATE = 8_000
"""Octets a second below which a link counts as slow: the first screen takes 40,000 in 16 colours."""
MEASURED = 1.0
"""Seconds of writing before the rate says anything."""
_MONOCHROME = re.compile(r"vt\d|.*-m(ono)?$")


@dataclass(frozen=True, slots=True)
class Manners:
    """How the dashboard behaves on this terminal.

    slow_link: repaint seldom, in 16 colours, without movement. ascii: borders and signs of ASCII. mouse: report it.
    copy: use the terminal's clipboard (OSC 52). colourless: not one colour. theme: `bridge`, or the terminal's own
    sixteen colours.
    """

    slow_link: bool = False
    ascii: bool = False
    mouse: bool = True
    copy: bool = True
    colourless: bool = False
    theme: str = "bridge"


def manners_of(
    environment: Mapping[str, str],
    *,
    slow_link: bool | None = None,
    ascii: bool | None = None,  # noqa: A002 - the switch is called so
    mouse: bool | None = None,
) -> Manners:
    """From the switches, else RADIUSBRIDGE_SLOW_LINK, _ASCII, _MOUSE and _COPY (1, 0), else what the terminal says."""
    slow = _chosen(slow_link, environment, "RADIUSBRIDGE_SLOW_LINK", default=False)
    term = environment.get("TERM", "")
    colourless = "NO_COLOR" in environment or _MONOCHROME.match(term) is not None
    rich = environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or "256color" in term or "direct" in term
    return Manners(
        slow,
        _chosen(ascii, environment, "RADIUSBRIDGE_ASCII", default=not speaks_utf8(environment)),
        _chosen(mouse, environment, "RADIUSBRIDGE_MOUSE", default=True),
        _chosen(None, environment, "RADIUSBRIDGE_COPY", default=True),
        colourless,
        "bridge" if rich and not slow and not colourless else "ansi-dark",
    )


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the locale is one of UTF-8; one that is not named at all counts as such, as sshd often names none.

    Python itself puts LC_CTYPE=C.UTF-8 into the environment where LANG says C (PEP 538): that is no wish of anybody.
    """
    language = environment.get("LANG", "")
    named = environment.get("LC_ALL") or environment.get("LC_CTYPE") or language
    if language in {"C", "POSIX"} and not environment.get("LC_ALL") and environment.get("LC_CTYPE") == "C.UTF-8":
        named = language
    return not named or "utf8" in named.lower().replace("-", "")


def _chosen(switch: bool | None, environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    if switch is not None:
        return switch
    named = environment.get(name, "").strip().lower()
    return default if not named else named not in {"0", "no", "off", "false"}


def slow_rate(octets: int, busy: float) -> float | None:
    """Octets a second of a link that has shown itself to be slow; None: it is not, or not known yet."""
    return octets / busy if busy >= MEASURED and octets / busy < SLOW_RATE else None


class Pace:
    """Holds back repaints that nobody asked for, where the link is slow."""

    def __init__(self, now: Callable[[], float], *, slow: bool) -> None:
        """now: seconds that only go forward."""
        self._now = now
        self._last: dict[str, float] = {}
        self.slow = slow

    def due(self, name: str, times: int = 1) -> bool:
        """Whether it is time again for the repaint of that name. times: the usual period."""
        now, period = self._now(), SLOW_PERIOD * times
        if self.slow and now - self._last.get(name, now - period) < period:
            return False
        self._last[name] = now
        return True
