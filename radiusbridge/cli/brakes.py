"""The brakes of verbs on many customers, as options."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli.options import SECONDS, stacked

if TYPE_CHECKING:
    from radiusbridge.services.bulk.pacing import Brakes

F = TypeVar("F", bound=Callable[..., Any])

brake_options: Callable[[F], F] = stacked(
    click.option("--per-second", type=float, metavar="X", help="Customers begun a second; 0: no limit. Default: 10."),
    click.option(
        "--server-per-second", "--per-server", type=float, metavar="X", help="The same for each server. Default: 3."
    ),
    click.option("--side-by-side", type=int, metavar="N", help="In flight on each server. Default: 48."),
    click.option("--canary", type=int, metavar="N", help="The first N have to end well; 0: none. Default: 3."),
    click.option("--accept-unproven", is_flag=True, default=None, help="UNPROVEN is well enough for the canary."),
    click.option("--failure-limit", type=int, metavar="N", help="FAILED customers that stop it; 0: none. Default: 5."),
)
live_brake_options: Callable[[F], F] = stacked(
    click.option("--per-second", type=float, metavar="X", help="Customers begun a second; 0: no limit. Default: 0."),
    click.option(
        "--per-server", "--server-per-second", "server_per_second", type=float, metavar="X",
        help="The same for each RADIUS server. Default: 20.",
    ),
    click.option("--per-nas", type=float, metavar="X", help="The same for each NAS. Default: 5."),
    click.option("--batch", type=int, metavar="N", help="Of a NAS, until 90 % of them are back. Default: 50."),
    click.option("--back-within", type=SECONDS, metavar="TIME", help="How long that may take. Default: 120s."),
    click.option("--side-by-side", type=int, metavar="N", help="In flight on each server. Default: 300."),
    click.option("--canary", type=int, metavar="N", help="The first N have to end well; 0: none. Default: 3."),
    click.option("--accept-unproven", is_flag=True, default=None, help="UNPROVEN is well enough for the canary."),
    click.option("--failure-limit", type=int, metavar="N", help="FAILED customers that stop it; 0: none. Default: 5."),
    click.option("--timeout-limit", type=int, metavar="N", help="RADIUS timeouts of the NASes that do. Default: 20."),
    click.option("--cpu-rise", type=int, metavar="N", help="Points of CPU load of a NAS that do. Default: 40."),
)  # fmt: skip
"""Of verbs that put people out; how they are by default may be changed by `RADIUSBRIDGE_BRAKES`."""
_BRAKES = (
    "per_second", "server_per_second", "side_by_side", "canary", "accept_unproven", "failure_limit",
    "per_nas", "batch", "back_within", "timeout_limit", "cpu_rise",
)  # fmt: skip


def brakes_of(options: dict[str, Any], usual: "Brakes | None" = None) -> "Brakes":
    """The brakes that were typed, the others as usual. BadInput."""
    from radiusbridge.services.bulk.pacing import Brakes

    typed = {name: options[name] for name in _BRAKES if options.get(name) is not None}
    return replace(usual or Brakes(), **typed)
