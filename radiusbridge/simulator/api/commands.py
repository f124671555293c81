"""What the common commands do: print, listen, add, set, remove, enable, disable, and their policies."""

from collections.abc import Iterable

from radiusbridge.simulator.api.call import Call
from radiusbridge.simulator.api.query import bound_of, compile_query
from radiusbridge.simulator.menus.menu import PRINT, PRINT_SINGLE, Menu, Row
from radiusbridge.simulator.menus.properties import ARGUMENT, MISSING, TrapError

_TEXTS = frozenset(
    ["name", "password", "comment", "username", "login", "first-name", "last-name", "phone", "location", "email"]
)
"""Properties that hold any text, so that `true` in them is no boolean."""
_ROOT_POLICIES = {"ping": "test", "reboot": "reboot", "export": "ftp"}
_READS = frozenset({"print", "listen", "getall", "monitor", "monitor-traffic"})


def execute(call: Call) -> None:
    """Carry out a command of a menu; TrapError when it fails. The command has to end itself."""
    router = call.router
    menu = router.menus.get(call.path)
    if menu is None:
        own = router.root_commands.get(call.command)
        if own is None:
            raise TrapError("no such command prefix" if call.path not in router.folders else "no such command", MISSING)
        arguments, run = own
        _permit(call, _ROOT_POLICIES[call.verb])
        _known(call, arguments)
        run(call)
        return
    verb = "print" if call.verb == "getall" else call.verb
    if verb in menu.commands:
        arguments, run = menu.commands[verb]
        _permit(call, "read" if verb in _READS else menu.write_policy)
        _known(call, arguments | {".id", "numbers"} if "numbers" in arguments else arguments)
        if not _swallowed(call, verb):
            run(call)
    elif verb == "listen" and menu.listens and "print" in menu.verbs and not menu.single:
        _permit(call, "read")
        _listen(call, menu, first=False)
    elif verb not in menu.verbs:
        raise TrapError("no such command", MISSING)
    elif verb == "print":
        _permit(call, "read")
        _print(call, menu)
    else:
        _permit(call, menu.write_policy)
        if not _swallowed(call, verb):
            _write(call, menu, verb)


def _permit(call: Call, policy: str) -> None:
    if policy not in call.session.policies:
        raise TrapError("not enough permissions (9)")


def _known(call: Call, allowed: Iterable[str]) -> None:
    for name in call.attributes:
        if name not in allowed:
            raise TrapError(f"unknown parameter {name}", ARGUMENT)


def _swallowed(call: Call, verb: str) -> bool:
    """The faults that trap one command in the middle of a batch, or answer it without doing anything."""
    faults = call.router.faults
    if verb in _READS:
        return False
    if faults.trap_after is not None:
        faults.trap_after -= 1
        if faults.trap_after < 0:
            faults.trap_after = None
            raise TrapError(faults.trap_message)
    if faults.hollow_writes:
        call.done("*FFFF" if verb == "add" else None)
    return faults.hollow_writes


# -- reading


def _print_arguments(menu: Menu) -> frozenset[str]:
    version = menu.router.version_number
    if menu.single:
        allowed = PRINT_SINGLE | menu.print_extra
    else:
        allowed = PRINT | menu.print_extra | {".id"}
        if version >= (7, 17):
            allowed |= {"group-by"}
    if menu.secrets and version >= (7, 21):
        allowed |= {"show-sensitive"}
    return allowed


def _hidden(call: Call, menu: Menu) -> bool:
    """Whether the secret properties of this menu are hidden from this command."""
    if not menu.secrets:
        return False
    rule = menu.router.switches.secrets
    if rule == "shown":
        return False
    if "sensitive" not in call.session.policies:
        return True
    return (
        rule == "show-sensitive" and menu.router.version_number >= (7, 21) and "show-sensitive" not in call.attributes
    )


def shown(call: Call, menu: Menu, rows: Iterable[Row]) -> Iterable[Row]:
    """Rows as this command may see them."""
    views = map(menu.view, rows)
    if menu.router.switches.booleans == "yes":
        views = map(_yes_and_no, views)
    if not _hidden(call, menu):
        return views
    mask = menu.router.switches.hidden_as
    if mask is None:
        return ({name: value for name, value in row.items() if name not in menu.secrets} for row in views)
    return ({name: mask if name in menu.secrets and value else value for name, value in row.items()} for row in views)


