"""What verbs do with vouchers that has no screen of its own: a form with the verb's arguments and options, then a page.

A field is called as the verb's parameter is: a test holds each form against its verb."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.text import Text

from radiusbridge.tui.desk import Desk
from radiusbridge.tui.form import Entry, Form, Values, Ways
from radiusbridge.tui.form_checks import any_text
from radiusbridge.tui.language import _
from radiusbridge.tui.lines import Lines
from radiusbridge.tui.pane import Page
from radiusbridge.tui.text import cell, fit

if TYPE_CHECKING:
    from radiusbridge.domain.vouchers.records import VoucherBatch
    from radiusbridge.tui.app import Dashboard

Check = Callable[[str], object]
Run = Callable[["Dashboard", Desk, Mapping[str, str]], Coroutine[Any, Any, list[Text]]]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of the verb."""

    name: str
    label: str
    check: Check = any_text
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """verb: without `radiusbridge voucher`. fields: of its form; none: it is done at once. run: what it shows; no
    lines: no page."""

    verb: str
    title: str
    run: Run
    fields: tuple[Field, ...] = ()


def begin(app: "Dashboard", action: str, job: Job, known: Mapping[str, str] | None = None) -> None:
    """Its form, then its page. known: what stands in fields from the start."""
    done: list[list[Text]] = []

    async def save(typed: Values) -> None:
        desk = app.desk
        assert desk is not None
        done.append(await job.run(app, desk, {name: text.strip() for name, text in typed.items()}))

    def ended(_values: Values | None) -> None:
        app.list_screen.renew()
        if done and done[-1]:
            # the form leaves after this call, and would take the page for itself
            app.call_later(_show, app, done[-1])

    async def work(desk: Desk) -> None:
        if not job.fields:
            _show(app, await job.run(app, desk, {}))
            return
        start = known or {}
        entries = [
            Entry(each.name, _(each.label), each.check, start.get(each.name, each.value), _(each.hint))
            for each in job.fields
        ]
        app.push_screen(Form(_(job.title), entries, Ways(save=save)), ended)

    app.acting.opening(action, work)


def menu(app: "Dashboard", action: str, batch: "VoucherBatch | None") -> None:
    """Pick one of those that have no key of their own."""
    from radiusbridge.tui.voucher_papers import PAPERS

    jobs = {chr(ord("a") + at): job for at, job in enumerate(PAPERS)}
    known = {} if batch is None else {"profile": batch.profile, "outlet": batch.outlet}

    def picked(key: str | None) -> None:
        if key is not None:
            begin(app, action, jobs[key], known)

    app.push_screen(Lines([(key, _(job.title)) for key, job in jobs.items()], _("More of vouchers"), pick=True), picked)


def _show(app: "Dashboard", lines: list[Text]) -> None:
    page = Page()
    app.push_screen(page, lambda _answer: app.list_screen.renew())
    page.put(lines)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[Text]:
    """Rows below their heads, each column as wide as it has to be."""
    texts = [[cell(str(each), 60) or "-" for each in row] for row in rows]
    widths = [max(len(head), *(len(row[at]) for row in texts), 1) for at, head in enumerate(heads)] if texts else []
    lines = [Text(title, "bold"), Text("")]
    if not texts:
        return [*lines, Text("  " + _("there is none"), "dim")]

    def line(row: Sequence[str], style: str = "") -> Text:
        return Text("  " + "  ".join(fit(each, size) for each, size in zip(row, widths, strict=True)).rstrip(), style)

    return [*lines, line(heads, "dim"), *map(line, texts)]
