"""Verbs on one customer or many: who is named, and the bulk run where it is more than one by name."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from radiusbridge.cli.brakes import brake_options, brakes_of, live_brake_options
from radiusbridge.cli.bulk_report import carry, leave, show_preview, typed_count
from radiusbridge.cli.diagnostics import note
from radiusbridge.cli.options import stacked
from radiusbridge.cli.secrets import take_stdin
from radiusbridge.domain.errors import BadInput, Refused
from radiusbridge.domain.text import safe

if TYPE_CHECKING:
    from radiusbridge.services.bulk.actions import Action
    from radiusbridge.services.bulk.pacing import Brakes
    from radiusbridge.services.bulk.preview import Preview
    from radiusbridge.services.bulk.subjects import Subjects
    from radiusbridge.services.context import Context

F = TypeVar("F", bound=Callable[..., Any])
LARGEST = 16_000_000
"""Octets of a file that names customers."""
STDIN = "-"

_subjects: Callable[[F], F] = stacked(
    click.argument("customers", nargs=-1, metavar="[CUSTOMER]..."),
    click.option("--filter", "filter_", metavar="WORDS", help="Those who fit, like 'area:utara state:live up>2h'."),
    click.option("--from-file", metavar="FILE", help="A number or user name a line; - is standard input."),
    click.option("--everybody", is_flag=True, help="All customers, or a selection that may be all of them."),
    click.option("--ignore-unread", is_flag=True, help="Leave out whom a list that cannot be read would decide."),
    click.option("--dry-run", is_flag=True, help="Only show who would be hit."),
    click.option("--yes-count", type=int, metavar="N", help="The typed confirmation, for scripts: how many it hits."),
)
subject_options: Callable[[F], F] = stacked(_subjects, brake_options)
"""`CUSTOMER...` and what else chooses customers; `Many.of` reads it."""
live_subject_options: Callable[[F], F] = stacked(_subjects, live_brake_options)
"""The same for verbs that put people out."""


@dataclass(frozen=True, slots=True)
class Many:
    """What `subject_options` were given."""

    options: dict[str, Any]

    @property
    def one(self) -> str | None:
        """The one customer that is named, where nothing else was given that chooses; None: it is a bulk run."""
        names = self.options["customers"]
        if len(names) != 1 or names[0] == STDIN or any(self.options[name] for name in ("from_file", "everybody")):
            return None
        if self.options["filter_"] is not None or self.options["dry_run"]:
            return None
        if self.options["yes_count"] not in {None, 1}:
            raise Refused("one customer would be hit; nothing was done", hint="--yes-count 1, or leave it out")
        return str(names[0])

    def only_one(self, given: Sequence[tuple[str, object]]) -> None:
        """Refuse options that are for one customer; (name, what was given)."""
        for option, value in given:
            if value not in (None, "", (), False):
                raise click.UsageError(f"{option} is for one customer", _context())

    def chosen_otherwise(self, by: str, given: Sequence[tuple[str, object]]) -> None:
        """Refuse what chooses customers beside an option that does so already, and the options that are given."""
        options = self.options
        names = {"CUSTOMER": "customers", "--filter": "filter_", "--from-file": "from_file", "--everybody": "everybody"}
        for name, value in (*((name, options[key]) for name, key in names.items()), *given):
            if value not in (None, "", (), False):
                raise click.UsageError(f"{by} and {name} do not go together", _context())

    def subjects(self) -> "Subjects":
        """Who is chosen. BadInput: the file cannot be used."""
        from radiusbridge.services.bulk.lines import parse_lines
        from radiusbridge.services.bulk.subjects import Subjects

        options = self.options
        if not (options["customers"] or options["from_file"] or options["everybody"]) and options["filter_"] is None:
            raise click.UsageError("no customers are named, nor --filter, --from-file or --everybody", _context())
        names = tuple(name for name in options["customers"] if name != STDIN)
        file = options["from_file"] or (STDIN if STDIN in options["customers"] else None)
        source = "standard input" if file == STDIN else file or ""
        lines = parse_lines(_content(file), source) if file else ()
        return Subjects(names, lines, source, options["filter_"], options["everybody"], options["ignore_unread"])


async def run_many(
    context: "Context", action: "Action", many: Many, *, reason: str = "", no_wait: bool, as_json: bool
) -> int:
    """Show whom the action hits, have the number typed, carry it out; the exit status of the worst row."""
    from radiusbridge.services.bulk.actions import preview_of
    from radiusbridge.services.bulk.pacing import NO_BRAKES
    from radiusbridge.services.bulk.usual import usual_brakes

    brakes = brakes_of(many.options, NO_BRAKES if action.local else usual_brakes(action.kind))
    preview = await preview_of(context, action, many.subjects())
    return await run_preview(context, preview, many, brakes, reason=reason, no_wait=no_wait, as_json=as_json)


async def run_preview(
    context: "Context",
    preview: "Preview",
    many: Many,
    brakes: "Brakes",
    *,
    reason: str = "",
    no_wait: bool,
    as_json: bool,
) -> int:
    """The same from the preview on."""
    from radiusbridge.services.bulk.preview import create, with_spread

    preview = await with_spread(context, preview)
    show_preview(preview, preview.kind, as_json)
    for words in () if as_json else preview.foretold:
        note("if a session is live", words)
    if many.options["dry_run"]:
        return 0
    typed = typed_count(many.options["yes_count"], len(preview.rows))
    created = await create(context, preview, typed=typed, brakes=brakes, reason=reason)
    if no_wait:
        return await leave(context, created.id, as_json=as_json)
    note(f"bulk run {created.id}", f"begun; radiusbridge bulk stop {created.id} stops it")
    return await carry(context, created.id, as_json=as_json)


def _context() -> click.Context:
    return click.get_current_context()


def _content(file: str) -> bytes:
    if file == STDIN:
        take_stdin("--from-file -")
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        try:
            with Path(file).open("rb") as opened:
                data = opened.read(LARGEST + 1)
        except (OSError, ValueError) as error:
            told = getattr(error, "strerror", None) or "not a file name"
            raise BadInput(f"the file cannot be read: {told}", target=safe(file, 80)) from error
    if len(data) > LARGEST:
        raise BadInput(f"the file is larger than {LARGEST // 1_000_000} MB", target=safe(file, 80))
    return data
