"""The recorded RADIUS packets, decoded."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType

from radiusbridge.domain.packet_fields import PACKETS
from radiusbridge.domain.text import safe
from radiusbridge.tui import formats
from radiusbridge.tui.actions.kinds import State
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.frame import bindings_of
from radiusbridge.tui.language import _, ngettext_noop
from radiusbridge.tui.pane import Detail
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN, Cell
from radiusbridge.tui.screens.short import ShortList
from radiusbridge.tui.sheet import Col, Order, Sheet
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.packet_reading import Seen

MOST = 2_000
"""Packets that are listed, newest first."""


def look(seen: "Seen", name: str) -> object:
    """A field of `PACKETS`; under `""` its words."""
    record = seen.record
    match name:
        case "at":
            return record.time.date()
        case "way":
            return "sent" if record.direction == "send" else "received"
        case "code":
            return seen.name
        case "peer":
            return f"{record.peer[0]}:{record.peer[1]}"
        case "user":
            return record.user_name.decode(errors="replace")
        case "customer":
            return record.customer
        case "operation":
            return record.operation or None
        case "outcome":
            return seen.outcome
        case "ms":
            return None if record.round_trip is None else record.round_trip * 1000
        case "id":
            return seen.id
    return " ".join(str(look(seen, each) or "") for each in ("code", "peer", "user", "customer", "outcome"))


def _at(seen: "Seen") -> Cell:
    return f"{seen.record.time.astimezone():%H:%M:%S.%f}"[:12], FAINT


def _way(seen: "Seen") -> Cell:
    return ("→" if seen.record.direction == "send" else "←"), PLAIN


def _outcome(seen: "Seen") -> Cell:
    outcome = seen.outcome or ""
    good = outcome in {"ack", "accept", "recorded", "alive"}
    return cell(outcome, 20), GOOD if good else BAD if outcome.startswith("nak") else WARN


def _ms(seen: "Seen") -> Cell:
    trip = seen.record.round_trip
    return ("" if trip is None else formats.number(trip * 1000, 1)), PLAIN


class PacketsScreen(ShortList["Seen"]):
    """What was sent and received."""

    NAME = "packets"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(NAME)

    def make_sheet(self) -> "Sheet[Seen]":
        """Newest first."""
        columns: tuple[Col[Seen], ...] = (
            Col("at", "TIME", 12, draw=_at),
            Col("way", "", 1, draw=_way),
            Col("code", "PACKET", 18, 1),
            Col("peer", "PEER", 16, 1),
            Col("user", "USER NAME", 8, 1),
            Col("outcome", "OUTCOME", 10, draw=_outcome),
            Col("ms", "MS", 7, draw=_ms),
            Col("operation", "OP", 6, from_width=100),
            Col("customer", "CUSTOMER", 9, from_width=100),
            Col("id", "ID", 12, from_width=140),
        )
        nothing = _(" No packet is recorded; see docs/packets.md, and RADIUSBRIDGE_PACKETS")
        return Sheet(
            ngettext_noop("packet", "packets"),
            PACKETS,
            look,
            lambda each: each.id,
            columns,
            Order("at", True),
            nothing,
            moments={"at": lambda each: each.record.time},
        )

    async def load(self, desk: Desk) -> "Sequence[Seen]":  # noqa: ARG002 - packets are in files
        """The newest, newest first; without a folder none."""
        folder = self.dashboard.packets
        return () if folder is None else await asyncio.to_thread(_read, folder)

    def state_of(self, row: "Seen | None") -> State:
        """The packet."""
        return State(self.NAME, selected=row is not None, name="" if row is None else row.id)

    def detail(self, row: "Seen") -> Detail:
        """Attributes by name, and what an answer means."""
        from radiusbridge.services.packet_words import attributes_in_words, meaning

        record = row.record
        way = _("{packet} to {peer}") if record.direction == "send" else _("{packet} from {peer}")
        head = Text(way.format(packet=row.name, peer=f"{safe(record.peer[0], 60)}:{record.peer[1]}"), "bold")
        size = _("  {n} octets, identifier {id}").format(n=formats.number(record.size), id=row.identifier)
        head.append(size, "default")
        sentence, next_step = meaning(row)
        lines = [head]
        lines += [Text(cell(sentence, 300), "yellow")] if sentence else []
        lines += [Text(_("next: {step}").format(step=cell(next_step, 300)))] if next_step else []
        more = tuple(Text(f"{cell(name, 60):<26} {cell(value, 200)}") for name, value in attributes_in_words(row))
        return Detail(tuple(lines), more=more)


def _read(folder: Path) -> "Sequence[Seen]":
    from radiusbridge.services import packets

    return packets.listed(packets.store_of(folder, None), packets.Wanted(), MOST)[::-1]
