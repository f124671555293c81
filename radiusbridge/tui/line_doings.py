"""A customer's line: the form for another speed, and the page on which a measurement fills as answers come."""

from contextlib import aclosing
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.domain.line_quality import Grade, LineQuality, figures_text
from radiusbridge.domain.records import Customer
from radiusbridge.domain.spark import spark
from radiusbridge.domain.speeds import checked_period, checked_rate, rate_text
from radiusbridge.domain.values import parse_duration, parse_rate_pair
from radiusbridge.tui import formats
from radiusbridge.tui.desk import Began, Desk
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.form import Entry, Form, Values
from radiusbridge.tui.language import _
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD, GOOD, PLAIN, WARN
from radiusbridge.tui.terms import term
from radiusbridge.tui.text import cell

if TYPE_CHECKING:
    from radiusbridge.services.line_quality import Measured, Pinged
    from radiusbridge.tui.app import Dashboard

BACK = "back"
_TONES = {Grade.EXCELLENT: GOOD, Grade.GOOD: GOOD, Grade.FAIR: WARN, Grade.POOR: BAD}


def ask_speed(app: "Dashboard", customer: Customer) -> None:
    """A form; who cannot have another speed is told why."""

    async def work(desk: Desk) -> None:
        from radiusbridge.services import speeding

        now = await speeding.standing(desk.context, customer.number)
        title = _("Speed of {user}; the profile {name} has {rate}").format(
            user=cell(customer.username, 40), name=cell(now.profile.name, 40), rate=now.own
        )
        if now.period is not None:
            until = formats.moment(now.period.until, desk.context.zone)
            told = _("{title}; {rate} until {until}")
            title = told.format(title=title, rate=rate_text(now.period.rate), until=until)

        def typed(values: Values | None) -> None:
            if values is not None:
                app.acting.submit("speed", lambda desk: _set(desk, customer, values))

        app.push_screen(Form(title, _entries()), typed)

    app.acting.opening("speed", work)


def _entries() -> tuple[Entry, ...]:
    rate_hint = _("up/down, like 10M/50M; or {back}").format(back=BACK)
    return (
        Entry("rate", _("rate"), _check_rate, hint=rate_hint),
        Entry("lasts", _("for how long"), _check_lasts, hint=_("like 2h; empty: until the customer dials again")),
    )


def _check_rate(text: str) -> object:
    return None if text.strip() == BACK else checked_rate(parse_rate_pair(text))


def _check_lasts(text: str) -> object:
    return checked_period(parse_duration(text)) if text.strip() else None


async def _set(desk: Desk, customer: Customer, values: Values) -> Began:
    from radiusbridge.services import speeding

    rate, lasts = values["rate"].strip(), values["lasts"].strip()
    if rate == BACK:
        return desk.begin((await speeding.back(desk.context, customer.number)).operation)
    wanted = speeding.Speed(parse_rate_pair(rate), parse_duration(lasts) if lasts else None)
    return desk.begin((await speeding.speed(desk.context, customer.number, wanted)).operation)


def measure(app: "Dashboard", who: str, nas: str = "") -> None:
    """Measure from the NAS; leaving the page stops it, on the router too.

    who: a customer's number. nas: whose session is meant, of several.
    """
    page = Page()
    page.put([Text(_("looking where {who} is on line …").format(who=cell(who, 60)))])

    async def work(desk: Desk) -> None:
        from radiusbridge.services import line_quality

        asked = line_quality.Asked(who, nas=nas, places="nas")
        line = await line_quality.line_of(desk.context, asked)
        told = _("{address} from {nas}: {runs} runs of {count} pings")
        head = Text(
            told.format(address=cell(line.address, 45), nas=cell(line.nas.name, 40), runs=asked.runs, count=asked.count)
        )
        pings: list[Pinged] = []
        ended: list[Text] = []
        async with aclosing(line_quality.Measuring(desk.context, line, asked).follow()) as news:
            async for each in news:
                if isinstance(each, line_quality.Measured):
                    ended += _measured(each, asked.preset)
                else:
                    pings.append(each)
                page.put([head, Text(""), *_pinged(pings), *ended])

    worker = app.acting.beside("line", work, page)
    app.push_screen(page, lambda _result: worker.cancel())


def _pinged(pings: "list[Pinged]") -> list[Text]:
    lines = []
    for run in sorted({each.run for each in pings}):
        trips = [each.trip for each in pings if each.run == run]
        last = trips[-1]
        words = _("lost") if last is None else f"{last * 1000:.1f} ms"
        lines.append(Text(_("run {run}  {line}  {last}").format(run=run, line=spark(trips, len(trips)), last=words)))
    return lines


def _measured(measured: "Measured", preset: str) -> list[Text]:
    lines = [Text("")]
    if measured.error:
        lines.append(Text(_("not to the end: {why}").format(why=cell(measured.error, 200)), TONE_STYLES[WARN]))
    if measured.grade is not None:
        words = _("{grade} by {preset}").format(grade=term(measured.grade), preset=preset)
        lines.append(Text(words, TONE_STYLES[_TONES[measured.grade]]))
    for number, run in enumerate(measured.runs, 1):
        figures = figures_text(run.delay, run.jitter, run.loss)
        lines.append(Text(_("  run {run}: {figures}").format(run=number, figures=figures), TONE_STYLES[PLAIN]))
    return lines


def trend_line(lines: tuple[LineQuality, ...]) -> Text:
    """The delays of the kept measurements, oldest left, and the newest of them. lines: newest first, not empty."""
    newest = lines[0]
    figures = figures_text(newest.delay, newest.jitter, newest.loss)
    drawn = spark([each.delay for each in reversed(lines)], len(lines))
    return Text(f"  {drawn}  {term(newest.grade)}  {figures}")
