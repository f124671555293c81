"""`packets`: RADIUS packets that were sent and received, as the recorder kept them."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from radiusbridge.cli import output
from radiusbridge.cli.diagnostics import note, talk
from radiusbridge.cli.listed import export_to, show_list
from radiusbridge.cli.options import json_option
from radiusbridge.cli.packet_views import filter_options, packet_details, packet_view, place_options, wanted_of
from radiusbridge.cli.root import DATABASE
from radiusbridge.cli.views import time_of
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.gateways.packet_ring import PacketStore
    from radiusbridge.services.packet_reading import Seen
    from radiusbridge.services.packets import Wanted
    from radiusbridge.services.settings import Settings

LOOK = 0.5
"""Seconds between two looks of --follow."""


def _arrow(row: output.Row) -> str:
    return f"{'>' if row['direction'] == 'sent' else '<'} {row['packet']}"


def _time(row: output.Row) -> str:
    return output.short_time(row["at"])[len("2026-") :]


def _peer(row: output.Row) -> str:
    peer = row["peer"]
    return str(peer["host"]) if isinstance(peer, dict) else "-"


_COLUMNS = (
    output.column("ID", "id"),
    ("TIME", _time),
    ("PACKET", _arrow),
    ("PEER", _peer),
    output.column("USER", "user"),
    output.column("OUTCOME", "outcome"),
    output.column("MS", "milliseconds"),
    output.column("OP", "operation"),
)


@click.group()
def packets() -> None:
    """RADIUS packets that were sent and received. Credentials are never kept."""


@packets.command("list")
@filter_options
@place_options
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@click.option("--follow", is_flag=True, help="Go on with what comes, until interrupted.")
@export_to("export_file")
@json_option
def list_(
    file: Path | None,
    database: str | None,
    limit: int,
    follow: bool,
    export_file: str | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Show packets, the newest last.

    OUTCOME of a sent packet is how its request ended, of a received one what it was.
    """
    from radiusbridge.services import packets as service

    wanted, store = wanted_of(**chosen), _store(file, database)
    if follow:
        if export_file:
            raise click.UsageError("--follow and --export do not go together", click.get_current_context())
        asyncio.run(_follow(store, wanted, as_json))
        return
    found = service.listed(store, wanted, limit)
    views = [packet_view(seen) for seen in found]
    show_list(views, _COLUMNS, as_json=as_json, file=export_file)
    if len(found) == limit:
        note("", f"the newest {limit} are shown; --limit")
    elif not found and not store.segments():
        note("", "no packet was recorded yet")


@packets.command()
@click.argument("packet", metavar="ID")
@place_options
@json_option
def show(packet: str, file: Path | None, database: str | None, as_json: bool) -> None:
    """Show the packet ID with its attributes, and what it means."""
    from radiusbridge.services import packets as service

    seen = service.shown(_store(file, database), packet)
    view = packet_details(seen)
    if as_json:
        output.json_value(view)
    else:
        _show(seen, view)


@packets.command()
@filter_options
@place_options
@click.option("--pcapng", required=True, metavar="FILE", help="The capture to write; - is standard output.")
@click.option("--limit", type=click.IntRange(1, 10_000_000), help="Only the newest so many.")
def export(file: Path | None, database: str | None, pcapng: str, limit: int | None, **chosen: Any) -> None:
    """Write packets as a capture that Wireshark opens."""
    from radiusbridge.services import packets as service
    from radiusbridge.services.packet_capture import capture, write_capture

    found = service.listed(_store(file, database), wanted_of(**chosen), limit)
    if pcapng != "-":
        write_capture(found, Path(pcapng))
        talk(f"radiusbridge: {len(found)} packets in {safe(pcapng)}")
        return
    if sys.stdout.isatty():
        raise BadInput("a capture is not for a terminal", target="--pcapng -", hint="name a file, or a pipe to tshark")
    sys.stdout.flush()
    for piece in capture(found):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


@packets.command()
@place_options
@json_option
def stats(file: Path | None, database: str | None, as_json: bool) -> None:
    """Show how many packets are kept, since when, and in how much room."""
    from radiusbridge.services import packets as service

    found = service.statistics(_store(file, database))
    place = _settings(database)
    limit = None if file is not None else place.packets_size
    where = str(file or place.packets)
    if as_json:
        view = {"place": where, "sent": found.sent, "received": found.received, "octets": found.octets}
        times = {"first": time_of(found.first), "last": time_of(found.last)}
        output.json_value({**view, "files": found.files, "limit": limit, **times})
        return
    room = f"{found.octets / 1e6:.1f} MB" + (f" of at most {limit / 1e6:.1f} MB" if limit else "")
    off = "  (nothing is recorded: RADIUSBRIDGE_PACKETS=off)" if limit == 0 else ""
    output.details(
        [
            ("packets", f"{found.sent} sent, {found.received} received"),
            ("since", output.local_time(found.first)),
            ("until", output.local_time(found.last)),
            ("room", f"{room}, files: {found.files}{off}"),
            ("place", where),
        ]
    )


def _settings(database: str | None) -> "Settings":
    from radiusbridge.services.settings import settings

    return settings(database or click.get_current_context().meta.get(DATABASE))


def _store(file: Path | None, database: str | None) -> "PacketStore":
    from radiusbridge.services.packets import store_of

    folder = _settings(database).packets
    assert folder is not None
    return store_of(folder, file)


def _show(seen: "Seen", view: output.Row) -> None:
    record = seen.record
    heads = [
        ("packet", f"{seen.id}  {seen.name}, id {output.text(seen.identifier)}, {record.size} octets"),
        ("time", f"{record.time.astimezone():%Y-%m-%d %H:%M:%S.%f %Z}"),
        ("sent to" if record.direction == "send" else "received from", f"{record.peer[0]}:{record.peer[1]}"),
        ("our side", f"{record.local[0]}:{record.local[1]}"),
        ("outcome", output.text(seen.outcome)),
        *([("after", f"{record.round_trip * 1000:.2f} ms")] if record.round_trip is not None else []),
        *([("operation", str(record.operation))] if record.operation else []),
        *([("customer", record.customer)] if record.customer else []),
        *([("meaning", str(view["meaning"]))] if view["meaning"] else []),
        *([("next", str(view["next_step"]))] if view["next_step"] else []),
        *([("redacted", "credentials and what was computed over them are zeros")] if record.zeroed else []),
        *([("malformed", f"{len(record.octets)} octets could be told apart and were kept")] if record.cut else []),
    ]
    output.details(heads)
    attributes = view["attributes"]
    assert isinstance(attributes, Sequence)
    output.details([(f"  {one['name']}", one["value"]) for one in attributes])


async def _follow(store: "PacketStore", wanted: "Wanted", as_json: bool) -> None:
    """Print what is recorded from now on; how a request ends is not known when it is shown."""
    from radiusbridge.services.packets import after, end_of
    from radiusbridge.services.system import SystemClock

    clock, position = SystemClock(), end_of(store)
    while True:
        found, position = after(store, position)
        for seen in filter(wanted.takes, found):
            view = packet_view(seen)
            if as_json:
                output.json_line(view)
            else:
                output.line("  ".join(safe(show(view), 80) for _, show in _COLUMNS))
        sys.stdout.flush()
        await clock.sleep(LOOK)
