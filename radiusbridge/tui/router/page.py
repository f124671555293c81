"""The page of one router: one view at a time, read again and again, or streamed while it is seen."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from radiusbridge.domain.errors import BadInput, RadiusbridgeError
from radiusbridge.gateways.desk_traffic import AGGREGATE
from radiusbridge.services.readings.states import RouterHome
from radiusbridge.services.router_desk.looking import desk_of, home_of
from radiusbridge.services.router_desk.rebooting import restart_of
from radiusbridge.services.router_desk.traffic import TrafficWatch
from radiusbridge.services.router_log import RouterLog
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.actions.router_actions import PAGE, ROUTER_ACTIONS, VIEWS
from radiusbridge.tui.actions.table import action
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.form import Entry, Form, Values
from radiusbridge.tui.headless import line_of
from radiusbridge.tui.help import Help
from radiusbridge.tui.language import _
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.pane import Page
from radiusbridge.tui.router import doing, views
from radiusbridge.tui.rows import BAD
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.gateways.desk import RouterDesk
    from radiusbridge.services.context import Context
    from radiusbridge.tui.app import Dashboard

EVERY = 5.0
"""Seconds between two readings of a view that is no stream."""
LOOK = 0.5
"""Seconds between two looks at the log's news."""
_OWN = tuple(each for each in ROUTER_ACTIONS if PAGE in each.screens)
_BAD_SIGN = "✖"
_KEYS = ("router_reboot", "router_export", "router_backup", "router_database", "router_copy")
_OF_TRAFFIC = ("router_next", "router_before", "router_named")

Read = Callable[["RouterDesk"], Awaitable[Sequence[Text]]]


async def _state(context: "Context", name: str, desk: "RouterDesk") -> Sequence[Text]:
    restart = await restart_of(context, name)
    told = [] if restart is None else [views.restart_line(restart, context.clock.now())]
    try:
        return [*views.face_lines(await desk.face()), *told]
    except RadiusbridgeError as error:
        if restart is None or restart.status.final:
            raise
        return [*told, Text(f"{_BAD_SIGN} {cell(error.line(), 300)}", TONE_STYLES[BAD])]


async def _interfaces(desk: "RouterDesk") -> Sequence[Text]:
    return views.port_lines(await desk.ports())


async def _pppoe(desk: "RouterDesk") -> Sequence[Text]:
    return views.server_lines(await desk.pppoe())


async def _pools(desk: "RouterDesk") -> Sequence[Text]:
    return views.pool_lines(await desk.pools())


async def _netwatch(desk: "RouterDesk") -> Sequence[Text]:
    return views.watched_lines(await desk.netwatch())


_READS: dict[str, Read] = {
    "router_interfaces": _interfaces,
    "router_pppoe": _pppoe,
    "router_pools": _pools,
    "router_netwatch": _netwatch,
}


