"""`alert`: what is wrong, whom it is told, and when."""

import click

from radiusbridge.cli.verbs.alert.channel import channel, test
from radiusbridge.cli.verbs.alert.seeing import ack, list_, mute, rules, unmute


@click.group()
def alert() -> None:
    """What is wrong now; the agent watches, and tells by email and webhook."""


for _verb in (list_, ack, mute, unmute, rules, channel, test):
    alert.add_command(_verb)
