"""What a router writes into files, and how their octets come off it over the API.

An export or backup is written on the router first: the API gives none of them as an answer. Its octets then come by
`/file/read`, in pieces, which dumps of RouterOS 7.16 and later have and 7.10 and all of 6 do not; there only a text of
less than 4 KiB comes, as the property `contents` of `/file`. What came is believed only if it is as long as the router
says that the file is: whether every release gives octets that are no text is not established.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.clock import Clock
from radiusbridge.domain.errors import DeadlinePassed, PeerRefused
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.gateways.accounts.generation import USERMAN6
from radiusbridge.gateways.routers import Router
from radiusbridge.gateways.vitals import number
from radiusbridge.routeros.commands import Value, equal
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.octets import to_octets

WRITE_SECONDS = 180.0
"""That writing one file may take."""
SETTLE_SECONDS = 60.0
"""In which a file has to be there, as long as it will be."""
LOOK_EVERY = 0.5
PIECE = 32_768
"""Octets of one /file/read; more it does not give."""
SHORT = 4095
"""Octets of a text that `contents` has."""


class What(StrEnum):
    """What is written; the word is part of the file's name."""

    EXPORT = "export"
    """The settings as lines to paste."""
    BACKUP = "backup"
    """The settings in a form of the router's own, for the same board."""
    DATABASE = "users"
    """User Manager's database."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on a router. size: octets."""

    id: str
    name: str
    size: int


class NotOverApi(PeerRefused):
    """The router has the file, and its API does not give what is in it."""


class RouterFiles:
    """One router's files. Errors of every method: as `Router.read`; NotAllowed without the policy `ftp`."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock

    async def write_export(self, *, sensitive: bool) -> RemoteFile:
        """/export; sensitive: with passwords and keys. RouterOS 6 shows them unless told otherwise, 7 hides them."""
        given: dict[str, Value] = {"file": _stem(What.EXPORT)}
        shown = {**given, "show-sensitive": ""} if sensitive else {**given, "hide-sensitive": ""}
        await self._clear(What.EXPORT)
        try:
            await self._router.write("/export", shown, seconds=WRITE_SECONDS)
        except RouterTrap as trap:
            if not sensitive or trap.kind is not TrapKind.UNKNOWN_PARAMETER:
                raise
            await self._router.write("/export", given, seconds=WRITE_SECONDS)
        return await self._settled(What.EXPORT)

    async def write_backup(self, password: Secret | None) -> RemoteFile:
        """/system/backup/save; without a password it is not encrypted."""
        given: dict[str, Value] = {"name": _stem(What.BACKUP)}
        if password is None:
            given["dont-encrypt"] = "yes"
        else:
            given |= {"password": password.reveal(), "encryption": "aes-sha256"}
        await self._clear(What.BACKUP)
        await self._router.write("/system/backup/save", given, seconds=WRITE_SECONDS)
        return await self._settled(What.BACKUP)

    async def write_database(self, kind: str) -> RemoteFile:
        """User Manager's own save; kind: of the User Manager on it, as far as is known."""
        six = kind == USERMAN6
        await self._clear(What.DATABASE)
        for menu in ("/tool/user-manager", "/user-manager") if six else ("/user-manager", "/tool/user-manager"):
            try:
                command, given = f"{menu}/database/save", {"name": _stem(What.DATABASE)}
                await self._router.write(command, given, seconds=WRITE_SECONDS)
            except RouterTrap as trap:
                if trap.kind is not TrapKind.NO_SUCH_COMMAND:
                    raise
            else:
                return await self._settled(What.DATABASE)
        hint = "install the extra package user-manager of the router's own version"
        raise PeerRefused("this router has no User Manager", target=str(self._router.endpoint), hint=hint)

    async def octets(self, file: RemoteFile) -> AsyncGenerator[bytes, None]:
        """What is in a file, piece by piece. NotOverApi: it does not come, or not all of it did."""
        came = 0
        try:
            while came < file.size:
                asked: dict[str, Value] = {"file": file.name, "offset": came, "chunk-size": PIECE}
                rows = await self._router.read("/file/read", asked)
                piece = to_octets(rows[0].get("data", "")) if rows else b""
                if not piece:
                    break
                came += len(piece)
                yield piece
        except RouterTrap as trap:
            if came or trap.kind is not TrapKind.NO_SUCH_COMMAND:
                raise
            text = await self._contents(file)
            came = len(text)
            yield text
        if came != file.size:
            self._refuse(file, f"{came} of {file.size} octets came")

    async def _contents(self, file: RemoteFile) -> bytes:
        if file.size > SHORT:
            self._refuse(file, f"the API of this version gives texts of up to {SHORT} octets only; it has {file.size}")
        rows = await self._router.read(
            "/file/print", queries=(equal("name", file.name),), proplist=("name", "contents")
        )
        row: Mapping[str, str] = rows[0] if rows else {}
        if "contents" not in row:
            self._refuse(file, "the API of this version gives only short texts")
        return to_octets(row["contents"])

    def _refuse(self, file: RemoteFile, why: str) -> None:
        raise NotOverApi(f"{safe(file.name, 80)} stays on the router: {why}", target=str(self._router.endpoint))

    async def remove(self, file: RemoteFile) -> None:
        """Take it off the router; one that is gone is well."""
        try:
            await self._router.write("/file/remove", {".id": file.id})
        except RouterTrap as trap:
            if trap.kind is not TrapKind.NO_SUCH_ITEM:
                raise

    async def _clear(self, what: What) -> None:
        """What an earlier run left must not be taken for what is written now."""
        for file in await self._found(what):
            await self.remove(file)

    async def _found(self, what: What) -> list[RemoteFile]:
        stem = _stem(what)
        rows = await self._router.read("/file/print", proplist=(".id", "name", "size"))
        names = [row for row in rows if row.get("name", "") == stem or row.get("name", "").startswith(f"{stem}.")]
        return [RemoteFile(row.get(".id", ""), row["name"], number(row.get("size")) or 0) for row in names]

    async def _settled(self, what: What) -> RemoteFile:
        """The file, once it is there and does not grow any more."""
        until = self._clock.monotonic() + SETTLE_SECONDS
        before: RemoteFile | None = None
        while self._clock.monotonic() < until:
            found = await self._found(what)
            if found and found[0].size and found[0] == before:
                return before
            before = found[0] if found else None
            await self._clock.sleep(LOOK_EVERY)
        words = f"the router wrote no {_stem(what)} within {SETTLE_SECONDS:g} s"
        raise DeadlinePassed(words, target=str(self._router.endpoint), hint="is there room? /system/resource/print")


def _stem(what: What) -> str:
    """The name of our file on a router: always the same, so that at most one of each kind takes room there."""
    return f"radiusbridge-{what}"
