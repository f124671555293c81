"""The part of the application that deals with the terminal: colours, signs, keys in turn, size, pace, signals."""

from typing import Any, ClassVar

from rich.console import RenderableType
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste, Resize
from textual.filter import Monochrome, NoColor
from textual.geometry import Size
from textual.screen import Screen

from radiusbridge.services.system import SystemClock
from radiusbridge.tui import formats, looks, terminal
from radiusbridge.tui.driver import OutlivingDriver
from radiusbridge.tui.keyboard import Keyboard
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.manners import Manners, Pace, slow_rate
from radiusbridge.tui.painting import PaintingApp
from radiusbridge.tui.plain import AsciiOnly, Colourless
from radiusbridge.tui.small import TooSmall, too_small


class TerminalApp(PaintingApp):
    """An application that knows its terminal's manners."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "leave", "quit", show=False, priority=True),
        Binding("ctrl+z", "stop_for_now", "stop", show=False, priority=True),
    ]

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        super().__init__(driver_class=OutlivingDriver, ansi_color=True if manners.colourless else None)
        if manners.colourless:
            self._filters = [each for each in self._filters if not isinstance(each, NoColor | Monochrome)]
            self._filters.append(Colourless())
        if manners.ascii:
            self._filters.append(AsciiOnly())
        self.register_theme(looks.BRIDGE)
        self.theme = manners.theme
        self.pace = Pace(SystemClock().monotonic, slow=manners.slow_link)
        if manners.slow_link:
            self.animation_level = "none"
        self.keyboard = Keyboard(self, super().on_event, self._keys_dropped)
        self._painting_held = self._unpainted = self._suggested = False

    async def on_event(self, event: Event) -> None:
        """As Textual's; keys and pastes in turn."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self.keyboard.take(event)
        else:
            await super().on_event(event)

    def _keys_dropped(self, count: int) -> None:
        self.notify(
            ngettext("{n} key", "{n} keys", count).format(n=count),
            title=_("too slow: keys were left out"),
            severity="warning",
        )

    def on_resize(self, event: Resize) -> None:
        """Below the least size say so, and nothing else."""
        self._look_at_size(event.size)

    def on_ready(self) -> None:
        """The first size came before there was a screen to say it on."""
        self._look_at_size(self.size)

    def _look_at_size(self, size: Size) -> None:
        told = any(isinstance(each, TooSmall) for each in self.screen_stack)
        if self.screen_stack and not told and too_small(*size):
            self.push_screen(TooSmall())

    def look_at_outlet(self) -> None:
        """Paint nothing while the terminal has not taken what was painted; what changes meanwhile is put together."""
        # Before the first screen there is nothing that could be painted again afterwards.
        hold = bool(self.screen_stack) and isinstance(self._driver, OutlivingDriver) and self._driver.outlet.full
        if hold == self._painting_held:
            return
        self._painting_held = hold
        if hold:
            self._begin_batch()
            return
        self._end_batch()
        if not self.screen_stack:
            return
        if self._unpainted:
            self._unpainted = False
            self.screen.refresh()
        self.screen.check_idle()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """As Textual's, which leaves out what comes while painting is held."""
        self._unpainted = self._unpainted or self._painting_held
        super()._display(screen, renderable)

    def suggest_slow_link(self) -> None:
        """Once, where the link has shown itself to be slow."""
        driver = self._driver
        if self._suggested or self.pace.slow or not isinstance(driver, OutlivingDriver):
            return
        meter = driver.outlet.meter
        rate = slow_rate(meter.octets, meter.busy)
        if rate is not None:
            self._suggested = True
            words = _("it takes {rate} KB/s; begin with --slow-link, or switch it on in the palette (:)")
            self.notify(words.format(rate=formats.number(rate / 1000, 1)), title=_("the link is slow"), timeout=15)

    def toggle_slow_link(self) -> None:
        """Repaint seldom from now on, or as usual again."""
        self.pace.slow = not self.pace.slow
        self.animation_level = "none" if self.pace.slow else "full"
        driver = self._driver
        octets = driver.outlet.meter.octets if isinstance(driver, OutlivingDriver) else 0
        title = _("slow link: on") if self.pace.slow else _("slow link: off")
        self.notify(_("{kb} KB painted so far").format(kb=formats.number(octets // 1000)), title=title)

    def action_stop_for_now(self) -> None:
        """ctrl-z, where a shell could bring it back."""
        if terminal.can_be_continued():
            self.action_suspend_process()
        else:
            self.notify(_("no shell is there to bring it back (fg)"), title="ctrl-z", severity="warning")

    def on_driver_signal_resume(self) -> None:
        """Back from ctrl-z: the terminal shows something else."""
        self.refresh(layout=True)
        self.screen.refresh(layout=True)
