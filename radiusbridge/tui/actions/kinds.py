"""What an action is, what it needs, and when it is not available."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from radiusbridge.domain.live import Live
from radiusbridge.domain.verdict import Status
from radiusbridge.tui.language import _
from radiusbridge.tui.terms import term

if TYPE_CHECKING:
    from radiusbridge.domain.records import Customer, Operation


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
    customer: "Customer | None" = None
    live: Live | None = None
    session_id: str = ""
    """Of the one session that is selected; empty: all of the customer's are meant."""
    operation: "Operation | None" = None
    device: tuple[str, str] | None = None
    """(`server` or `nas`, name)."""
    demo: bool = False
    """Whether the ISP is simulated."""
    name: str = ""
    """Of the row, where the database gives it one."""
    servers: tuple[str, ...] = ()
    """The servers that are meant; empty: all."""
    file: str = ""
    """That the row stands in."""
    listed: str = ""
    """Which of its lists a screen shows, where it has several."""
    kind: str = ""
    """Of the row, where a headless line names kinds."""
    nas: str = ""
    """Where the row is."""
    row: str = ""
    """What its router calls the row."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an operator can do.

    keys: as Textual names them, separated by commas. needs: in the order in which they are asked for. line: the
    headless line that does the same, with fields of `headless.line_of`; empty: there is none. screens: where it is
    offered; empty: everywhere but on those of `never`. rank: how early the footer shows it; 0: not at all.
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
    never: tuple[str, ...] = ()

    def offered(self, screen: str) -> bool:
        """Whether that screen has it."""
        return screen in self.screens if self.screens else screen not in self.never

    def why_not(self, state: State) -> str:
        """Why it is not available; empty: it is."""
        if not self.offered(state.screen):
            return _("the screen {name} does not have it").format(name=state.screen)
        for need in self.needs:
            why = _missing(need, state)
            if why:
                return why
        return _unsuitable(self.id, state)


def _missing(need: Need, state: State) -> str:
    match need:
        case Need.DATABASE:
            return "" if state.ready else _("the database is not open yet")
        case Need.WRITING:
            return _("this dashboard is read-only") if state.read_only else ""
        case Need.ROW:
            return "" if state.selected else _("nothing is selected")
        case Need.CUSTOMER if state.customer is None:
            return _("no customer has this user name") if state.selected else _("no customer is selected")
        case Need.SESSION:
            return _("there is no live session to kick") if state.live is Live.OFFLINE else ""
        case Need.OPERATION:
            return _("no operation is selected") if state.operation is None else ""
        case Need.DEVICE:
            return _("no server or NAS is selected") if state.device is None else ""
    return ""


OF_LIST = {"apply": "plan", "direct": "plan", "direct-kind": "plan", "save-plan": "plan", "repair": "drift"}
"""Actions that go with one list of a screen that has two."""


_WRITTEN = ("user", "profile", "binding")
OF_KINDS = {
    "hotspot-codes": ("user",),
    "hotspot-kick": ("active",),
    "hotspot-add": _WRITTEN,
    "hotspot-edit": _WRITTEN,
    "hotspot-enable": ("user", "binding", "server"),
    "hotspot-disable": ("user", "binding", "server"),
    "hotspot-reset": ("user",),
    "hotspot-remove": (*_WRITTEN, "cookie", "host"),
}
"""Actions that go with some of a hotspot's lists."""


def _unsuitable(action_id: str, state: State) -> str:
    """What the row under the cursor does not allow."""
    if state.kind not in OF_KINDS.get(action_id, (state.kind,)):
        return _("this list does not have it; t shows another one")
    if state.listed and action_id in OF_LIST and OF_LIST[action_id] != state.listed:
        return _("this list is the {name}; the key of “plan/drift” shows the other one").format(name=state.listed)
    if action_id == "tour" and not state.demo:
        return _("the tour belongs to the demo: radiusbridge demo")
    if action_id in {"server_fill", "server_sweep"} and state.device is not None and state.device[0] != "server":
        return _("choose a server: this is a NAS")
    operation = state.operation
    if operation is None:
        return ""
    if action_id in {"cancel", "retry"} and operation.status.final:
        state_now = term(operation.verdict or operation.status)
        return _("operation {id} is over: {state}").format(id=operation.id, state=state_now)
    if action_id == "retry" and operation.status is Status.RUNNING:
        return _("operation {id} is running").format(id=operation.id)
    if action_id == "undo" and not operation.status.final:
        return _("operation {id} is {state}; cancel it instead").format(id=operation.id, state=term(operation.status))
    return ""
