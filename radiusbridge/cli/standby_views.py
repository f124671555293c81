"""Pairs of server and standby as rows and JSON."""

from typing import TYPE_CHECKING, Any

from radiusbridge.cli import output
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.standby.status import PairState


def pair_view(state: "PairState") -> View:
    """A pair, with the newest health check."""
    pair = state.pair
    seen: dict[str, Any] = dict(pair.seen)
    return {
        "active": state.active,
        "standby": state.standby,
        "turned": pair.turned,
        "epoch": pair.epoch,
        "since": time_of(pair.since),
        "auto": pair.auto,
        "in_step": not state.behind and state.differs == 0,
        "behind": state.behind,
        "differs": state.differs,
        "differences": list(state.differences),
        "vouchers": seen.get("vouchers"),
        "checked_at": time_of(pair.checked_at),
        "failures": pair.failures,
        "wrong": list(state.wrong),
        "check": {name: seen[name] for name in ("active", "standby", "nases") if name in seen},
        "operation": None if state.unfinished is None else state.unfinished.id,
    }


def show_pair(state: "PairState") -> None:
    """A pair in lines."""
    pair = state.pair
    turned = " (failed over)" if pair.turned else ""
    output.details(
        [
            ("active", f"{safe(state.active, 60)}{turned}"),
            ("standby", safe(state.standby, 60)),
            ("in step", state.step),
            ("since", f"{output.local_time(pair.since)}, epoch {pair.epoch}"),
            ("by itself", "yes, by the agent" if pair.auto else "no"),
            ("checked", output.local_time(pair.checked_at) if pair.checked_at else "never"),
            *(("differs", safe(words, 300)) for words in state.differences),
            *(("wrong", safe(words, 300)) for words in state.wrong),
            *([("operation", f"{state.unfinished.id} is {state.unfinished.status}")] if state.unfinished else []),
        ]
    )
