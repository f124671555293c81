"""Settings of a router, and User Manager's database, as files on this host."""

import shlex
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.desk_files import NotOverApi, RemoteFile, RouterFiles, What
from radiusbridge.services.permissions import require
from radiusbridge.services.readings.states import RouterHome
from radiusbridge.services.router_desk.local_files import Draft, neutral, rotate
from radiusbridge.services.router_desk.looking import api_of

if TYPE_CHECKING:
    from radiusbridge.services.context import Context

KEEP = 10
"""Files of one kind and router that are kept where nothing else is said."""

T = TypeVar("T")


class Run(Protocol):
    """Runs what blocks."""

    def __call__(self, function: Callable[..., T], /, *args: object) -> Awaitable[T]:
        """Its result."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """folder: under which each router has a folder. keep: files of one kind and router; 0: all. sensitive: an export
    with passwords and keys. password: that encrypts a backup; None: it is not encrypted."""

    what: What
    folder: Path
    keep: int = KEEP
    sensitive: bool = False
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """path: the file here; None: it stays on the router as `remote`, `why`, and `line` fetches it. removed: older ones
    that were deleted here."""

    router: str
    what: What
    remote: str
    octets: int
    path: Path | None = None
    digest: str = ""
    removed: tuple[Path, ...] = ()
    why: str = ""
    line: str = ""


async def keep(context: "Context", home: RouterHome, wanted: Wanted, run: Run) -> Kept:
    """Have the router write it, bring it here, take it off the router, delete what is too old here.

    Errors: Refused; as `Router.read`; BadInput where it cannot be written here, before which nothing is deleted.
    """
    require(context, f"router.{wanted.what}")
    files = RouterFiles(context.gateways.router(home.name, api_of(home)), context.clock)
    prefix = f"{neutral(home.name)}-{wanted.what}"
    folder = wanted.folder / neutral(home.name)
    remote = await _written(files, home, wanted)
    draft = Draft(folder, f"{prefix}-{context.clock.now():%Y%m%d-%H%M%S}", _ending(remote.name))
    try:
        path = await _fetched(files, remote, draft, run)
    except NotOverApi as refusal:
        line = _line(home, remote, folder)
        kept = Kept(home.name, wanted.what, remote.name, remote.size, why=refusal.summary, line=line)
    else:
        await files.remove(remote)
        removed = await run(rotate, folder, prefix, wanted.keep, context.clock.now())
        kept = Kept(home.name, wanted.what, remote.name, draft.octets, path, draft.digest, removed)
    await _noted(context, kept, wanted)
    return kept


async def _written(files: RouterFiles, home: RouterHome, wanted: Wanted) -> RemoteFile:
    if wanted.what is What.EXPORT:
        return await files.write_export(sensitive=wanted.sensitive)
    if wanted.what is What.BACKUP:
        return await files.write_backup(wanted.password)
    return await files.write_database(home.server)


async def _fetched(files: RouterFiles, remote: RemoteFile, draft: Draft, run: Run) -> Path:
    await run(draft.open)
    try:
        async with aclosing(files.octets(remote)) as pieces:
            async for piece in pieces:
                await run(draft.add, piece)
        return await run(draft.finish)
    except BaseException:
        await run(draft.drop)
        raise


async def _noted(context: "Context", kept: Kept, wanted: Wanted) -> None:
    after = {"file": str(kept.path) if kept.path else None, "octets": kept.octets, "sensitive": wanted.sensitive}
    await context.database.write(
        lambda unit: unit.note(
            f"router.{kept.what}", f"router {kept.router}", who=context.who, channel=context.channel, after=after
        )
    )


def _ending(name: str) -> str:
    return neutral(name.rpartition(".")[2])[:16] if "." in name else "db"


def _line(home: RouterHome, remote: RemoteFile, folder: Path) -> str:
    """What a shell fetches it with."""
    api = api_of(home)
    host = f"[{api.host}]" if ":" in api.host else api.host
    return shlex.join(["sftp", f"{api.user}@{host}:/{remote.name}", str(folder)])
