"""The key of the encrypted columns: a file outside the database, readable by its owner only."""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from radiusbridge.db.draft_files import sync_directory
from radiusbridge.domain.errors import BadInput, Damaged
from radiusbridge.domain.private_files import too_open

ENVIRONMENT = "RADIUSBRIDGE_KEY_FILE"
_MARK = b"radiusbridge-key-1 "
_OCTETS = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A key of 256 bits. `id` names it without telling it; `source` is the file that it came from."""

    octets: bytes = field(repr=False)
    source: Path

    @property
    def id(self) -> bytes:
        """The first four octets of a hash of the key."""
        return hashlib.sha256(b"radiusbridge key id" + self.octets).digest()[:4]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where the key is kept; it is made there when a new database needs one."""

    path: Path

    @classmethod
    def of(cls, config_directory: Path, environment: Mapping[str, str]) -> "KeyFile":
        """The file that RADIUSBRIDGE_KEY_FILE names, else `key` in the configuration directory."""
        named = environment.get(ENVIRONMENT)
        return cls(Path(named).expanduser() if named else config_directory / "key")

    def load(self) -> Key:
        """The key. Damaged: missing or not a key file; BadInput: others may read it."""
        path = self.path
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                content = file.read(1000)
        except FileNotFoundError:
            raise Damaged(
                "the key file is missing", target=str(path), hint=f"restore it, or name it in {ENVIRONMENT}"
            ) from None
        except OSError as error:
            raise Damaged(f"the key file cannot be read: {error.strerror}", target=str(path)) from None
        if too_open(path, mode, os.environ):
            raise BadInput(
                f"the key file may be read by others (mode {mode:04o})",
                target=str(path),
                hint=f"run: chmod 600 {path}",
            )
        return Key(_parsed(content, path), path)

    def create(self) -> Key:
        """A new key, on disk before this returns. Where another process was faster, that one's key."""
        octets = secrets.token_bytes(_OCTETS)
        path = self.path
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MARK + base64.b64encode(octets) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            # A link appears whole or not at all, and never replaces a key that is there.
            try:
                os.link(draft, path)
            except FileExistsError:
                return self.load()
            finally:
                draft.unlink()
            sync_directory(path.parent)
        except OSError as error:
            raise Damaged(f"the key file cannot be made: {error.strerror}", target=str(path)) from None
        return Key(octets, path)


def _parsed(content: bytes, path: Path) -> bytes:
    mark, _, encoded = content.partition(b" ")
    try:
        octets = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        octets = b""
    if mark + b" " != _MARK or len(octets) != _OCTETS:
        raise Damaged("this is not a radiusbridge key file", target=str(path), hint="restore the right one")
    return octets
