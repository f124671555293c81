"""Commands that wait for a place in a router's window share one.

A command goes out at once where the window has room. Where it has none, whoever asks for the like joins the command
that waits already: prints become one print with more names, equal changes one `set` with more rows. Nobody is ever
given what was asked for before they asked: a command that was sent takes nobody in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from radiusbridge.domain.errors import BadInput
from radiusbridge.gateways.fence import Fence, LeaseOver, current
from radiusbridge.routeros.commands import compose, equal
from radiusbridge.routeros.errors import RouterTrap, TrapKind
from radiusbridge.routeros.exchange import Make

Row = dict[str, str]
Rows = list[Row]
Send = Callable[[str, Make], Awaitable[Rows]]
"""(command, what gives its words when it is sent) -> its rows."""

MOST = 50
"""Names, or rows, in one command."""
_OF_ALL = frozenset({TrapKind.NO_SUCH_COMMAND, TrapKind.NOT_ENOUGH_PERMISSIONS})
"""Refusals that have nothing to do with which names or rows were meant."""


@dataclass(frozen=True, slots=True)
class Print:
    """Prints of one menu that can be one: rows of which one of the properties `by` has the value asked for, or every
    row without `by`; of those that the query `among` lets through."""

    command: str
    by: tuple[str, ...]
    among: tuple[str, ...] = ()

    def words(self, values: Sequence[str], proplist: Sequence[str]) -> Sequence[str]:
        """The command for these values; its query is a stack, each value joined to those before it."""
        queries = list(self.among)
        for count, word in enumerate(equal(name, value) for value in values for name in self.by):
            queries += (word, "?#|") if count else (word,)
        if values and self.among:
            queries.append("?#&")
        if len(values) > 1 and proplist:
            proplist = tuple(dict.fromkeys((*proplist, *self.by)))
        return compose(self.command, {}, queries, proplist)

    def owns(self, row: Row, values: Collection[str | None]) -> bool:
        """Whether a row was asked for by one of these values."""
        return any(row.get(name) in values for name in self.by)


@dataclass(frozen=True, slots=True)
class Set:
    """Equal changes to rows of one menu. changes: the words that say what."""

    command: str
    changes: tuple[str, ...]

    def words(self, values: Sequence[str], _proplist: Sequence[str]) -> Sequence[str]:
        """The command for rows of these `.id`."""
        return [self.command, f"=.id={','.join(values)}", *self.changes]

    def owns(self, _row: Row, _values: Collection[str | None]) -> bool:
        """No rows come back."""
        return False


@dataclass(slots=True, eq=False)
class _Member:
    """One who asked."""

    values: tuple[str, ...]
    proplist: tuple[str, ...]
    answer: asyncio.Future[Rows]
    fence: Fence = field(default_factory=current)

    def give(self, rows: Rows) -> None:
        """These rows, as far as they were asked for; they are the asker's own."""
        if not self.answer.done():
            wanted = frozenset(self.proplist)
            self.answer.set_result(
                [{name: row[name] for name in row if name in wanted} for row in rows] if wanted else rows.copy()
            )

    def fail(self, error: BaseException) -> None:
        """It ended badly."""
        if self.answer.done():
            return
        if isinstance(error, asyncio.CancelledError):
            self.answer.cancel()
        else:
            self.answer.set_exception(error)


@dataclass(slots=True, eq=False)
class _Command:
    """One command, and who waits for it; `task` sends it."""

    kind: Print | Set
    members: list[_Member] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """What is asked for, in the order of asking, each once."""
        return tuple(dict.fromkeys(value for member in self.members for value in member.values))

    def takes(self, values: tuple[str, ...], most: int) -> bool:
        """Whether there is room for these as well."""
        return len({*self.values, *values}) <= most

    def words(self) -> Sequence[str]:
        """The command as it is now; a change only for those whose lease holds. LeaseOver: nobody's does."""
        if isinstance(self.kind, Set):
            self._pass_fences()
        lists = [member.proplist for member in self.members]
        proplist = dict.fromkeys(name for names in lists for name in names) if all(lists) else ()
        return self.kind.words(self.values, tuple(proplist))

    def _pass_fences(self) -> None:
        over: LeaseOver | None = None
        for member in tuple(self.members):
            try:
                member.fence(0.0)
            except LeaseOver as error:
                over = error
                self.members.remove(member)
                member.fail(error)
        if over is not None and not self.members:
            raise over


class Sharing:
    """The commands of one router that may be shared. send: sends one; what it raises, all who wait are given."""

    def __init__(self, send: Send, most: int = MOST) -> None:
        self._send = send
        self._most = most
        self._open: dict[Print | Set, _Command] = {}
        """Those that wait for their place."""

    def ask(self, kind: Print | Set, values: tuple[str, ...], proplist: Sequence[str] = ()) -> asyncio.Future[Rows]:
        """The rows for these values, from a command that is sent from now on. Cancelled, it is not waited for any more.

        Where a shared command is refused, or brings rows that nobody asked for by their very text, each asks alone.
        """
        command = self._open.get(kind)
        if command is None or not command.takes(values, self._most):
            command = self._open[kind] = _Command(kind)
        member = _Member(values, tuple(proplist), asyncio.get_running_loop().create_future())
        command.members.append(member)
        if command.task is None:
            command.task = asyncio.create_task(self._carry_out(command), name=f"shared {command.kind.command}")
        member.answer.add_done_callback(lambda answer: self._left(command, member) if answer.cancelled() else None)
        return member.answer

    def _left(self, command: _Command, member: _Member) -> None:
        command.members.remove(member)
        if not command.members and command.task is not None:  # a command for nobody is not carried on
            self._close(command)
            command.task.cancel()

    async def _carry_out(self, command: _Command) -> None:
        def words() -> Sequence[str]:
            self._close(command)
            return command.words()

        try:
            await self._deal(command, await self._send(command.kind.command, words))
        except (RouterTrap, BadInput) as refusal:
            self._close(command)
            kind = refusal.kind if isinstance(refusal, RouterTrap) else None
            if len(command.values) < 2 or kind in _OF_ALL:
                _fail(command, refusal)
                return
            if kind is TrapKind.OTHER:
                self._most = max(1, len(command.values) // 2)  # it may have been too long for this router
            await self._alone(command)
        except BaseException as error:
            self._close(command)
            _fail(command, error)

    def _close(self, command: _Command) -> None:
        """Nobody joins it any more."""
        if self._open.get(command.kind) is command:
            del self._open[command.kind]

    async def _deal(self, command: _Command, rows: Rows) -> None:
        kind, values = command.kind, frozenset(command.values)
        if len(values) < 2:
            for member in command.members:
                member.give(rows)
        elif all(kind.owns(row, values) for row in rows):
            for member in command.members:
                member.give([row for row in rows if kind.owns(row, member.values)])
        else:
            await self._alone(command)

    async def _alone(self, command: _Command) -> None:
        """Let each ask for itself."""
        await asyncio.gather(*(self._again(command.kind, member) for member in command.members))

    async def _again(self, kind: Print | Set, member: _Member) -> None:
        alone = _Command(kind, [member])
        try:
            member.give(await self._send(kind.command, alone.words))
        except Exception as error:
            member.fail(error)


def _fail(command: _Command, error: BaseException) -> None:
    for member in command.members:
        member.fail(error)
