"""`demo`: see it work, without any router."""

import sys

import click


@click.command()
@click.option("--headless", is_flag=True, help="Print a run instead of opening the dashboard; the default in a pipe.")
def demo(headless: bool) -> int | None:
    """See it work against a simulated ISP and a fresh database.

    Headless: exit status 0 only if every verdict is PROVEN.
    """
    from radiusbridge.cli.demo import run_demo

    return run_demo(headless or not (sys.stdin.isatty() and sys.stdout.isatty()))
