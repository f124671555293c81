"""Commands as words: path, attributes, queries, property list, tag. What cannot be sent is refused here."""

from collections.abc import Mapping, Sequence

from radiusbridge.domain.errors import BadInput

Value = str | bool | int
"""What an attribute may be given as; everything else (None, a float, a list) is refused, never guessed."""


def value_word(name: str, value: Value) -> str:
    """`=name=value`; True and False as yes and no. Raises BadInput for any other type and for a name with `=`."""
    if not name or "=" in name:
        raise BadInput(f"{name!r} is no property name")
    if isinstance(value, str):
        return f"={name}={value}"
    if isinstance(value, bool):
        return f"={name}={'yes' if value else 'no'}"
    if isinstance(value, int):
        return f"={name}={value}"
    raise BadInput(f"property {name} takes text, a number or yes/no, not {type(value).__name__}")


def equal(name: str, value: Value) -> str:
    """The query word for rows whose property equals the value."""
    return "?" + value_word(name, value)[1:]


def has(name: str) -> str:
    """The query word for rows that have the property."""
    return "?" + name


def compose(
    command: str, attributes: Mapping[str, Value], queries: Sequence[str] = (), proplist: Sequence[str] = ()
) -> list[str]:
    """The words of a command, without its tag. Queries keep their order, in which they are a stack."""
    if not command.startswith("/") or command != command.strip() or " " in command:
        raise BadInput(f"{command!r} is no command path")
    words = [command]
    words += [value_word(name, value) for name, value in attributes.items()]
    for query in queries:
        if not query.startswith("?"):
            raise BadInput(f"{query!r} is no query word")
        words.append(query)
    if proplist:
        words.append("=.proplist=" + ",".join(proplist))
    return words