def _yes_and_no(row: Row) -> Row:
    words = {"true": "yes", "false": "no"}
    return {name: value if name in _TEXTS else words.get(value, value) for name, value in row.items()}


def _selected(call: Call, menu: Menu) -> list[Row]:
    """The rows that a print shows."""
    if ".id" in call.attributes or "from" in call.attributes:
        wanted = call.attributes.get(".id") or call.attributes.get("from", "")
        return list(shown(call, menu, [menu.lookup(part) for part in wanted.split(",") if part]))
    try:
        matches = compile_query(call.queries)
        bound = bound_of(call.queries)
        among = None if bound is None else menu.among(bound)
        rows = shown(call, menu, menu.rows() if among is None else among)
        return list(rows) if matches is None else [row for row in rows if matches(row)]
    except IndexError as error:
        raise TrapError("invalid query", ARGUMENT) from error


def _print(call: Call, menu: Menu) -> None:
    _known(call, _print_arguments(menu))
    if not menu.single and ("follow" in call.attributes or "follow-only" in call.attributes):
        _listen(call, menu, first="follow" in call.attributes)
        return
    rows = _selected(call, menu)
    if "count-only" in call.attributes:
        call.done(str(len(rows)))
        return
    if rows:
        call.rows(rows)
    elif menu.router.version_number >= (7, 18):
        call.reply("!empty")
    call.done()


def _listen(call: Call, menu: Menu, first: bool) -> None:
    """Send changes until cancelled; with `first`, the rows of now before them."""
    _known(call, _print_arguments(menu))
    if first:
        call.rows(_selected(call, menu))
    matches = compile_query(call.queries)

    def changed(row: Row) -> None:
        if ".dead" in row:
            call.rows([{**row, ".dead": "true"}] if call.proplist is None else [])
            if call.proplist is not None:
                call.reply("!re", f"=.id={row['.id']}", "=.dead=true")
            return
        for view in shown(call, menu, [row]):
            if matches is None or matches(view):
                call.rows([view])

    watchers = menu.router.watchers.setdefault(menu.path, [])
    watchers.append(changed)
    call.on_cancel = lambda: watchers.remove(changed)
    call.session.keep(call)


# -- writing


def _write(call: Call, menu: Menu, verb: str) -> None:
    if verb == "add":
        call.done(_add(call, menu))
        return
    if menu.single:
        _refuse_read_only(call, menu)
        menu.set(next(iter(menu.rows())), call.attributes)
        call.done()
        return
    rows = [menu.lookup(target) for target in call.targets()]
    if verb in ("enable", "disable"):
        _known(call, ())
        call.attributes = {"disabled": "yes" if verb == "disable" else "no"}
    if verb == "unset":
        _known(call, {"value-name"})
        for row in rows:
            menu.unset(row, call.attributes.get("value-name", ""))
    elif verb == "move":
        _known(call, {"destination"})
        for row in rows:
            menu.place(row, call.attributes.get("destination"))
    elif verb == "remove":
        _known(call, ())
        for row in rows:
            menu.remove(row)
    else:
        _refuse_read_only(call, menu)
        for row in rows:
            menu.set(row, call.attributes)
    call.done()


def _add(call: Call, menu: Menu) -> str:
    """Add a row where it is wanted, and return its `.id`."""
    if "copy-from" in call.attributes:
        source = menu.lookup(call.attributes.pop("copy-from"))
        copied = {name: value for name, value in source.items() if name in menu.properties}
        call.attributes = {**copied, **call.attributes}
    _refuse_read_only(call, menu)
    place = call.attributes.pop("place-before", None) if "move" in menu.verbs else None
    before = None if place is None else menu.lookup(place)[".id"]
    made = menu.add(call.attributes)
    if before is not None:
        menu.place(menu.lookup(made), before)
    return made


def _refuse_read_only(call: Call, menu: Menu) -> None:
    """A property that print shows but nobody can write is unknown to set and add."""
    for name in call.attributes:
        if name in menu.read_only and name not in menu.properties:
            raise TrapError(f"unknown parameter {name}", ARGUMENT)
