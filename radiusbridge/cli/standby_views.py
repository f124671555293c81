"""Pairs of server and standby as rows and JSON."""

from typing import TYPE_CHECKING, Any

from radiusbridge.cli import output
from radiusbridge.cli.views import View, time_of
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.standby.checking import Check
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


def check_lines(active: str, standby: str, seen: "Check") -> list[tuple[str, bool, str]]:
    """(what, whether it is well, in words) of a health check."""
    found = [(active, not seen.active[1], seen.active[1] or seen.active[0])]
    found.append((standby, not seen.standby[1], seen.standby[1] or seen.standby[0]))
    found += [(nas.name, not (nas.wrong or nas.deaf), nas.words) for nas in seen.nases]
    if seen.compared is None:
        found.append(("accounts", False, f"not compared: {seen.compared_why or 'not asked for'}"))
    else:
        hidden = f"; not shown: {', '.join(seen.compared.hidden)}" if seen.compared.hidden else ""
        told = "; ".join(seen.compared.told(5)) or f"{seen.compared.same} are as the database says{hidden}"
        found.append(("accounts", not seen.compared.count, told))
    behind = f"{seen.behind} changes were not brought to {standby} yet" if seen.behind else "nothing waits for it"
    found.append(("changes", not seen.behind, behind))
    return found
