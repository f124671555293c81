"""The targets of a file: an address with a secret, or the name of a server or NAS that the database knows."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.probes import ProbeKind
from radiusbridge.domain.records import Customer, DaeAccess, LoginMethod, Nas, RadiusAccess, Server
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_address, parse_host_port
from radiusbridge.services.probes.files.document import Document, nearest
from radiusbridge.services.probes.files.fields import Fields, parse_probe_name
from radiusbridge.services.secret_files import checked_secret, secret_from_file

DYNAMIC = frozenset({ProbeKind.COA, ProbeKind.DISCONNECT})
SIGNING = ("require", "prefer", "off")

_KEYS = (
    *("host", "port", "acct_port", "dae_port", "secret_file", "secret_env", "source", "signing", "labels"),
    *("server", "nas"),
)
_ADDRESSED = ("host", "port", "dae_port", "secret_file", "secret_env")
_NO_PORT = 65535


class Names(Protocol):
    """What the database knows; asked inside of one transaction."""

    def server(self, name: str) -> Server:
        """A server by name. UnknownName."""
        ...

    def nas(self, name: str) -> Nas:
        """A NAS by name. UnknownName."""
        ...

    def customer(self, server_id: int, user: str) -> Customer | None:
        """The customer of that server who dials with that name."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a file says of a target. server_id: of the server that the database knows it by; 0: none."""

    radius: RadiusAccess | None = None
    acct_port: int = 1813
    dae: DaeAccess | None = None
    method: LoginMethod | None = None
    server_id: int = 0
    labels: dict[str, str] = field(default_factory=dict)

    def access(self, kind: ProbeKind, port: int | None) -> RadiusAccess | DaeAccess | None:
        """Where probes of that kind go; None: this target has no such side."""
        if kind in DYNAMIC:
            return replace(self.dae, port=port) if self.dae and port else self.dae
        if self.radius is None:
            return None
        usual = self.acct_port if kind is ProbeKind.ACCT else self.radius.port
        return replace(self.radius, port=port or usual)


class Secrets:
    """Secrets that a file refers to; a file that several probes name is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Secret | BadInput] = {}

    def given(self, fields: Fields, stem: str, what: str) -> Secret | None:
        """By `STEM_file` or `STEM_env`; None: neither, or what is wrong was noted."""
        by_file, by_variable = f"{stem}_file", f"{stem}_env"
        if by_file in fields and by_variable in fields:
            fields.wrong(by_variable, f"{by_file} and {by_variable} exclude each other")
            return None
        if by_file in fields:
            return fields.parsed(by_file, lambda name: self._from_file(name, what))
        return fields.parsed(by_variable, lambda name: _from_environment(name, what))

    def _from_file(self, name: str, what: str) -> Secret:
        if name not in self._known:
            try:
                self._known[name] = secret_from_file(str(self._folder / name), what)
            except BadInput as error:
                self._known[name] = error
        known = self._known[name]
        if isinstance(known, BadInput):
            raise known
        return known


def _from_environment(name: str, what: str) -> Secret:
    value = os.environ.get(name)
    if value is None:
        raise BadInput(f"the environment has no {name!r}, which has the {what}")
    return checked_secret(value, what)


def named_targets(document: Document) -> bool:
    """Whether a target is the name of a server or NAS, so that the database is needed."""
    tables = document.data.get("targets")
    if not isinstance(tables, dict):
        return False
    return any(isinstance(table, dict) and {"server", "nas"} & set(table) for table in tables.values())


def read_targets(document: Document, secrets: Secrets, names: Names | None) -> dict[str, Target | None]:
    """Every target by its name; None: what is wrong with it was noted."""
    tables = document.data.get("targets", {})
    if not isinstance(tables, dict):
        document.wrong(("targets",), "targets is a table of tables", "write [targets.NAME] above each")
        return {}
    found: dict[str, Target | None] = {}
    for name, table in tables.items():
        fields = Fields(document, ("targets", name), table, _KEYS, "a target")
        try:
            parse_probe_name(name)
        except BadInput as error:
            document.refused(fields.keys, error)
        by_name = "server" in fields or "nas" in fields
        found[name] = _by_name(fields, names) if by_name else _by_address(fields, secrets)
    return found


def _by_address(fields: Fields, secrets: Secrets) -> Target | None:
    host = fields.parsed("host", _host)
    port = fields.number("port", 1, 65535) or 1812
    acct_port = fields.number("acct_port", 1, 65535) or min(port + 1, 65535)
    dae_port = fields.number("dae_port", 1, 65535) or 3799
    source, signing, labels = _common(fields)
    secret = secrets.given(fields, "secret", "shared secret")
    if "host" not in fields:
        fields.wrong(None, "this target has no host", 'host = "10.0.0.2", or server = "NAME"')
    if "secret_file" not in fields and "secret_env" not in fields:
        fields.wrong(None, "this target has no secret_file or secret_env")
    if host is None or secret is None:
        return None
    radius = RadiusAccess(host, port, secret, source, signing or "prefer")
    return Target(radius, acct_port, DaeAccess(host, dae_port, secret, source), labels=labels)


def _by_name(fields: Fields, names: Names | None) -> Target | None:
    for key in _ADDRESSED:
        if key in fields:
            fields.wrong(key, f"{key} does not stand beside server or nas, whose address the database knows")
    acct_port = fields.number("acct_port", 1, 65535)
    source, signing, labels = _common(fields)
    if names is None:
        fields.wrong(None, "this target needs the database")
        return None
    server = fields.parsed("server", names.server)
    nas = fields.parsed("nas", names.nas)
    if ("server" in fields and server is None) or ("nas" in fields and nas is None):
        return None
    radius = server.radius if server is not None else None
    dae = nas.dae if nas is not None else None
    if server is not None and radius is None:
        fields.wrong("server", "no RADIUS address is stored for it", f"radiusbridge server edit {server.name} --radius")
        return None
    if nas is not None and dae is None:
        fields.wrong("nas", "no DAE address is stored for it", f"radiusbridge nas edit {nas.name} --dae")
        return None
    if radius is not None:
        radius = replace(radius, source=source or radius.source, signing=signing or radius.signing)
        acct_port = acct_port or radius.port + 1
    if dae is not None:
        dae = replace(dae, source=source or dae.source)
    server_id = server.id if server is not None else nas.server_id if nas is not None else 0
    return Target(radius, acct_port or 1813, dae, server.method if server else None, server_id, labels)


def _common(fields: Fields) -> tuple[str | None, str | None, dict[str, str]]:
    return fields.parsed("source", parse_address), fields.parsed("signing", _signing), fields.labels()


def _signing(text: str) -> str:
    if text not in SIGNING:
        raise BadInput("signing cannot be that", hint=nearest(text, SIGNING))
    return text


def _host(text: str) -> str:
    host, port = parse_host_port(text, _NO_PORT)
    if port != _NO_PORT:
        raise BadInput("the port does not stand in host", hint="port = … beside it, acct_port, dae_port")
    return host
