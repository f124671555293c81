"""TLS for the API: contexts, and pinned certificates. Imported only where TLS is spoken."""

import hashlib
import hmac
import ssl

from radiusbridge.domain.errors import BadInput
from radiusbridge.routeros.endpoint import TlsPolicy
from radiusbridge.routeros.errors import WrongCertificate


def context_for(policy: TlsPolicy) -> ssl.SSLContext:
    """The context for a policy: authority and host name checked, or neither where the fingerprint is.

    Raises BadInput if the file of authorities cannot be used.
    """
    if policy.fingerprint:
        return unchecked_context()
    try:
        return ssl.create_default_context(cafile=policy.ca_file)
    except OSError as error:
        raise BadInput("the file of authorities cannot be used", target=policy.ca_file or "") from error


def unchecked_context() -> ssl.SSLContext:
    """A context that takes any certificate: for a look at it, or where its fingerprint is checked afterwards."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def fingerprint_of(certificate: bytes | None) -> str:
    """The SHA-256 of a DER certificate, lower-case hex."""
    return hashlib.sha256(certificate or b"").hexdigest()


def check_pin(certificate: bytes | None, fingerprint: str) -> None:
    """Raises WrongCertificate unless the DER certificate has that SHA-256 fingerprint (lower-case hex)."""
    seen = fingerprint_of(certificate)
    if not hmac.compare_digest(seen, fingerprint):
        raise WrongCertificate(
            f"another certificate than the pinned one answers there (SHA-256 {seen})",
            hint="if the router's certificate was replaced on purpose, pin the new one",
        )
