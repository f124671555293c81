"""The forms of a server and of a NAS: what is asked, how it is checked, and the records that they make."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import ApiAccess, LoginMethod, Nas, Policy, Server, SqlAccess, TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_address, parse_endpoint, parse_label
from radiusbridge.services.checks import fingerprint, plain_text
from radiusbridge.services.reach import API_USER, SQL_DATABASE, SQL_USER, ApiChange, DaeChange, RadiusChange, SqlChange
from radiusbridge.services.secret_files import checked_secret, secret_from_file
from radiusbridge.tui.form import Entry, Values
from radiusbridge.tui.form_checks import any_text, empty_or, one_of, only
from radiusbridge.tui.language import N_, _
from radiusbridge.tui.text import cell

Secrets = Mapping[str, Secret]
_SECRETS = {
    "password": N_("API password"),
    "sql_password": N_("SQL password"),
    "radius_secret": N_("RADIUS secret"),
    "dae_secret": N_("secret of the NAS"),
}
"""Fields whose text is a secret; beside each stands `…_file`."""
_SOMETHING = Secret("?")


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form showed, and what was typed."""

    shown: Values
    typed: Values

    def new(self, name: str) -> str | None:
        """The text, where it differs from what was shown; None: nothing was typed there."""
        text = self.typed[name].strip()
        return None if text == self.shown[name].strip() else text

    def host(self, name: str) -> tuple[str | None, int | None]:
        """Of `host[:port]`."""
        text = self.new(name)
        return (None, None) if not text else parse_endpoint(text)


def server_entries(server: Server | None, kinds: Sequence[str]) -> list[Entry]:
    """The lines. server None: a new one."""
    radius = None if server is None else server.radius
    reached = "" if radius is None else _where(radius.host, radius.port)
    policies, methods = [str(each) for each in Policy], [str(each) for each in LoginMethod]
    old = server or Server("", kinds[-1], None)
    return [
        Entry("name", _("name"), lambda text: parse_label(text.strip(), "server's name"), cell(old.name, 80), "um1"),
        Entry("kind", _("kind"), one_of("kind", kinds), old.kind, ", ".join(kinds)),
        *(_api_entries(old.api, needed=old.api is not None) if old.sql is None else ()),
        Entry("radius", "RADIUS", _taken(reached), reached, _("host[:port] for test logins; they prove a refusal")),
        *_secret_entries("radius_secret", N_("secret"), radius is not None),
        Entry("source", _("from"), empty_or(parse_address), (radius and radius.source) or "", _("our address there")),
        Entry("policy", _("isolation"), one_of("policy", policies), old.isolation_policy.value, ", ".join(policies)),
        Entry("method", _("test logins"), one_of("method", methods), old.method.value, ", ".join(methods)),
        *(_sql_entries(old.sql) if old.api is None else ()),
    ]


def nas_entries(nas: Nas | None, servers: Sequence[str]) -> list[Entry]:
    """The lines. nas None: a new one, of one of the servers."""
    dae = None if nas is None else nas.dae
    reached = "" if dae is None else _where(dae.host, dae.port)
    name = "" if nas is None else nas.name
    found = [Entry("name", _("name"), lambda text: parse_label(text.strip(), "NAS's name"), cell(name, 80), "bras-1")]
    if nas is None:
        found.append(Entry("server", _("server"), one_of("server", servers), only(servers), ", ".join(servers[:6])))
    return [
        *found,
        Entry("dae", "DAE", _taken(reached), reached, _("host[:port], port 3799: where kicks go")),
        *_secret_entries("dae_secret", N_("secret"), dae is not None),
        Entry("source", _("from"), empty_or(parse_address), (dae and dae.source) or "", _("our address there")),
        Entry(
            "own",
            _("behind NAT"),
            empty_or(parse_address),
            (dae and dae.nas_address) or "",
            _("the address that it knows itself by"),
        ),
        *_api_entries(None if nas is None else nas.api, needed=False),
    ]


def _api_entries(api: ApiAccess | None, *, needed: bool) -> list[Entry]:
    reached = "" if api is None or not api.host else _where(api.host, api.port)
    modes = [str(each) for each in TlsMode]
    return [
        Entry("api", "API", parse_endpoint if needed else _taken(reached), reached, _("host[:port]")),
        Entry("user", _("user"), lambda text: plain_text(text, "API user"), api.user if api else API_USER, API_USER),
        *_secret_entries("password", N_("password"), api is not None),
        Entry("tls", "TLS", one_of("mode", modes), (api.tls if api else TlsMode.PLAIN).value, ", ".join(modes)),
        Entry("pin", _("pinned"), empty_or(fingerprint), (api and api.fingerprint) or "", _("certificate's SHA-256")),
    ]


