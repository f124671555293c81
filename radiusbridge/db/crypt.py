"""Encrypted columns: AES-256-GCM under a key that the database does not hold.

A sealed value is: one octet of format, four of key id, a nonce of 12, then ciphertext and tag. `table.column` is the
associated data, so that a value cannot be moved to another column; the key id says which key opens it.
"""

import secrets
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from radiusbridge.db.keys import Key
from radiusbridge.domain.errors import Damaged
from radiusbridge.domain.secret import Secret

FORMAT = b"\x01"
_ID = slice(1, 5)
_NONCE = slice(5, 17)


class Cipher:
    """Seals and opens values with one key."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._aead = AESGCM(key.octets)

    def seal(self, plain: bytes, place: str) -> bytes:
        """The sealed value for `place` (`table.column`)."""
        # The system's randomness, never the injected one: a seeded generator would repeat nonces under one key.
        nonce = secrets.token_bytes(12)
        return FORMAT + self._key.id + nonce + self._aead.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for `place`. Damaged: another key, another place, or not whole."""
        if sealed[:1] != FORMAT or len(sealed) < _NONCE.stop + 16:
            raise Damaged("an encrypted value is not in a known format", target=place)
        if sealed[_ID] != self._key.id:
            raise Damaged(
                f"an encrypted value belongs to key {sealed[_ID].hex()}, not to {self._key.id.hex()}",
                target=place,
                hint=f"check the key file {self._key.source}",
            )
        try:
            return self._aead.decrypt(sealed[_NONCE], sealed[_NONCE.stop :], place.encode())
        except InvalidTag:
            raise Damaged("an encrypted value was changed or moved", target=place, hint="restore a backup") from None

    def opener(self, place: str) -> Callable[[bytes], bytes]:
        """`open` for one place, for very many values."""
        decrypt, data, head = self._aead.decrypt, place.encode(), FORMAT + self._key.id

        def opened(sealed: bytes) -> bytes:
            try:
                if sealed[: _ID.stop] == head:
                    return decrypt(sealed[_NONCE], sealed[_NONCE.stop :], data)
            except (InvalidTag, ValueError):
                pass
            return self.open(sealed, place)  # which says what is wrong

        return opened


_ciphers: "WeakKeyDictionary[Dialect, Cipher]" = WeakKeyDictionary()


def use_cipher(dialect: Dialect, cipher: Cipher) -> None:
    """Let the engine that owns this dialect object seal and open its encrypted columns with `cipher`."""
    _ciphers[dialect] = cipher


class Encrypted(TypeDecorator[Secret]):
    """A Secret, sealed in the database. `place` is `table.column`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """The sealed value; anything but a Secret is a mistake of the program."""
        if value is None:
            return None
        if not isinstance(value, Secret):
            raise TypeError(f"{self.place} takes a Secret")
        return _ciphers[dialect].seal(value.octets(), self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Secret | None:
        """The Secret."""
        return None if value is None else Secret(_ciphers[dialect].open(bytes(value), self.place).decode())


def opener(column: Column[Any], dialect: Dialect) -> Callable[[bytes], bytes]:
    """What opens the values of an encrypted column that were read as they are stored."""
    kind = column.type
    if not isinstance(kind, Encrypted):
        raise TypeError(f"{column} is not encrypted")
    return _ciphers[dialect].opener(kind.place)
