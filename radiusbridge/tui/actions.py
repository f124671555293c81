"""The one table of actions. Bindings, footer, help, palette, key sheet and read-only mode are made from it."""

from dataclasses import dataclass
from enum import StrEnum

from radiusbridge.domain.records import Customer, Operation
from radiusbridge.domain.verdict import Status
from radiusbridge.services.watch import Live


class Danger(StrEnum):
    """How an action asks."""

    NONE = "none"
    CONFIRM = "confirm"
    """One deliberate key, in a dialog that says whom it hits."""


class Need(StrEnum):
    """What an action cannot do without."""

    DATABASE = "database"
    WRITING = "writing"
    ROW = "row"
    CUSTOMER = "customer"
    SESSION = "session"
    OPERATION = "operation"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class State:
    """What decides whether an action is available, and what its headless line names."""

    screen: str = "customers"
    ready: bool = True
    """Whether the database is open."""
    read_only: bool = False
    selected: bool = False
    """Whether the cursor stands on a row that is here."""
    customer: Customer | None = None
    live: Live | None = None
    session_id: str = ""
    """Of the one session that is selected; empty: all of the customer's are meant."""
    operation: Operation | None = None
    device: tuple[str, str] | None = None
    """(`server` or `nas`, name)."""
    name: str = ""
    """Of the row, where the database gives it one."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an operator can do.

    keys: as Textual names them, separated by commas. needs: in the order in which they are asked for. line: the
    headless line that does the same, with fields of `headless.line_of`; empty: there is none. screens: where it is
    offered; empty: everywhere. rank: how early the footer shows it; 0: not at all.
    """

    id: str
    keys: str
    title: str
    help: str
    needs: tuple[Need, ...] = ()
    danger: Danger = Danger.NONE
    line: str = ""
    screens: tuple[str, ...] = ()
    rank: int = 0

    def offered(self, screen: str) -> bool:
        """Whether that screen has it."""
        return not self.screens or screen in self.screens

    def why_not(self, state: State) -> str:
        """Why it is not available; empty: it is."""
        if not self.offered(state.screen):
            return f"the screen {state.screen} does not have it"
        for need in self.needs:
            why = _missing(need, state)
            if why:
                return why
        return _unsuitable(self.id, state)


def _missing(need: Need, state: State) -> str:
    match need:
        case Need.DATABASE:
            return "" if state.ready else "the database is not open yet"
        case Need.WRITING:
            return "this dashboard is read-only" if state.read_only else ""
        case Need.ROW:
            return "" if state.selected else "nothing is selected"
        case Need.CUSTOMER if state.customer is None:
            return "no customer has this user name" if state.selected else "no customer is selected"
        case Need.SESSION:
            return "there is no live session to kick" if state.live is Live.OFFLINE else ""
        case Need.OPERATION:
            return "no operation is selected" if state.operation is None else ""
        case Need.DEVICE:
            return "no server or NAS is selected" if state.device is None else ""
    return ""


def _unsuitable(action_id: str, state: State) -> str:
    """What the row under the cursor does not allow."""
    operation = state.operation
    if operation is None:
        return ""
    if action_id in {"cancel", "retry"} and operation.status.final:
        return f"operation {operation.id} is over: {operation.verdict or operation.status}"
    if action_id == "retry" and operation.status is Status.RUNNING:
        return f"operation {operation.id} is running"
    if action_id == "undo" and not operation.status.final:
        return f"operation {operation.id} is {operation.status}; cancel it instead"
    return ""


SCREENS = (
    ("customers", "Customers"),
    ("sessions", "Sessions"),
    ("operations", "Operations"),
    ("devices", "Devices"),
    ("profiles", "Profiles"),
    ("audit", "Audit"),
    ("packets", "Packets"),
)
"""(id, title) of the screens; their place is their number key."""

_D, _W = Need.DATABASE, Need.WRITING
_CUSTOMER = (_D, _W, Need.CUSTOMER)

