"""What tells one database from another, and fingerprints that only the holder of its key can make or try out."""

import hashlib
from typing import Protocol

_LENGTH = 16


class Checksum(Protocol):
    """A running checksum."""

    def update(self, octets: bytes, /) -> None:
        """Take more."""
        ...

    def hexdigest(self) -> str:
        """Of all that was taken."""
        ...


class Marks:
    """identity: of the database, in hexadecimal; a copy of it has the same."""

    def __init__(self, canary: str, key: bytes) -> None:
        self.identity = hashlib.sha256(f"radiusbridge database {canary}".encode()).hexdigest()[: 2 * _LENGTH]
        self._prints = hashlib.blake2b(key, digest_size=32, person=b"rb fingerprints").digest()
        self._sums = hashlib.blake2b(key, digest_size=32, person=b"rb plan files").digest()

    def fingerprint(self, octets: bytes) -> str:
        """Of something that may hold a password: it cannot be guessed at without the key."""
        return hashlib.blake2b(octets, key=self._prints, digest_size=_LENGTH).hexdigest()

    def checksum(self) -> Checksum:
        """Of a file that nobody without the key can make fit again."""
        return hashlib.blake2b(key=self._sums, digest_size=_LENGTH)
