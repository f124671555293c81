"""Accounts for all customers of a server who have none there: how many they are, and their number to be typed."""

import shlex
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from radiusbridge.tui import formats
from radiusbridge.tui.desk import Desk
from radiusbridge.tui.dialogs import Answers
from radiusbridge.tui.evidence import TONE_STYLES
from radiusbridge.tui.language import _, ngettext
from radiusbridge.tui.rows import BAD, PLAIN
from radiusbridge.tui.text import cell
from radiusbridge.tui.typed_count import Asked, Hit

if TYPE_CHECKING:
    from radiusbridge.services.filling import Foretold
    from radiusbridge.tui.app import Dashboard


def ask(app: "Dashboard", name: str) -> None:
    """Compare the server with its customers, and ask for the number of accounts that are made."""
    app.acting.bulk.count("fill", partial(_asked, name), _begin)


async def _asked(name: str, desk: Desk) -> "Asked[Foretold]":
    async def look(_answers: Answers) -> "Hit[Foretold]":
        from radiusbridge.services.filling import foretell

        foretold = await foretell(desk.context, name)
        # without a password none can be made, and nothing is begun
        size = 0 if foretold.without_password else foretold.count
        line = f"radiusbridge server fill {shlex.quote(name)} --yes-count {foretold.count}"
        return Hit(size, foretold, tuple(_lines(foretold)), line)

    effects = (
        _("One operation, written in large transactions; accounts that are there stay as they are."),
        _("PROVEN once all accounts are read back as the database says, and one logs in."),
    )
    return Asked(partial(_title, name), look, effects)


def _title(name: str, count: int) -> str:
    words = ngettext("Make {n} account on {name}", "Make {n} accounts on {name}", count)
    return words.format(n=formats.number(count), name=cell(name, 40))


def _lines(foretold: "Foretold") -> list[Text]:
    from radiusbridge.services.profile_sync import Side

    found = foretold.found
    told = (
        (foretold.count, _("customers have no account there"), PLAIN),
        (found[Side.SAME], _("accounts are there as the database says"), PLAIN),
        (found[Side.DIFFERS], _("are there otherwise, and stay so: radiusbridge plan"), BAD),
        (found[Side.THERE], _("belong to nobody here, and stay"), PLAIN),
        (foretold.without_password, _("customers have no password here; an account needs one"), BAD),
    )
    return [Text(f"  {formats.number(count)} {words}", TONE_STYLES[tone]) for count, words, tone in told if count]


async def _begin(desk: Desk, hit: "Hit[Foretold]") -> None:
    from radiusbridge.services.filling import submit

    desk.begin(await submit(desk.context, hit.found, hit.size))
