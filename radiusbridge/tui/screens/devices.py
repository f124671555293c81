"""Servers and NASes: how the last contact went; test one step by step."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.device_fields import DEVICES, Device, look
from radiusbridge.tui import device_changes, doings, filling_accounts, standby_doings, sweeping
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.overview_rows import CONTACTS
from radiusbridge.tui.pane import Detail, Page
from radiusbridge.tui.rows import BAD, GOOD, PLAIN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell
from radiusbridge.tui.words import diagnosis_lines, finding_lines

_SIGNS = {"fresh": ("●", GOOD), "stale": ("✖", BAD), **{str(contact): sign for contact, sign in CONTACTS.items()}}


def _contact(device: Device) -> Cell:
    sign, tone = _SIGNS[device.contact]
    return f"{sign} {term(device.contact)}", tone


def _role(device: Device) -> Cell:
    if not device.role:
        return "", PLAIN
    words = f"{term(device.role)}, {device.step}" if device.role == "standby" else term(device.role)
    return words, PLAIN if device.role == "active" or device.step == "in step" else BAD


class DevicesScreen(ShortList[Device]):
    """The routers that we talk to."""

    NAME = "devices"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def make_sheet(self) -> Sheet[Device]:
        """Each server with its NASes."""
        columns: tuple[Col[Device], ...] = (
            Col("what", "WHAT", 6, draw=lambda device: (term(device.what), PLAIN)),
            Col("name", "NAME", 10, 2),
            Col("contact", "CONTACT", 10, draw=_contact),
            Col("server", "SERVER", 9, 1),
            Col("api", "API", 17, 1),
            Col("radius", "RADIUS, DAE", 17, 1),
            Col("kind", "KIND", 9, from_width=100),
            Col("policy", "POLICY", 7, from_width=100),
            Col("role", "ROLE", 22, from_width=120, draw=_role),
        )
        nothing = _(" No server yet; n adds one.")
        return Sheet(
            ngettext_noop("device", "devices"),
            DEVICES,
            look,
            lambda each: (each.what, each.name),
            columns,
            Order("server"),
            nothing,
        )

    async def load(self, desk: Desk) -> Sequence[Device]:
        """All."""
        from radiusbridge.services import devices

        return await devices.listed(desk.context, desk.snapshot, desk.readings.states)

    def state_of(self, row: Device | None) -> State:
        """Server or NAS."""
        device = None if row is None else (row.what, row.name)
        return State(self.NAME, selected=row is not None, device=device)

    def detail(self, row: Device) -> Detail:
        """What is stored, and how the last contact went."""
        sign, _tone = _SIGNS[row.contact]
        head = Text(f"{row.what} {cell(row.name, 60)}", "bold")
        head.append(f"  {cell(row.kind, 20)}", "default")
        lines = (head, Text(f"{sign} {term(row.contact)}: {cell(term(row.words), 300)}"))
        more = tuple(Text(f"{term(name):<12} {cell(value, 200)}") for name, value in row.details)
        return Detail(lines, more=more)

    def do_router(self) -> None:
        """Its desk."""
        from radiusbridge.tui.router.page import RouterPage

        if self.row is not None:
            self.app.push_screen(RouterPage(self.dashboard, self.row.what, self.row.name), lambda _: None)

    def do_doctor(self) -> None:
        """What it finds, the gravest first, and what mends it."""
        row = self.row
        assert row is not None
        page = Page()

        async def work(desk: Desk) -> None:
            from radiusbridge.services import doctor

            title = Text(_("doctor: {what} {name}").format(what=term(row.what), name=cell(row.name, 60)), "bold")
            page.put([title, Text("…")])
            async for report in doctor.examine(desk.context, [row.name]):
                if report.kind == row.what:
                    page.put([title, *diagnosis_lines(report.findings)])

        self.app.push_screen(page, lambda _: None)
        self.dashboard.acting.beside("doctor", work, page)

    def do_test(self) -> None:
        """Step by step, as they are made."""
        row = self.row
        assert row is not None
        page = Page()

        async def work(desk: Desk) -> None:
            findings = []
            title = Text(_("test of {what} {name}").format(what=term(row.what), name=cell(row.name, 60)), "bold")
            page.put([title, Text("…")])
            async for finding in doings.test(desk, row.what, row.name):
                findings.append(finding)
                page.put([title, *finding_lines(findings), Text("…")])
            page.put([title, *finding_lines(findings), Text(_("over"), "dim")])

        self.app.push_screen(page, lambda _: None)
        self.dashboard.acting.beside("test", work, page)

    def do_standby_check(self) -> None:
        """On a page."""
        if self.row is not None:
            standby_doings.check(self.dashboard, self.row.server)

    def do_standby_turn(self) -> None:
        """Ask for the number of NASes."""
        if self.row is not None:
            standby_doings.ask_turn(self.dashboard, self.row.server)

    def do_server_fill(self) -> None:
        """Ask for the number of accounts."""
        if self.row is not None:
            filling_accounts.ask(self.dashboard, self.row.name)

    def do_server_sweep(self) -> None:
        """Ask for the number of sessions."""
        if self.row is not None:
            sweeping.ask(self.dashboard, self.row.name)

    def do_server_add(self) -> None:
        """A form."""
        device_changes.fill(self.dashboard, "server")

    def do_nas_add(self) -> None:
        """A form."""
        device_changes.fill(self.dashboard, "nas")

    def do_device_edit(self) -> None:
        """The same, with what is known."""
        if self.row is not None:
            device_changes.fill(self.dashboard, self.row.what, self.row.name)

    def do_device_remove(self) -> None:
        """Ask."""
        if self.row is not None:
            device_changes.remove(self.dashboard, self.row.what, self.row.name)
