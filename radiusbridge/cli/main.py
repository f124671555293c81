"""The command line's way in. Nothing is imported before it is known what was asked."""

import gc
import sys

COLLECT_EVERY = 50_000
"""Allocations between two collections; with Python's 700 a tenth of a short verb's time goes into them."""


def run() -> None:
    """Run the process's arguments and exit."""
    status = execute(sys.argv[1:])
    gc.freeze()  # the interpreter looks through everything once more when it ends, which takes it 15 ms
    sys.exit(status)


def execute(arguments: list[str]) -> int:
    """Run arguments (without the program's name); the exit status. Never raises."""
    if arguments == ["--version"]:
        from radiusbridge import __version__

        sys.stdout.write(f"radiusbridge {__version__}\n")
        return 0
    from radiusbridge.cli.diagnostics import guarded

    gc.set_threshold(COLLECT_EVERY, *gc.get_threshold()[1:])
    return guarded(arguments)
