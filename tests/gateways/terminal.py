"""A router's terminal, as far as lines to paste need it: each is carried out through the router's API."""

import re
from dataclasses import replace

from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.doctor.script import PLACEHOLDER
from radiusbridge.gateways.routers import Router
from tests.gateways.support import Place

_VERBS = {
    "set", "add", "enable", "disable", "move", "reset-counters", "optimize-db", "rebuild", "sign", "update",
}  # fmt: skip
_TOKEN = re.compile(r'(?:[^\s"\[]|"(?:[^"\\]|\\.)*"|\[[^\]]*\])+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\([0-9A-F]{2}|.)")
_PLAIN = {"n": 10, "r": 13, "t": 9}


def unquoted(text: str) -> str:
    """What the terminal makes of a value."""
    match = _QUOTED.fullmatch(text)
    if match is None:
        assert not set(text) & set('"$?;[]{}()\\ '), text
        return text
    octets = b""
    at = 0
    inner = match[1]
    for escape in _ESCAPE.finditer(inner):
        octets += inner[at : escape.start()].encode()
        code = escape[1]
        octets += bytes([int(code, 16) if len(code) == 2 else _PLAIN.get(code, ord(code))])
        at = escape.end()
    assert "$" not in _ESCAPE.sub("", inner)
    return (octets + inner[at:].encode()).decode("utf-8", "surrogateescape")


def sentence(line: str) -> tuple[str, str, dict[str, str]]:
    """(command, target, attributes) of a line."""
    tokens = _TOKEN.findall(line)
    at = next(count for count, token in enumerate(tokens) if token in _VERBS)
    path = "/" + "/".join(part.strip("/") for part in tokens[:at])
    rest = tokens[at + 1 :]
    target = rest.pop(0) if rest and (rest[0].startswith("[") or "=" not in rest[0]) else ""
    pairs = (token.partition("=") for token in rest)
    return f"{path}/{tokens[at]}", target, {name: unquoted(value) for name, _, value in pairs}


def administrator(isp: Place, name: str) -> Router:
    """That router's API, with every right."""
    api = isp.server.api if name == "um1" else isp.nas.api
    assert api is not None
    return isp.gateways.router(name, replace(api, user="admin", password=Secret("")))


async def paste(isp: Place, name: str, line: str, secret: str = "") -> None:
    """Carry out a line on a router, with the secret in its place."""
    router = administrator(isp, name)
    command, target, attributes = sentence(line)
    attributes = {key: secret if value == PLACEHOLDER else value for key, value in attributes.items()}
    found = re.fullmatch(r"\[find name=(.*)\]", target)
    if found is not None:
        wanted = unquoted(found[1])
        rows = await router.read(f"{command.rpartition('/')[0]}/print", proplist=(".id", "name"))
        target = next(row[".id"] for row in rows if row.get("name") == wanted)
    if target:
        attributes["numbers"] = target
    await router.write(command, attributes)
