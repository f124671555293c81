"""Files of a router and what writes them: /file, /export, /system/backup. What a file holds comes out in pieces by
/file/read where a release has it, else only of short texts, as the property `contents`."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.menus.menu import Menu, Row
from radiusbridge.simulator.menus.properties import ARGUMENT, Prop, TrapError, text

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router

MOST_CONTENTS = 4095
"""Octets of a text that print shows."""
MOST_CHUNK = 32768
READ_SINCE = (7, 13)
_TYPES = {"rsc": "script", "backup": "backup", "txt": ".txt file"}
_TEXTS = ("rsc", "txt")
_CLEAR, _ENCRYPTED = b"\x88\xac\xa1\xb1", b"\xef\xa8\x91\x72"
"""How a backup begins."""


class Files(Menu):
    """/file"""

    path = "/file"
    verbs = frozenset({"print", "remove"})
    write_policy = "ftp"

    def __init__(self, router: "Router") -> None:
        super().__init__(router, {"name": Prop(text, required=True)})
        self.octets: dict[str, bytes] = {}
        if router.version_number >= READ_SINCE:
            self.commands["read"] = (frozenset({"as-value", "chunk-size", "file", "offset"}), self._read)

    def write(self, name: str, octets: bytes, *, overwrite: bool = True) -> None:
        """A file of that name, in place of an older one."""
        old = self.named(name)
        if old is not None and not overwrite:
            raise TrapError("failure: file already exists")
        if old is not None:
            self.discard(old)
        self.octets[name] = octets
        ending = name.rpartition(".")[2]
        row = self.build({"name": name})
        row |= {"type": _TYPES.get(ending, "file"), "size": str(len(octets)), "creation-time": self.router.date()}
        self.insert(row)

    def view(self, row: Row) -> Row:
        """A short text with what it holds."""
        octets = self.octets[row["name"]]
        if row["name"].rpartition(".")[2] not in _TEXTS or len(octets) > MOST_CONTENTS:
            return row
        return {**row, "contents": octets.decode("utf-8", "replace")}

    def removed(self, row: Row) -> None:
        """What it held is gone."""
        self.octets.pop(row["name"], None)

    def _read(self, call: Call) -> None:
        row = self.named(call.attributes.get("file", ""))
        if row is None:
            raise TrapError("input does not match any value of file", ARGUMENT)
        size, offset = int(call.attributes.get("chunk-size", "4096")), int(call.attributes.get("offset", "0"))
        if not 1 <= size <= MOST_CHUNK:
            raise TrapError(f"value of chunk-size out of range (1..{MOST_CHUNK})", ARGUMENT)
        octets = self.octets[row["name"]]
        if self.router.switches.file_read == "text":
            octets = octets.partition(b"\0")[0]
        piece = octets[offset : offset + size]
        call.rows([{"data": piece.decode("utf-8", "surrogateescape")}])
        call.done()


class Backup(Menu):
    """/system/backup: the router's settings in a form of its own."""

    path = "/system/backup"
    key = None
    verbs = frozenset()
    write_policy = "ftp"

    def __init__(self, router: "Router", files: Files) -> None:
        super().__init__(router, {})
        self._files = files
        arguments = frozenset({"name", "password", "encryption", "dont-encrypt"})
        self.commands["save"] = (arguments, self._save)

    def _save(self, call: Call) -> None:
        given = call.attributes
        name = given.get("name") or self.router.name
        plain = export_text(self.router, sensitive=True).encode()
        size = len(plain).to_bytes(4, "little")
        if given.get("password") and given.get("dont-encrypt") not in ("yes", "true"):
            body = _ENCRYPTED + size + sha256(given["password"].encode()).digest() + plain[::-1]
        else:
            body = _CLEAR + size + plain
        self._files.write(name if name.endswith(".backup") else f"{name}.backup", body)
        call.done()


def export_text(router: "Router", *, sensitive: bool) -> str:
    """What /export writes: a line for each row that somebody made."""
    lines = [f"# {router.date()} by RouterOS {router.version}", f"# software id = {router.name}", "#"]
    for menu in sorted(router.menus.values(), key=lambda each: each.path):
        rows = [_line(menu, row, sensitive) for row in _made(menu)]
        if rows:
            lines += [f"/{menu.path[1:].replace('/', ' ')}", *rows]
    return "\n".join(lines) + "\n"


def _made(menu: Menu) -> Iterable[Row]:
    if menu.single or "/user-manager" in menu.path or not {"add"} & menu.verbs:
        return ()
    return [row for row in menu.table.values() if row.get("dynamic") != "true" and row.get("default") != "true"]


def _line(menu: Menu, row: Row, sensitive: bool) -> str:
    words = ["add"]
    for name, prop in menu.properties.items():
        value = row.get(name)
        if value is None or value == prop.default or (prop.secret and not sensitive):
            continue
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        words.append(f'{name}="{quoted}"' if not quoted.replace("-", "").isalnum() else f"{name}={quoted}")
    return " ".join(words)


def _export(files: Files) -> Callable[[Call], None]:
    def export(call: Call) -> None:
        router, name = call.router, call.attributes.get("file", "")
        shown = "hide-sensitive" not in call.attributes
        if router.version_number >= (7, 0):
            shown = "show-sensitive" in call.attributes
        if name:  # without a file the API is told nothing
            written = export_text(router, sensitive=shown).encode("utf-8", "surrogateescape")
            files.write(name if name.endswith(".rsc") else f"{name}.rsc", written)
        call.done()

    return export


def database_octets(router: "Router") -> bytes:
    """User Manager's own database as it is saved."""
    kept = {path: list(menu.table.values()) for path, menu in router.menus.items() if "user-manager" in path}
    return b"SQLite format 3\0" + repr(kept).encode("utf-8", "surrogateescape")


def save_database(router: "Router", name: str, *, overwrite: bool) -> None:
    """Write it to a file."""
    files = router.menus[Files.path]
    assert isinstance(files, Files)
    files.write(name if "." in name else f"{name}.umb", database_octets(router), overwrite=overwrite)


def install(router: "Router") -> None:
    """Give a router its files."""
    files = Files(router)
    router.install(files, Backup(router, files))
    arguments = frozenset({"compact", "file", "hide-sensitive", "terse", "verbose"})
    if router.version_number >= (7, 0):
        arguments |= {"show-sensitive"}
    router.root_commands["/export"] = (arguments, _export(files))
