"""Run the benches and print a table; with `--strict`, exit status 1 if a goal was missed; with `--quick`, those that
can be shorter are."""

import argparse
import importlib
import sys

NAMES = (
    "startup",
    "routeros_rows",
    "radius_disconnect",
    "radius_load",
    "probe_send",
    "recording",
    "isolate",
    "bulk",
    "mass_kick",
    "session_view",
    "traffic",
    "add",
    "vouchers",
    "voucher_lists",
    "print",
    "report",
    "dark",
    "journal",
    "imports",
    "freeradius",
    "compare",
    "plan",
    "drift",
    "search",
    "copy",
    "dashboard",
    "agent_idle",
    "scaling",
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all of them, or some: {', '.join(NAMES)}")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in NAMES]:
        parser.error(f"no such bench: {', '.join(unknown)}")
    missed = 0
    for name in chosen.names or NAMES:
        module = importlib.import_module(f"bench.{name}")
        quick = getattr(module, "quick", None) if chosen.quick else None
        found = (quick or module.run)()
        for result in [found] if isinstance(found, dict) else found:
            met = result.pop("met", True)
            missed += not met
            print(f"{'met   ' if met else 'MISSED'} {result.pop('name')}: ratio {result.pop('ratio')}", flush=True)
            print("       " + ", ".join(f"{key} {value}" for key, value in result.items()), flush=True)
    return 1 if missed and chosen.strict else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
