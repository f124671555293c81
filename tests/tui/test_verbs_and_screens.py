"""Each verb of the live network has its screen, and each screen its verb: held against the verbs that there are."""

import shlex
from collections.abc import Iterator

import pytest

from radiusbridge.tui import voucher_changes, voucher_prints
from radiusbridge.tui.actions.kinds import Action, Need
from radiusbridge.tui.actions.table import ACTIONS, SCREENS
from radiusbridge.tui.actions.verbs import OF_SCREENS, places, verbs_of
from radiusbridge.tui.voucher_one import SELL, TAKE_BACK, VOID
from radiusbridge.tui.voucher_papers import PAPERS
from tests.cli.verbs import verbs

LIVE = (
    *("sessions", "losses", "kick", "isolate", "activate", "bulk", "why", "speed", "hotspot", "router", "log", "qos"),
    "alert",
    "voucher",
)
"""Verbs and groups of verbs of what runs on the network, and of vouchers."""
LIVE_SCREENS = ("sessions", "runs", "losses", "history", "hotspot", "devices", "router", "log", "alerts")
MOVES = {"mark", "mark_all", "jump", "router_copy", "router_help"}
"""Actions of those screens that only move, choose or show."""
OF_SCRIPTS = {"as_json", "database", "file", "yes", "yes_count", "plain"}
"""Parameters that scripts and other programs need: a screen asks, shows and exports by keys of its own."""
PLACE = {"form": "to", "printer": "to", "output": "file", "device": "file", "socket": "file", "replace_file": "replace"}
INSTEAD = {
    "generate": {"server": "keeper", "nas": "router", "dry_run": "^t"},
    "reprint": PLACE,
}
"""Verb of `voucher` -> its parameters that stand in the form under another name, or are a key of it."""
FROM_ROW = {"show": {"which", "batch", "codes"}, "reprint": {"which", "batches", "codes"}}
"""Parameters that the row under the cursor and other keys stand for."""
VERBS = verbs()
PLACES = places()


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.split()[0] in LIVE])
def test_a_verb_of_the_live_network_has_its_screen(verb: str) -> None:
    assert verb in PLACES, f"radiusbridge {verb} is nowhere in the dashboard"


@pytest.mark.parametrize("verb", PLACES)
def test_what_the_dashboard_names_is_a_verb(verb: str) -> None:
    assert verb in VERBS, PLACES[verb]


def test_each_screen_has_a_verb_that_shows_the_same() -> None:
    assert set(OF_SCREENS) == {name for name, _title, _key in SCREENS}


@pytest.mark.parametrize(
    "action", [each for each in ACTIONS if set(each.screens) & set(LIVE_SCREENS)], ids=lambda action: str(action.id)
)
def test_each_action_of_a_live_screen_has_its_headless_line(action: Action) -> None:
    assert action.id in MOVES or verbs_of(action), f"{action.id} has no line"
    if Need.WRITING in action.needs:
        assert action.line


def worded(action: Action) -> Iterator[tuple[str, list[str]]]:
    """(verb, its words) of the lines of an action."""
    for verb in verbs_of(action):
        line = action.line.replace("{device}", verb.split()[0])
        if line.startswith("radiusbridge hotspot {kind}"):
            line = line.replace("{kind}", verb.split()[1])
        words = shlex.split(line)[1:]
        if words[: len(verb.split())] == verb.split():
            yield verb, words[len(verb.split()) :]


@pytest.mark.parametrize("action", [each for each in ACTIONS if each.line], ids=lambda action: str(action.id))
def test_the_options_of_a_line_are_options_of_its_verb(action: Action) -> None:
    for verb, words in worded(action):
        known = {name for param in VERBS[verb].params for name in (*param.opts, *param.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known, (verb, words)


FORMS = {
    **{job.verb: [field.name for field in job.fields] for job in (*PAPERS, SELL, TAKE_BACK, VOID)},
    "generate": [*voucher_changes.FIRST, *(field[0] for field in voucher_changes.FIELDS), "^t"],
    "reprint": [*voucher_prints.FIELDS],
}
"""Verb of `voucher` -> the fields of its form."""


@pytest.mark.parametrize("verb", FORMS)
def test_a_form_of_vouchers_has_all_that_its_verb_takes(verb: str) -> None:
    instead = INSTEAD.get(verb, {})
    params = {str(param.name) for param in VERBS[f"voucher {verb}"].params} - OF_SCRIPTS
    asked = {instead.get(name, name) for name in params}
    assert asked - set(FORMS[verb]) == FROM_ROW.get(verb, set())
    assert set(FORMS[verb]) <= asked | {"^t"}
