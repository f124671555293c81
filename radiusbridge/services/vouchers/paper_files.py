"""Cards in a file: whole or not there, mode 0600, never over another file without saying. Everything here blocks."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path

from radiusbridge.db.draft_files import give_name, sync_directory
from radiusbridge.domain.errors import AlreadyThere, BadInput
from radiusbridge.domain.text import safe
from radiusbridge.services.router_desk.local_files import Draft

HINT = "another name, or --replace"
AT_ONCE = 25
"""Cards that are made and written together."""
_ENDING = "print"
_LEFT_BEHIND = timedelta(hours=6)


def check(path: Path, replace: bool) -> None:
    """AlreadyThere: it is there; BadInput: nothing can stand there."""
    if "\0" in str(path):
        raise BadInput("this is no file name", target=safe(str(path), 200))
    try:
        there = path.is_symlink() or path.exists()
        if not path.absolute().parent.is_dir():
            raise BadInput("there is no such folder", target=safe(str(path.absolute().parent), 200))
        if there and not path.is_file():
            raise BadInput("this is no file", target=safe(str(path), 200), hint="--device for a printer")
    except BadInput:
        raise
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error
    if there and not replace:
        raise AlreadyThere("the file is there already", target=safe(str(path), 200), hint=HINT)


def place(path: Path) -> str:
    """Where it is, from the root."""
    return str(path.absolute())


def begun(path: Path, token: str, now: datetime) -> Draft:
    """A draft beside that place; older ones, which a process left behind, go. BadInput."""
    folder, stem = path.absolute().parent, path.name[:100]
    draft = Draft(folder, f"{stem}-{token}", _ENDING)
    draft.open()
    with suppress(OSError):
        for each in folder.iterdir():
            ours = each.name.startswith(f".{stem}-") and each.name.endswith(f".{_ENDING}.part")
            if ours and now - datetime.fromtimestamp(each.lstat().st_mtime, UTC) > _LEFT_BEHIND:
                each.unlink(missing_ok=True)
    return draft


def add(draft: Draft, made: Iterator[bytes]) -> bool:
    """Write some pieces more. False: those were all. BadInput."""
    some = list(islice(made, AT_ONCE))
    for piece in some:
        draft.add(piece)
    return bool(some)


def put_draft(draft: Draft, path: Path, replace: bool) -> None:
    """Have all of it on the disk, under its name; as `put`."""
    draft.close()
    put(draft.path, path, replace)


def put(part: Path, path: Path, replace: bool) -> None:
    """Give a draft that is whole its name. AlreadyThere: meanwhile there is such a file; BadInput."""
    try:
        if replace:
            part.replace(path)
        else:
            give_name(part, path)
        sync_directory(path.absolute().parent)
    except FileExistsError as error:
        raise AlreadyThere("the file is there already", target=safe(str(path), 200), hint=HINT) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def digest(path: Path) -> str | None:
    """SHA-256 of what is there; empty: nothing is. None: it cannot be read."""
    try:
        with path.open("rb") as file:
            found = sha256()
            while piece := file.read(1 << 20):
                found.update(piece)
            return found.hexdigest()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ""
    except OSError:
        return None


def forget(part: Path) -> None:
    """Take a draft away, if it is there and may be."""
    with suppress(OSError):
        part.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError | ValueError) -> BadInput:
    told = getattr(error, "strerror", None) or "not a file name"
    return BadInput(f"it cannot be written: {told}", target=safe(str(path), 200))
