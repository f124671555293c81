"""Why a customer cannot get online: the chain as it is read, and what mends its first broken link."""

from collections.abc import Callable, Sequence
from itertools import groupby

from rich.text import Text
from textual.binding import Binding

from radiusbridge.domain.why.decide import Answer
from radiusbridge.domain.why.link import HERE, Link, State
from radiusbridge.services.why import Told
from radiusbridge.tui.clipboard import copy_line
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import N_, _, ngettext
from radiusbridge.tui.pane import Page
from radiusbridge.tui.rows import BAD, FAINT, GOOD, PLAIN, WARN
from radiusbridge.tui.text import cell, fit

_SIGNS = {
    State.OK: ("✔", GOOD),
    State.NOTE: ("·", PLAIN),
    State.BROKEN: ("✖", BAD),
    State.DOUBT: ("!", WARN),
    State.UNSEEN: ("?", WARN),
    State.PENDING: ("…", FAINT),
}
_ANSWERS = {
    Answer.ONLINE: ("✔", GOOD),
    Answer.BROKEN: ("✖", BAD),
    Answer.SILENT: ("·", WARN),
    Answer.UNKNOWN: ("?", WARN),
    Answer.READING: ("…", FAINT),
}
_TITLES = {
    "session": N_("session"),
    "held": N_("hold"),
    "paid": N_("paid"),
    "server": N_("server"),
    "account": N_("account"),
    "disabled": N_("disabled"),
    "walled": N_("isolated"),
    "password": N_("password"),
    "caller-id": N_("caller-id"),
    "plan": N_("its plan"),
    "limits": N_("time, data"),
    "sharing": N_("shared-users"),
    "method": N_("method"),
    "clock": N_("clock"),
    "licence": N_("licence"),
    "nas-licence": N_("licence"),
    "nas": N_("NAS"),
    "pppoe": N_("PPPoE"),
    "local-secret": N_("local secret"),
    "use-radius": N_("asks RADIUS"),
    "radius-row": N_("RADIUS row"),
    "client": N_("client row"),
    "secret": N_("secret"),
    "pool": N_("pool"),
    "log": N_("log"),
    "dial": N_("last dial"),
}
ASKED = ("activate", "renew", "kick", "edit")
"""The verbs that mend and that the screen of the customers can ask for."""
_WIDE = 13


class WhyPage(Page):
    """do: asks for an action of the customers' screen, by its name, when the page is left. again: read it again."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        Binding("m", "mend", "mend", show=False),
        Binding("y", "copy", "copy", show=False),
        Binding("r", "again", "again", show=False),
        Binding("a", "all", "all", show=False),
    ]
    KEYS = N_(" esc back   m mend   y copy what mends   r look again   a all links   j k scroll")

    def __init__(self, who: str, do: Callable[[str], None], again: Callable[["WhyPage"], None]) -> None:
        super().__init__()
        self._do = do
        self._again = again
        self._told: Told | None = None
        self._all = False
        self.put([Text(_("looking why {who} cannot get online …").format(who=cell(who, 60)))])

    def tell(self, told: Told) -> None:
        """The chain as far as it was read."""
        self._told = told
        self.put(chain_lines(told, everything=self._all))

    def _lines(self) -> list[tuple[str, str]]:
        first = self._told.chain.first if self._told is not None else None
        return [(mend.on, mend.line) for mend in first.mend] if first is not None else []

    def action_copy(self) -> None:
        """The lines that mend the first broken link."""
        if self._lines():
            copy_line(self.app, "\n".join(line for _router, line in self._lines()))
        else:
            self.app.notify(_("there is no line that mends it"))

    def action_mend(self) -> None:
        """Ask for the verb that mends; a line for a router, or another verb, is copied."""
        verb = mending(self._told)
        if verb:
            self.dismiss(None)
            self._do(verb)
        else:
            self.action_copy()

    def action_all(self) -> None:
        """Each link that is in order on a line of its own, or those of a router on one."""
        self._all = not self._all
        if self._told is not None:
            self.tell(self._told)

    def action_again(self) -> None:
        """Read everything once more."""
        self._again(self)


def mending(told: Told | None) -> str:
    """The action of the customers' screen that mends the first broken link; empty: none does."""
    first = told.chain.first if told is not None else None
    mend = next(iter(first.mend), None) if first is not None else None
    if mend is None or mend.on:
        return ""
    words = mend.line.split()
    verb = "edit" if words[1:3] == ["customer", "edit"] else words[1]
    return verb if verb in ASKED else ""


def chain_lines(told: Told, *, everything: bool = False) -> list[Text]:
    """The answer, what mends it, then the links. everything: those in order, too, each on a line of its own."""
    chain = told.chain
    sign, tone = _ANSWERS[chain.answer]
    lines = [Text(f"{sign} {cell(chain.words, 600)}", f"bold {TONE_STYLES[tone]}".strip())]
    if chain.first is not None:
        lines += _mend(chain.first)
        key = _("m: do it") if mending(told) else _("y: copy it")
        lines += [Text(f"  {key}", TONE_STYLES[FAINT])] if chain.first.mend else []
    others = len(chain.of(State.BROKEN)) - 1
    if others > 0:
        words = ngettext("{n} other link is broken, too", "{n} other links are broken, too", others)
        lines.append(Text("  " + words.format(n=others), TONE_STYLES[WARN]))
    lines.append(Text(""))
    for (plain, where), group in groupby(chain.links, lambda each: (_plain(each), each.where)):
        links = list(group)
        if plain and not everything:
            lines.append(_in_order(where, links))
            continue
        for link in links:
            lines += _link(link, first=link is chain.first)
    return lines


def _plain(link: Link) -> bool:
    return link.state is State.OK and link.id != "session"


def _place(where: str) -> str:
    return _("here") if where == HERE else cell(where, 40)


def _in_order(where: str, links: Sequence[Link]) -> Text:
    """Links of one router that need no words."""
    names = ", ".join(_(_TITLES.get(link.id, link.id)) for link in links)
    line = Text(f"✔ {fit(_('in order'), _WIDE)}", TONE_STYLES[GOOD])
    return line.append(f" {fit(_place(where), 10)} {names}", TONE_STYLES[FAINT])


def _link(link: Link, *, first: bool) -> list[Text]:
    sign, tone = _SIGNS[link.state]
    line = Text(f"{sign} {fit(_(_TITLES.get(link.id, link.id)), _WIDE)}", f"bold {TONE_STYLES[tone]}".strip())
    plain = TONE_STYLES[FAINT] if link.state in {State.OK, State.PENDING} else "default"
    line.append(f" {fit(_place(link.where), 10)} {cell(link.seen, 300)}", plain)
    lines = [line]
    if link.state in {State.BROKEN, State.DOUBT, State.OK} and (link.state is not State.OK or link.id == "session"):
        lines += [Text(f"    {cell(each, 300)}") for each in link.evidence]
    return lines + (_mend(link) if not first else [])


def _mend(link: Link) -> list[Text]:
    lines = []
    for mend in link.mend:
        on = _("on {router}:").format(router=cell(mend.on, 40)) + " " if mend.on else ""
        lines.append(Text(f"    → {on}{cell(mend.line, 400)}", "bold"))
    return lines
