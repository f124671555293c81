"""The command line's way in. Nothing is imported before it is known what was asked."""

import sys


def run() -> None:
    """Run the process's arguments and exit."""
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: list[str]) -> int:
    """Run arguments (without the program's name); the exit status. Never raises."""
    if arguments == ["--version"]:
        from radiusbridge import __version__

        sys.stdout.write(f"radiusbridge {__version__}\n")
        return 0
    from radiusbridge.cli.diagnostics import guarded

    return guarded(arguments)
