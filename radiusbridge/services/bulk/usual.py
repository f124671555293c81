"""The brakes of a run where nothing else is said: those of its kind, changed by what stands in the environment."""

import os
from dataclasses import replace
from typing import Any

from radiusbridge.domain.errors import BadInput
from radiusbridge.services.bulk.kinds import LIVE
from radiusbridge.services.bulk.pacing import LIVE_BRAKES, Brakes

VARIABLE = "RADIUSBRIDGE_BRAKES"
HINT = "like RADIUSBRIDGE_BRAKES='per-nas=3 per-server=10 batch=30'"
_FIELDS: dict[str, tuple[str, type[int] | type[float]]] = {
    "per-nas": ("per_nas", float),
    "per-server": ("server_per_second", float),
    "batch": ("batch", int),
    "back-within": ("back_within", float),
    "timeout-limit": ("timeout_limit", int),
    "cpu-rise": ("cpu_rise", int),
    "canary": ("canary", int),
    "failure-limit": ("failure_limit", int),
    "side-by-side": ("side_by_side", int),
}


def usual_brakes(kind: str) -> Brakes:
    """Of a kind of run. BadInput: the environment says what is no brake."""
    if kind not in LIVE:
        return Brakes()
    changed: dict[str, Any] = {}
    for word in os.environ.get(VARIABLE, "").split():
        name, _, text = word.partition("=")
        if name not in _FIELDS:
            raise BadInput(f"“{name[:40]}” is no brake", target=VARIABLE, hint=HINT)
        field, number = _FIELDS[name]
        try:
            changed[field] = number(text)
        except ValueError as error:
            raise BadInput(f"“{word[:60]}” is no number", target=VARIABLE, hint=HINT) from error
    return replace(LIVE_BRAKES, **changed)


def paced(brakes: Brakes, pace: float) -> Brakes:
    """The same brakes at another pace: every rate times `pace`. BadInput: more than 1,000 a second."""
    return replace(
        brakes,
        per_second=brakes.per_second * pace,
        server_per_second=brakes.server_per_second * pace,
        per_nas=brakes.per_nas * pace,
    )
