"""Ways to reach a server or NAS, given whole or changed in part. None means: as it was, else the default."""

from dataclasses import dataclass
from typing import TypeVar

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import ApiAccess, DaeAccess, RadiusAccess, SqlAccess, TlsMode
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.values import parse_address
from radiusbridge.services.checks import fingerprint, host, plain_text

API_PORT, API_SSL_PORT = 8728, 8729
RADIUS_PORT = 1812
DAE_PORT = 3799
API_USER = "admin"
SQL_PORT = 5432
SQL_USER, SQL_DATABASE = "radius", "radius"
"""As FreeRADIUS's own setup.sql has them."""
SIGNING = ("require", "prefer", "off")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ApiChange:
    """The RouterOS API. fingerprint, ca_file: empty takes it away. A fingerprint asks for TLS by itself."""

    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: Secret | None = None
    tls: TlsMode | None = None
    fingerprint: str | None = None
    ca_file: str | None = None

    def apply(self, old: ApiAccess | None) -> ApiAccess | None:
        """The access after the change; None where there is none and none is given. Raises BadInput."""
        if self == ApiChange():
            return old
        tls = self.tls or (TlsMode.TLS if self.fingerprint or self.ca_file else old.tls if old else TlsMode.PLAIN)
        pin = old.fingerprint if self.fingerprint is None and old else self.fingerprint
        authority = old.ca_file if self.ca_file is None and old else self.ca_file
        return ApiAccess(
            host=host(_given(self.host, old.host if old else None, "the API's host", "--api HOST[:PORT]"), "API"),
            port=self._port(old, tls),
            user=plain_text(self.user or (old.user if old else API_USER), "API user"),
            password=_given(self.password, old.password if old else None, "the API password", "--api-password-file F"),
            tls=tls,
            fingerprint=fingerprint(pin) if pin else None,
            ca_file=authority or None,
        )

    def _port(self, old: ApiAccess | None, tls: TlsMode) -> int:
        usual = {TlsMode.PLAIN: API_PORT, TlsMode.TLS: API_SSL_PORT}
        if self.port is not None:
            return self.port
        if old is None or old.port == usual[old.tls]:
            return usual[tls]
        return old.port


@dataclass(frozen=True, slots=True)
class SqlChange:
    """A FreeRADIUS's PostgreSQL database. ca_file: empty takes it away; given, it asks for TLS by itself."""

    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: Secret | None = None
    database: str | None = None
    tls: TlsMode | None = None
    ca_file: str | None = None

    def apply(self, old: SqlAccess | None) -> SqlAccess | None:
        """As `ApiChange.apply`."""
        if self == SqlChange():
            return old
        authority = old.ca_file if self.ca_file is None and old else self.ca_file
        return SqlAccess(
            host=host(_given(self.host, old.host if old else None, "the database's host", "--sql-host HOST"), "SQL"),
            port=self.port or (old.port if old else SQL_PORT),
            user=plain_text(self.user or (old.user if old else SQL_USER), "SQL user"),
            password=_given(self.password, old.password if old else None, "the SQL password", "--sql-password-file F"),
            database=plain_text(self.database or (old.database if old else SQL_DATABASE), "database's name"),
            tls=self.tls or (TlsMode.TLS if self.ca_file else old.tls if old else TlsMode.PLAIN),
            ca_file=authority or None,
        )


@dataclass(frozen=True, slots=True)
class RadiusChange:
    """Test logins. source: our address as the server sees it; empty takes it away."""

    host: str | None = None
    port: int | None = None
    secret: Secret | None = None
    source: str | None = None
    signing: str | None = None

    def apply(self, old: RadiusAccess | None) -> RadiusAccess | None:
        """As `ApiChange.apply`. Another host or port has not signed yet."""
        if self == RadiusChange():
            return old
        if self.signing is not None and self.signing not in SIGNING:
            raise BadInput(f"“{self.signing[:40]}” is not a signing policy", hint=f"one of {', '.join(SIGNING)}")
        name = host(_given(self.host, old.host if old else None, "the RADIUS host", "--radius HOST[:PORT]"), "RADIUS")
        port = self.port or (old.port if old else RADIUS_PORT)
        return RadiusAccess(
            host=name,
            port=port,
            secret=_given(self.secret, old.secret if old else None, "the RADIUS secret", "--radius-secret-file F"),
            source=_address(self.source, old.source if old else None),
            signing=self.signing or (old.signing if old else SIGNING[1]),
            signed_once=old is not None and old.signed_once and (old.host, old.port) == (name, port),
        )


@dataclass(frozen=True, slots=True)
class DaeChange:
    """Disconnect-Requests. source, nas_address: empty takes it away."""

    host: str | None = None
    port: int | None = None
    secret: Secret | None = None
    source: str | None = None
    nas_address: str | None = None

    def apply(self, old: DaeAccess | None) -> DaeAccess | None:
        """As `ApiChange.apply`."""
        if self == DaeChange():
            return old
        return DaeAccess(
            host=host(_given(self.host, old.host if old else None, "the DAE's host", "--dae HOST[:PORT]"), "DAE"),
            port=self.port or (old.port if old else DAE_PORT),
            secret=_given(self.secret, old.secret if old else None, "the DAE's secret", "--dae-secret-file F"),
            source=_address(self.source, old.source if old else None),
            nas_address=_address(self.nas_address, old.nas_address if old else None),
        )


def _given(new: T | None, old: T | None, what: str, option: str) -> T:
    found = old if new is None else new
    if not found:
        raise BadInput(f"{what} is missing", hint=f"give {option}")
    return found


def _address(new: str | None, old: str | None) -> str | None:
    if new is None:
        return old
    return parse_address(new) if new else None