class RouterPage(Page):
    """what: `server` or `nas`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.keys, f"act('{each.id}')", each.title, id=each.id, show=False) for each in _OWN
    ]

    def __init__(self, app: "Dashboard", what: str, name: str) -> None:
        super().__init__()
        self._dashboard = app
        self._known = State(PAGE, ready=True, read_only=app.read_only, selected=True, device=(what, name))
        self._router = name
        self._view = VIEWS[0].id
        self._interface = AGGREGATE
        self.graphed: TrafficWatch | None = None
        """Of the traffic that was shown last."""
        self._names: Sequence[str] = ()
        """Of its interfaces, once they were asked for."""
        self._fresh = True
        """Whether the view was not drawn yet, which no slow link delays."""

    def on_mount(self) -> None:
        """Begin with its state."""
        super().on_mount()
        self._begin(self._view)

    def on_resize(self) -> None:
        """As many keys as there is room for."""
        self._draw_keys()

    def action_act(self, action_id: str) -> None:
        """What a key of the table of actions does."""
        wanted = action(action_id)
        why = wanted.why_not(self._known)
        if why:
            self._dashboard.notify(why, title=_(wanted.title), severity="warning")
        elif wanted in VIEWS:
            self._begin(action_id)
        else:
            getattr(self, f"_do_{action_id.removeprefix('router_')}")()

    # -- what is seen

    def _begin(self, view: str) -> None:
        """The view before ends with this, and with it its stream on the router."""
        self._view, self._fresh = view, True
        self._draw_keys()
        self._show([Text("…")])
        self._fresh = True
        self.run_worker(self._guarded(view), group="view", exclusive=True)

    async def _guarded(self, view: str) -> None:
        desk = self._dashboard.desk
        assert desk is not None
        try:
            home = await home_of(desk.context, self._router)
            if view == "router_traffic":
                await self._traffic(home)
            elif view == "router_log":
                await self._log(home)
            elif view == "router_state":
                await self._read(partial(_state, desk.context, home.name))
            else:
                await self._read(_READS[view])
        except RadiusbridgeError as error:
            self._fresh = True
            self._show([_trouble(error)])

    async def _read(self, read: Read) -> None:
        desk = self._dashboard.desk
        assert desk is not None
        context = desk.context
        while True:
            try:
                lines = await read(await desk_of(context, self._router))
            except RadiusbridgeError as error:
                lines = [_trouble(error)]
            self._show(lines)
            await context.clock.sleep(EVERY)

    async def _traffic(self, home: RouterHome) -> None:
        desk = self._dashboard.desk
        assert desk is not None
        context = desk.context
        watch = self.graphed = TrafficWatch(context, home, self._interface)
        self._draw_traffic(watch)
        self._fresh = True
        async with aclosing(watch.follow()) as news:
            async for _each in news:
                self._draw_traffic(watch)

    def _draw_traffic(self, watch: TrafficWatch) -> None:
        size = self.size.width - 2, self.size.height - 4
        now = watch.context.clock.now()
        self._show(views.traffic_lines(watch.interface, list(watch.past), size, now))

    async def _log(self, home: RouterHome) -> None:
        desk = self._dashboard.desk
        assert desk is not None
        log = RouterLog(desk.context, (home.name,))
        following = asyncio.create_task(log.follow(), name=f"log of {home.name}")
        count = -1
        try:
            while not following.done():
                if len(log.lines) != count or not count:
                    count = len(log.lines)
                    self._show(views.log_lines(list(log.lines)[-200:]))
                await desk.context.clock.sleep(LOOK)
            following.result()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    def _show(self, lines: Sequence[Text]) -> None:
        """Below the names of the views; on a slow link seldom."""
        if not self.is_attached or not (self._dashboard.pace.due("router") or self._fresh):
            return
        self._fresh = False
        head = Text(f"{cell(self._router, 24)} ", "bold", no_wrap=True, overflow="ellipsis")
        for each in VIEWS:
            key = self._dashboard.keymap.shown(each)
            style = "reverse" if each.id == self._view else "dim"
            head.append(" ").append(f"{key} {_(each.title)}", style)
        for line in lines:
            if not line.plain.startswith(_BAD_SIGN):  # what went wrong is read to its end
                line.no_wrap, line.overflow = True, "ellipsis"
        self.put([head, Text(""), *lines])

    def _draw_keys(self) -> None:
        shown = f" {_('esc back')}"
        for name in ("router_help", *(_OF_TRAFFIC if self._view == "router_traffic" else ()), *_KEYS):
            key = f"  {self._dashboard.keymap.shown(action(name))} {_(action(name).title)}"
            if cell_len(shown) + cell_len(key) <= self.size.width:
                shown += key
        self.query_one("#page-keys", Static).update(shown)

    # -- what is done

    def _do_next(self) -> None:
        self._move(1)

    def _do_before(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        async def work() -> None:
            desk = self._dashboard.desk
            assert desk is not None
            if not self._names:
                ports = await (await desk_of(desk.context, self._router)).ports()
                self._names = (AGGREGATE, *(port.name for port in ports if "," not in port.name))
            at = self._names.index(self._interface) if self._interface in self._names else 0
            self._interface = self._names[(at + by) % len(self._names)]
            self._begin("router_traffic")

        async def guarded() -> None:
            try:
                await work()
            except RadiusbridgeError as error:
                self._dashboard.notify(error.line(), title=_("traffic"), severity="error")

        self.run_worker(guarded(), group="names", exclusive=True)

    def _do_named(self) -> None:
        def typed(values: Values | None) -> None:
            if values is not None:
                self._interface = values["interface"].strip()
                self._begin("router_traffic")

        entry = Entry("interface", _("interface"), _check_name, hint=_("ether1, or <pppoe-budi>"))
        self.app.push_screen(Form(_("Traffic of which interface?"), [entry]), typed)

    def _do_reboot(self) -> None:
        doing.ask_reboot(self._dashboard, self._router)

    def _do_export(self) -> None:
        doing.keep_file(self._dashboard, self._router, "export")

    def _do_backup(self) -> None:
        doing.ask_backup(self._dashboard, self._router)

    def _do_database(self) -> None:
        doing.keep_file(self._dashboard, self._router, "users")

    def _do_help(self) -> None:
        self.app.push_screen(Help(self._dashboard.keymap, self._known))

    def _do_copy(self) -> None:
        lines = [(each, line_of(each, self._known)) for each in _OWN]
        self.app.push_screen(Lines([(self._dashboard.keymap.shown(each), line) for each, line in lines if line]))


def _check_name(text: str) -> None:
    if not text.strip() or "," in text:
        raise BadInput(_("the name of one interface"))


def _trouble(error: RadiusbridgeError) -> Text:
    return Text(f"{_BAD_SIGN} {cell(error.line(), 300)}", TONE_STYLES[BAD])