_DOING = (
    Action(
        "isolate",
        "i",
        "isolate",
        "Open a hold, cut the customer off; ends in a verdict",
        _CUSTOMER,
        Danger.CONFIRM,
        "radiusbridge isolate {customer} --policy {policy} --hold {hold}",
        ("customers",),
        90,
    ),
    Action(
        "activate",
        "a",
        "activate",
        "Close a hold; the last one closed lets the customer in",
        _CUSTOMER,
        Danger.CONFIRM,
        "radiusbridge activate {customer} --hold {hold}",
        ("customers",),
        89,
    ),
    Action(
        "kick",
        "x",
        "kick",
        "End live sessions; the customer may dial again",
        (*_CUSTOMER, Need.SESSION),
        Danger.CONFIRM,
        "radiusbridge kick {customer} --session-id {session}",
        ("customers", "sessions"),
        88,
    ),
    Action(
        "renew",
        "r",
        "renew",
        "The customer has paid: move the last paid day, let them in",
        _CUSTOMER,
        Danger.CONFIRM,
        "radiusbridge renew {customer} --months {months}",
        ("customers",),
        87,
    ),
    Action(
        "cancel",
        "c",
        "cancel",
        "Cancel it; what is in flight ends first",
        (_D, _W, Need.OPERATION),
        Danger.CONFIRM,
        "radiusbridge op cancel {operation}",
        ("operations",),
        86,
    ),
    Action(
        "retry",
        "t",
        "retry",
        "Carry out now what is queued, or waits for its server",
        (_D, _W, Need.OPERATION),
        line="radiusbridge op run {operation}",
        screens=("operations",),
        rank=85,
    ),
    Action(
        "undo",
        "u",
        "undo",
        "Take the operation back, by an operation of its own",
        (_D, _W, Need.OPERATION),
        Danger.CONFIRM,
        "radiusbridge undo {operation}",
        ("customers", "operations"),
        60,
    ),
    Action(
        "test",
        "t",
        "test",
        "Test server or NAS step by step, and name the step that fails",
        (_D, Need.DEVICE),
        line="radiusbridge {device} test {name}",
        screens=("devices",),
        rank=86,
    ),
    Action(
        "probe",
        "p",
        "probe",
        "Log in once as the customer would, where that can harm nobody",
        _CUSTOMER,
        line="radiusbridge probe auth {server} --user {user}",
        screens=("customers",),
        rank=50,
    ),
    Action(
        "why",
        "w",
        "why not",
        "Why the customer was refused last, as the routers' logs tell",
        (_D, Need.CUSTOMER),
        line="radiusbridge customer show {customer}",
        screens=("customers",),
        rank=49,
    ),
    Action(
        "add",
        "n",
        "new",
        "Add a customer, and the account on its server",
        (_D, _W),
        line="radiusbridge customer add --user NAME --profile NAME --password-file FILE",
        screens=("customers",),
        rank=48,
    ),
    Action(
        "edit",
        "e",
        "edit",
        "Change the customer; what the server holds too is submitted",
        _CUSTOMER,
        line="radiusbridge customer edit {customer}",
        screens=("customers",),
        rank=47,
    ),
    Action(
        "doctor",
        "d",
        "doctor",
        "Examine it by its own menus; what is wrong, the lines that mend it; keeps what it can do",
        (_D, _W, Need.DEVICE),
        line="radiusbridge doctor {name}",
        screens=("devices",),
        rank=85,
    ),
)

_LOOKING = (
    Action("evidence", "enter", "evidence", "All of it, every step of the last operation too", (_D, Need.ROW), rank=82),
    Action("filter", "slash", "filter", "Words and fields; what this list understands stands below", rank=81),
    Action("sort", "s", "sort", "By the next column", (_D,), rank=30),
    Action("reverse", "S", "reverse", "The other way round", (_D,)),
    Action("export", "E", "export", "The filtered view as CSV or JSON lines, into a file", (_D,), rank=29),
    Action("copy", "y", "copy line", "Show the headless lines of what can be done here, and copy one", (_D,), rank=28),
    Action("palette", "colon,ctrl+p", "palette", "Every action and screen by name"),
    Action("back", "escape", "back", "Leave the dialog or page; on a list: clear the filter"),
    Action("help", "question_mark", "help", "This page", rank=80),
    Action("quit", "q", "quit", "Leave; what runs goes on without the screen", rank=79),
)

_GOING = tuple(
    Action(f"go-{name}", str(number), title, f"The screen {title}", line=f"radiusbridge tui {name}")
    for number, (name, title) in enumerate(SCREENS, 1)
)

ACTIONS = (*_DOING, *_LOOKING, *_GOING)
"""Everything that an operator can do in the dashboard."""


def action(action_id: str) -> Action:
    """The action of that id."""
    return _BY_ID[action_id]


_BY_ID = {each.id: each for each in ACTIONS}


def actions_of(screen: str) -> tuple[Action, ...]:
    """What that screen offers, in the order of the table."""
    return tuple(each for each in ACTIONS if each.offered(screen))


MOVES = (
    ("↑ ↓ j k", "one line"),
    ("pgup pgdn", "one screen"),
    ("g G", "first, last (home, end)"),
)
"""How to move in a list; the list itself binds these keys."""
MOVING_KEYS = frozenset({"up", "down", "j", "k", "pageup", "pagedown", "g", "G", "home", "end", "ctrl+f", "ctrl+u"})
"""What the list itself binds."""

SIGNS = (
    ("● w", "live; live behind the wall (isolated)"),
    ("○", "offline: on none of the fresh lists"),
    ("?", "not known: a NAS list is stale, and how old it is"),
    ("✔ ? ✖", "PROVEN, UNPROVEN, FAILED"),
    ("▸ · …", "running, queued, waiting for the server"),
    ("2x ghost", "a session beside another; one that the server counts and no NAS has"),
)
"""What the signs mean."""