def _sql_entries(sql: SqlAccess | None) -> list[Entry]:
    reached = "" if sql is None else _where(sql.host, sql.port)
    modes = [str(each) for each in TlsMode]
    user, database = (sql.user, sql.database) if sql else (SQL_USER, SQL_DATABASE)
    return [
        Entry("sql", "SQL", _taken(reached), reached, _("host[:port] of a FreeRADIUS's PostgreSQL")),
        Entry("sql_user", _("user"), lambda text: plain_text(text, "SQL user"), user, SQL_USER),
        *_secret_entries("sql_password", N_("password"), sql is not None),
        Entry("database", _("database"), lambda text: plain_text(text, "database"), database, SQL_DATABASE),
        Entry("sql_tls", "TLS", one_of("mode", modes), (sql.tls if sql else TlsMode.PLAIN).value, ", ".join(modes)),
    ]


def _secret_entries(name: str, label: str, known: bool) -> list[Entry]:
    hint = _("as it is") if known else _("is not shown")
    return [
        Entry(name, _(label), any_text, "", hint, secret=True),
        Entry(f"{name}_file", _("… or file"), any_text, "", _("a file that only you can read")),
    ]


def _where(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _taken(reached: str) -> Callable[[str], object]:
    """What is reached somewhere can be moved, but not taken away."""
    return parse_endpoint if reached else empty_or(parse_endpoint)


async def secrets_of(typed: Values) -> Secrets:
    """The secrets that were typed, or are in the files that were named. BadInput."""
    return await asyncio.to_thread(_secrets, typed, True)


def _secrets(typed: Values, read: bool) -> Secrets:
    found: dict[str, Secret] = {}
    for name, what in _SECRETS.items():
        text, file = typed.get(name, ""), typed.get(f"{name}_file", "").strip()
        if text and file:
            raise BadInput(_("give the {what} or its file, not both").format(what=_(what)))
        if file:
            found[name] = secret_from_file(file, what) if read else _SOMETHING
        elif text:
            found[name] = checked_secret(text, what)
    return found


def check_server(old: Server | None, filled: Filled) -> None:
    """As one types; files are read later. BadInput."""
    server_of(old, filled, _secrets(filled.typed, False))


def check_nas(old: Nas | None, filled: Filled) -> None:
    """As one types; files are read later. BadInput."""
    found = nas_of(old, filled, _secrets(filled.typed, False))
    if found.dae is None and found.api is None:
        raise BadInput(_("it needs a DAE for kicks, an API for its session list, or both"))


def server_of(old: Server | None, filled: Filled, secrets: Secrets) -> Server:
    """The server with what was typed where it differs from what was shown. BadInput."""
    typed = filled.typed
    before = old or Server("", "", None)
    api = _api(filled, secrets).apply(before.api) if "api" in typed else None
    sql = _sql(filled, secrets).apply(before.sql) if "sql" in typed else None
    if (api is None) == (sql is None):
        raise BadInput(_("a server needs its API, or the SQL database of a FreeRADIUS; one of both"))
    host, port = filled.host("radius")
    change = RadiusChange(host, port, secrets.get("radius_secret"), filled.new("source"))
    radius = change.apply(before.radius)
    return replace(
        before,
        name=typed["name"].strip() if filled.new("name") is not None else before.name,
        kind=typed["kind"].strip().casefold(),
        api=api,
        sql=sql,
        radius=radius,
        isolation_policy=Policy(typed["policy"].strip().casefold()),
        method=LoginMethod(typed["method"].strip().casefold()),
    )


def nas_of(old: Nas | None, filled: Filled, secrets: Secrets) -> Nas:
    """The NAS with what was typed where it differs from what was shown; its server is not looked at. BadInput."""
    host, port = filled.host("dae")
    before = old or Nas("", 0)
    dae = DaeChange(host, port, secrets.get("dae_secret"), filled.new("source"), filled.new("own")).apply(before.dae)
    name = filled.new("name")
    return replace(
        before, name=before.name if name is None else name, dae=dae, api=_api(filled, secrets).apply(before.api)
    )


def _api(filled: Filled, secrets: Secrets) -> ApiChange:
    host, port = filled.host("api")
    mode = filled.new("tls")
    tls = None if mode is None else TlsMode(mode.casefold())
    return ApiChange(host, port, filled.new("user"), secrets.get("password"), tls, filled.new("pin"))


def _sql(filled: Filled, secrets: Secrets) -> SqlChange:
    host, port = filled.host("sql")
    mode = filled.new("sql_tls")
    tls = None if mode is None else TlsMode(mode.casefold())
    password = secrets.get("sql_password")
    return SqlChange(host, port, filled.new("sql_user"), password, filled.new("database"), tls)
