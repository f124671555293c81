"""One API connection as the router sees it: login, commands by tag, cancel, faults."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.api.commands import execute
from radiusbridge.simulator.api.wire import BadStreamError, Decoder, encode_sentence
from radiusbridge.simulator.menus.properties import ARGUMENT, MISSING, TrapError

if TYPE_CHECKING:
    from radiusbridge.simulator.router import Router


def answer(password: str, challenge: bytes) -> str:
    """The response to a login challenge of the API before 6.43."""
    digest = hashlib.md5(b"\x00" + password.encode("utf-8", "surrogateescape") + challenge)
    return f"00{digest.hexdigest()}"


class ApiSession:
    """Feeds on bytes from the client; `send` takes bytes to it, `close(reset)` ends the connection."""

    def __init__(
        self, router: "Router", peer: str, send: Callable[[bytes], None], close: Callable[[bool], None]
    ) -> None:
        self.router = router
        self.peer = peer
        self.user: str | None = None
        self.policies: frozenset[str] = frozenset()
        self.closed = False
        self._send = send
        self._close = close
        self._decoder = Decoder()
        self._running: list[Call] = []
        self._waiting: list[Call] = []
        self._received = 0
        self._sent = 0
        self._muted = False
        self._challenge: bytes | None = None

    def count_anew(self) -> None:
        """Count its sentences from here on for the faults that count them."""
        self._received = self._sent = 0

    def feed(self, data: bytes) -> None:
        """Take bytes of the client; whole sentences are carried out when the router gets to them."""
        if self.closed:
            return
        try:
            sentences = self._decoder.feed(data)
        except BadStreamError:
            self.end(reset=False)
            return
        for words in sentences:
            self._received += 1
            faults = self.router.faults
            resets = self._received == faults.reset_after_in and faults.resets > 0
            if resets:
                faults.resets -= 1
                if faults.reset_executes:
                    self._muted = True
                    self._execute(Call(self, words))
                self.end(reset=True)
            if resets or self.closed:
                return
            self._admit(Call(self, words))

    def _admit(self, call: Call) -> None:
        if call.command in ("/cancel", "/quit"):
            self._execute(call)
            return
        self._waiting.append(call)
        self.router.api.admit(lambda: self._start(call))

    def _start(self, call: Call) -> None:
        if call in self._waiting:
            self._waiting.remove(call)
            self._execute(call)

    def _execute(self, call: Call) -> None:
        if self.closed:
            return
        if call.command == "/login":
            delay = self.router.faults.login_delay
            self.router.world.events.call_later(delay, lambda: self._login(call)) if delay else self._login(call)
        elif call.command == "/quit":
            self._fatal("session terminated on request")
        elif self.user is None:
            self._fatal("not logged in")
        elif call.command == "/cancel":
            self._cancel(call)
        else:
            self._command(call)

    def _command(self, call: Call) -> None:
        if self.router.api.heard is not None:
            self.router.api.heard(call.command)
        try:
            if not call.command.startswith("/") or call.command == "/":
                raise TrapError("no such command", MISSING)
            execute(call)
        except TrapError as trap:
            call.trap(trap.message, trap.category)
            call.done()

    def _login(self, call: Call) -> None:
        """In clear from 6.43 on; by challenge and response until 6.45."""
        given, version = call.attributes, self.router.version_number
        if version < (6, 45) and "response" not in given and (version < (6, 43) or "name" not in given):
            self._challenge = self.router.world.octets(16)
            call.done(self._challenge.hex())
            return
        name = given.get("name", "")

        def proves(password: str) -> bool:
            if version < (6, 45) and "response" in given:
                return self._challenge is not None and given["response"] == answer(password, self._challenge)
            return given.get("password", "") == password

        policies = self.router.users.login(name, proves, self.peer)
        self._challenge = None
        if policies is None:
            call.trap("invalid user name or password (6)" if version >= (6, 43) else "cannot log in")
        else:
            self.user, self.policies = name, policies
        call.done()

    def _cancel(self, call: Call) -> None:
        tag = call.attributes.get("tag")
        victims = [other for other in (*self._running, *self._waiting) if tag is None or other.tag == tag]
        for victim in victims:
            if victim in self._waiting:
                self._waiting.remove(victim)
            victim.trap("interrupted", 2)
        if not victims and tag is not None:
            call.trap("no such item", ARGUMENT)
        call.done()
        for victim in victims:
            self._stop(victim)
            victim.done()

    def keep(self, call: Call) -> None:
        """Remember a command that goes on until it is cancelled."""
        self._running.append(call)

    def forget(self, call: Call) -> None:
        """A command is over."""
        if call in self._running:
            self._running.remove(call)

    @staticmethod
    def _stop(call: Call) -> None:
        if call.on_cancel is not None:
            call.on_cancel()
            call.on_cancel = None

    def _fatal(self, reason: str) -> None:
        self.write([encode_sentence(["!fatal", reason])])
        self.end(reset=False)

    def write(self, sentences: list[bytes]) -> None:
        """Send sentences, unless a fault cuts the connection on the way."""
        if self.closed or self._muted or not sentences:
            return
        faults = self.router.faults
        limit = faults.reset_after_out
        if limit is not None and faults.resets > 0 and self._sent < limit <= self._sent + len(sentences):
            count = limit - self._sent
            faults.resets -= 1
            last = sentences[count - 1]
            self._send(
                b"".join(sentences[: count - 1]) + (last[: len(last) // 2] if faults.reset_mid_sentence else last)
            )
            self.end(reset=True)
            return
        self._sent += len(sentences)
        self._send(b"".join(sentences))

    def end(self, reset: bool) -> None:
        """Close the connection from the router's side."""
        if not self.closed:
            self.detach()
            self._close(reset)

    def detach(self) -> None:
        """The connection is gone: every running command stops."""
        self.closed = True
        for call in self._running:
            self._stop(call)
        self._running.clear()
        self._waiting.clear()
        self.router.api.sessions.discard(self)
