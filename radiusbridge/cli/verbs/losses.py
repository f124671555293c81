"""`losses`: which sessions were lost together."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from radiusbridge.cli.listed import export_option
from radiusbridge.cli.options import SECONDS, json_option
from radiusbridge.cli.session import database_verb
from radiusbridge.domain.losses import LEAST, SHARE

if TYPE_CHECKING:
    from radiusbridge.services.context import Context


@click.command()
@click.option("--since", type=SECONDS, default="24h", show_default=True, help="How far back.")
@click.option("--least", type=click.IntRange(2), default=LEAST, show_default=True, help="Sessions that make a loss.")
@click.option(
    "--share", type=click.FloatRange(0, 1), default=SHARE, show_default=True, help="Part of a place's sessions."
)
@click.option("--filter", "words", metavar="WORDS", default="", help="Those that fit, like 'by:interface missing>10'.")
@export_option
@json_option
@database_verb
async def losses(
    context: "Context", since: float, least: int, share: float, words: str, file: str | None, as_json: bool
) -> None:
    """Show which sessions were lost together: of which NAS, interface or VLAN, area, ODP; newest first.

    From the history that the agent takes down. What one place explains is not told again of another.
    """
    from radiusbridge.cli.past_sessions import show_losses
    from radiusbridge.services.session_history import lost

    found = await lost(context, timedelta(seconds=since), least=least, share=share, words=words)
    show_losses(found, as_json=as_json, file=file)
