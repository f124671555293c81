"""One command on its way: its words, and the sentences that answer it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.wire import encode_sentence
from radiusbridge.simulator.menus.properties import ARGUMENT, TrapError
from radiusbridge.simulator.values import duration_seconds

if TYPE_CHECKING:
    from radiusbridge.simulator.api.session import ApiSession
    from radiusbridge.simulator.menus.menu import Row
    from radiusbridge.simulator.router import Router


def _tail(tag: str | None) -> list[str]:
    """The word that every answer to a tagged command ends with."""
    return [] if tag is None else [f".tag={tag}"]


def monitor(call: "Call", read: Callable[[], Iterable["Row"]]) -> None:
    """Answer with readings: one with `once`, else one each interval until cancelled."""
    if "once" in call.attributes:
        call.rows(read())
        call.done()
        return
    seconds = duration_seconds(call.attributes.get("interval", "1s"))
    events = call.router.world.events

    def again() -> None:
        call.rows(read())
        timers[:] = [events.call_later(seconds, again)]

    timers = [events.call_later(0.0, again)]

    def cancel() -> None:
        timers[0].cancel()

    call.on_cancel = cancel
    call.session.keep(call)


class Call:
    """A command with its attributes, queries and tag; the answers go out through its session."""

    def __init__(self, session: "ApiSession", words: list[str]) -> None:
        self.session = session
        self.router: Router = session.router
        self.command = words[0]
        self.attributes: dict[str, str] = {}
        self.queries: list[str] = []
        self.tag: str | None = None
        self.proplist: list[str] | None = None
        self.on_cancel: Callable[[], None] | None = None
        self.finished = False
        for word in words[1:]:
            self._take(word)
        path, _, self.verb = self.command.rpartition("/")
        self.path = path or "/"
        self._tail = _tail(self.tag)

    def _take(self, word: str) -> None:
        if word.startswith("="):
            name, _, value = word[1:].partition("=")
            if name == ".proplist":
                self.proplist = value.split(",")
            else:
                self.attributes[name] = value
        elif word.startswith("?"):
            self.queries.append(word)
        elif word.startswith(".tag="):
            self.tag = word[5:]
        elif word.startswith(".proplist="):
            self.proplist = word[10:].split(",")

    def targets(self) -> list[str]:
        """The ids that `.id` or `numbers` names, comma separated."""
        given = self.attributes.pop(".id", None)
        given = self.attributes.pop("numbers", given)
        if given is None:
            raise TrapError("missing value(s) of argument(s) numbers", ARGUMENT)
        return [part for part in given.split(",") if part]

    def rows(self, rows: Iterable["Row"]) -> None:
        """Answer with rows, limited to the property list."""
        tail = self._tail
        wanted = self.proplist
        if wanted is None:
            sentences = [encode_sentence(["!re", *map("=%s=%s".__mod__, row.items()), *tail]) for row in rows]
        else:
            sentences = [
                encode_sentence(["!re", *(f"={name}={row[name]}" for name in wanted if name in row), *tail])
                for row in rows
            ]
        self.session.write(sentences)

    def reply(self, *words: str) -> None:
        """Answer with one sentence."""
        self.session.write([encode_sentence([*words, *self._tail])])

    def trap(self, message: str, category: int | None = None) -> None:
        """Answer with a trap; `done()` has to follow."""
        words = ["!trap", f"=message={message}"]
        if category is not None:
            words.insert(1, f"=category={category}")
        self.reply(*words)

    def done(self, ret: str | None = None) -> None:
        """End the command."""
        if not self.finished:
            self.finished = True
            self.session.forget(self)
            self.reply("!done", *([] if ret is None else [f"=ret={ret}"]))
