"""Every verb that there is, out of the tree of commands."""

from collections.abc import Iterator

import click

from radiusbridge.cli.root import root


def commands(
    command: click.Command = root, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """(words, command) of the program itself, of each group and of each verb."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


def verbs() -> dict[str, click.Command]:
    """What can be run, by its words."""
    return {" ".join(path): command for path, command in commands() if not isinstance(command, click.Group)}
