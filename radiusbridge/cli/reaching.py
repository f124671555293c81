"""Options that say how a server or NAS is reached; `services.reach` makes changes of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli.options import HOST_PORT, stacked
from radiusbridge.cli.secrets import read_optional, read_secret
from radiusbridge.domain.records import TlsMode
from radiusbridge.domain.secret import Secret

if TYPE_CHECKING:
    from radiusbridge.services.reach import ApiChange, DaeChange, RadiusChange, SqlChange

F = TypeVar("F", bound=Callable[..., Any])
Options = dict[str, Any]

api_options: Callable[[F], F] = stacked(
    click.option("--api", type=HOST_PORT, help="RouterOS API; port 8728, with TLS 8729."),
    click.option("--api-user", metavar="NAME", help="Default: admin."),
    click.option("--api-password-file", metavar="FILE", help="- is standard input."),
    click.option("--tls/--plain", "tls", default=None, help="Use api-ssl; the certificate is checked."),
    click.option("--fingerprint", metavar="SHA256", help="Trust this certificate alone; none: not any more."),
    click.option("--ca-file", metavar="FILE", help="Authorities to check against; none: the system's."),
)
sql_options: Callable[[F], F] = stacked(
    click.option("--sql-host", metavar="HOST", help="PostgreSQL of a FreeRADIUS."),
    click.option("--sql-port", type=click.IntRange(1, 65535), help="Default: 5432."),
    click.option("--sql-user", metavar="NAME", help="Default: radius."),
    click.option("--sql-password-file", metavar="FILE", help="- is standard input."),
    click.option("--sql-database", metavar="NAME", help="Default: radius."),
    click.option("--sql-tls/--sql-plain", "sql_tls", default=None, help="TLS; the certificate is checked."),
    click.option("--sql-ca-file", metavar="FILE", help="Authorities to check against; none: the system's."),
)
radius_options: Callable[[F], F] = stacked(
    click.option("--radius", type=HOST_PORT, help="RADIUS for test logins; port 1812."),
    click.option("--radius-secret-file", metavar="FILE", help="- is standard input."),
    click.option("--radius-source", metavar="IP", help="Our source address there; none: any."),
    click.option("--signing", type=click.Choice(["require", "prefer", "off"]), help="Message-Authenticator."),
)
dae_options: Callable[[F], F] = stacked(
    click.option("--dae", type=HOST_PORT, help="Where Disconnect-Requests go; port 3799."),
    click.option("--dae-secret-file", metavar="FILE", help="- is standard input."),
    click.option("--dae-source", metavar="IP", help="Our source address there; none: any."),
    click.option("--nas-address", metavar="IP", help="NAS-IP-Address to send; none: left out."),
)


def none_is_empty(value: str | None) -> str | None:
    """`none` takes a value away."""
    return "" if value is not None and value.casefold() == "none" else value


def api_change(options: Options, *, new: bool) -> "ApiChange":
    """The API's part of what was typed. new: the password is needed, and asked for."""
    from radiusbridge.services.reach import ApiChange

    host, port = options["api"] or (None, None)
    file = options["api_password_file"]
    password = _secret(file, new and host, "API password", "--api-password-file", "RADIUSBRIDGE_API_PASSWORD")
    tls = options["tls"]
    return ApiChange(
        host,
        port,
        options["api_user"],
        password,
        None if tls is None else TlsMode.TLS if tls else TlsMode.PLAIN,
        none_is_empty(options["fingerprint"]),
        none_is_empty(options["ca_file"]),
    )


def sql_change(options: Options, *, new: bool) -> "SqlChange":
    """The SQL part of what was typed."""
    from radiusbridge.services.reach import SqlChange

    host, file, tls = options["sql_host"], options["sql_password_file"], options["sql_tls"]
    password = _secret(file, new and host, "SQL password", "--sql-password-file", "RADIUSBRIDGE_SQL_PASSWORD")
    return SqlChange(
        host,
        options["sql_port"],
        options["sql_user"],
        password,
        options["sql_database"],
        None if tls is None else TlsMode.TLS if tls else TlsMode.PLAIN,
        none_is_empty(options["sql_ca_file"]),
    )


def radius_change(options: Options, *, new: bool) -> "RadiusChange":
    """The RADIUS part of what was typed."""
    from radiusbridge.services.reach import RadiusChange

    host, port = options["radius"] or (None, None)
    file = options["radius_secret_file"]
    secret = _secret(file, new and host, "RADIUS secret", "--radius-secret-file", "RADIUSBRIDGE_RADIUS_SECRET")
    return RadiusChange(host, port, secret, none_is_empty(options["radius_source"]), options["signing"])


def dae_change(options: Options, *, new: bool) -> "DaeChange":
    """The DAE's part of what was typed."""
    from radiusbridge.services.reach import DaeChange

    host, port = options["dae"] or (None, None)
    file = options["dae_secret_file"]
    secret = _secret(file, new and host, "secret of the NAS", "--dae-secret-file", "RADIUSBRIDGE_DAE_SECRET")
    return DaeChange(host, port, secret, none_is_empty(options["dae_source"]), none_is_empty(options["nas_address"]))


def _secret(file: str | None, needed: object, what: str, option: str, environment: str) -> Secret | None:
    if needed:
        return read_secret(file, what=what, option=option, environment=environment)
    # the environment counts only where a secret is asked for: else an edit of something else would change it
    return read_optional(file, what=what, option=option, environment="") if file is not None else None
