"""The action table, and what is made of it: keys, key sheet, headless lines, copying, read-only."""

import base64
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from radiusbridge.cli.main import execute
from radiusbridge.cli.verbs.tui import SCREENS as STARTS
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.records import Customer, Intent, Operation
from radiusbridge.domain.verdict import Status
from radiusbridge.services.watch import Live
from radiusbridge.tui import headless, keymap, keysheet
from radiusbridge.tui.actions.kinds import Action, Need, State
from radiusbridge.tui.actions.table import ACTIONS, SCREENS, action, actions_of
from radiusbridge.tui.evidence import later
from radiusbridge.tui.keymap import Keymap

BUDI = Customer("C-0042", "bu di", 1, 1, id=7)
WAITING = Operation(Intent.ISOLATE, 1, 7, "bu di", {}, id=9, status=Status.WAITING)


@pytest.mark.parametrize(
    ("name", "state", "why"),
    [
        ("isolate", State(ready=False), "the database is not open yet"),
        ("isolate", State(), "no customer is selected"),
        ("isolate", State(customer=BUDI, selected=True, read_only=True), "this dashboard is read-only"),
        ("isolate", State(customer=BUDI, selected=True), ""),
        ("isolate", State("sessions", customer=BUDI), "the screen sessions does not have it"),
        ("kick", State("sessions", selected=True), "no customer has this user name"),
        ("kick", State(customer=BUDI, live=Live.OFFLINE), "there is no live session to kick"),
        ("kick", State(customer=BUDI, live=Live.UNKNOWN), ""),
        ("undo", State("operations", operation=WAITING), "operation 9 is waiting; cancel it instead"),
        ("cancel", State("operations", operation=WAITING), ""),
        ("cancel", State("operations", operation=replace(WAITING, status=Status.CANCELLED)), "over: cancelled"),
        ("retry", State("operations", operation=replace(WAITING, status=Status.RUNNING)), "operation 9 is running"),
        ("test", State("devices"), "no server or NAS is selected"),
        ("server_fill", State("devices", device=("nas", "bras-1")), "choose a server"),
        ("server_fill", State("devices", device=("server", "fr-1")), ""),
        ("evidence", State("audit"), "nothing is selected"),
    ],
)
def test_an_action_says_why_it_is_not_available(name: str, state: State, why: str) -> None:
    said = action(name).why_not(state)
    assert why in said if why else not said


def test_what_the_list_or_the_evidence_tells_to_be_over_is_over() -> None:
    over, next_one = replace(WAITING, status=Status.CANCELLED), replace(WAITING, id=10)
    assert later(over, WAITING) is later(WAITING, over) is over
    running = replace(WAITING, status=Status.RUNNING)
    assert later(WAITING, running) is running, "the evidence is read more often"
    assert later(over, next_one) is later(None, next_one) is next_one


def test_ids_are_unique_and_no_two_actions_of_a_screen_share_a_key() -> None:
    assert len({each.id for each in ACTIONS}) == len(ACTIONS)
    keymap.parse("")
    assert all(actions_of(screen) for screen, _, _ in SCREENS)


@pytest.mark.parametrize(
    ("name", "answers", "line"),
    [
        (
            "isolate",
            {"policy": "reject", "hold": "unpaid"},
            "radiusbridge isolate C-0042 --policy reject --hold unpaid",
        ),
        ("isolate", {}, "radiusbridge isolate C-0042"),
        ("kick", {}, "radiusbridge kick C-0042"),
        ("renew", {"months": "3"}, "radiusbridge renew C-0042 --months 3"),
        ("probe", {"server": "um 1"}, "radiusbridge probe auth 'um 1' --user 'bu di'"),
        ("undo", {}, ""),
    ],
)
def test_headless_lines_are_good_to_paste(name: str, answers: dict[str, str], line: str) -> None:
    assert headless.line_of(action(name), State(customer=BUDI), answers) == line


@pytest.mark.parametrize("each", [each for each in ACTIONS if each.line], ids=lambda each: each.id)
def test_the_verbs_know_every_headless_line(each: Action, capsys: pytest.CaptureFixture[str]) -> None:
    words = [{"{device}": "nas", "{kind}": "user"}.get(word, word) for word in each.line.split()[1:]]
    verb = list(takewhile(lambda word: word.islower() and word[0].isalpha(), words))
    assert verb
    assert execute([*verb, "--help"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words if word.startswith("--"))


def test_keys_are_remapped_and_what_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    assert keymap.read(file) == Keymap()
    file.write_text(
        '[keys]\nisolate = "f2"\nkick = ["f3", "delete"]\nfilter = ["/", "ctrl+f12"]\n'.replace("ctrl+f12", "f12")
    )
    found = keymap.read(file)
    assert (found.shown(action("isolate")), found.keys(action("kick"))) == ("f2", "f3,delete")
    assert found.keys(action("filter")) == "slash,f12"
    assert found.shown(action("help")) == "?"
    for text, words in (
        ('[keys]\nisolat = "f2"', "no action “isolat”; nearest: isolate"),
        ('[keys]\nisolate = "a"', "“a” is isolate and activate on the screen Customers"),
        ('[keys]\nisolate = "j"', "“j” is moving in a list and isolate"),
        ('[keys]\nisolate = "hyper+nothing"', "is no key"),
        ("[keys]\nisolate = 3", "is no key"),
        ("[keys]\nisolate = []", "has no key"),
        ("[other]\n", "it has “other”"),
        ("keys = 3", "write [keys]"),
        ("[keys", "it is no TOML"),
    ):
        file.write_text(text)
        with pytest.raises(BadInput) as caught:
            keymap.read(file)
        assert words in caught.value.line()
        assert str(file) in caught.value.line()


def test_the_key_sheet_of_the_docs_is_current() -> None:
    told = (Path(__file__).parents[2] / "docs" / "keys.md").read_text()
    assert told == keysheet.sheet(Keymap()), "radiusbridge tui keys > docs/keys.md"
    for each in ACTIONS:
        assert f"(`{each.id}`)" in told
        assert ("changes" in keysheet._row(each, Keymap())) == (Need.WRITING in each.needs)


def test_copying_is_wrapped_for_tmux_and_screen_and_has_a_cap() -> None:
    plain = headless.osc52("abc", {})
    assert plain == f"\x1b]52;c;{base64.b64encode(b'abc').decode()}\x07"
    assert headless.osc52("abc", {"TMUX": "x"}) == f"\x1bPtmux;\x1b{plain}\x1b\\{plain}"
    long = headless.osc52("x" * 3000, {"STY": "x"})
    assert long.startswith("\x1bP\x1b]52;c;")
    assert max(map(len, long.split("\x1b\\"))) <= 252
    assert headless.osc52("x" * 60_000, {}) == ""


def test_the_verb_begins_on_every_screen() -> None:
    assert {name for name, _, _ in SCREENS} <= set(STARTS)
