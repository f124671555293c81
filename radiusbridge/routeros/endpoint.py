"""Where a router's API is, and how it is trusted."""

import re
from dataclasses import dataclass
from typing import Self

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import ApiAccess, TlsMode
from radiusbridge.domain.secret import Secret

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """How a connection is protected.

    With TLS the certificate is checked against the authorities (the system's, or those of `ca_file`) and the host name;
    or, where a SHA-256 fingerprint is given (hex, colons allowed), against that alone.
    """

    mode: TlsMode = TlsMode.PLAIN
    fingerprint: str | None = None
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if not self.fingerprint:
            return
        plain = self.fingerprint.replace(":", "").strip().lower()
        if not _SHA256.fullmatch(plain):
            raise BadInput("the certificate's fingerprint is not a SHA-256 in hex", hint="give its 64 hex digits")
        object.__setattr__(self, "fingerprint", plain)


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """A router's API: `name` is what messages call it, `user` and `password` the tool's account on it."""

    name: str
    host: str
    port: int
    user: str
    password: Secret
    tls: TlsMode = TlsMode.PLAIN
    fingerprint: str | None = None
    ca_file: str | None = None

    @classmethod
    def of(cls, name: str, access: ApiAccess) -> Self:
        """The endpoint of a server or NAS as the database has it."""
        return cls(
            name,
            access.host,
            access.port,
            access.user,
            access.password,
            access.tls,
            access.fingerprint,
            access.ca_file,
        )

    @property
    def policy(self) -> TlsPolicy:
        """How the connection is protected. Raises BadInput for a fingerprint that is none."""
        return TlsPolicy(self.tls, self.fingerprint, self.ca_file)

    def __str__(self) -> str:
        return self.name or f"{self.host}:{self.port}"
