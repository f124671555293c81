"""`demo`: see it work, without any router."""

import sys

import click


@click.command()
@click.option("--headless", is_flag=True, help="Print a run instead of opening the dashboard; the default in a pipe.")
@click.option("--small", is_flag=True, help="In the dashboard 60 customers instead of 5,000, and no router goes dark.")
@click.option("--vouchers", is_flag=True, help="Headless: a voucher's life, from the draw to the day's report.")
@click.option("--language", default="", metavar="LANG", help="Of the dashboard: id or en.")
def demo(headless: bool, small: bool, vouchers: bool, language: str) -> int | None:
    """See it work against a simulated ISP and a fresh database.

    On a terminal the dashboard opens, with a tour of five steps.

    Headless: exit status 0 only if every verdict is PROVEN.
    """
    if vouchers:
        from radiusbridge.cli.demo_vouchers import run

        return run()
    from radiusbridge.cli.demo import run_demo

    return run_demo(headless or not (sys.stdin.isatty() and sys.stdout.isatty()), small=small, language=language)
