"""What is wrong with a field is said in the operator's language: every sentence of every check, whatever was typed."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain import days, values
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.reboot import Inventory
from radiusbridge.services import checks, router_log
from radiusbridge.services.readings.states import RouterHome
from radiusbridge.services.router_desk.rebooting import Foretold
from radiusbridge.tui import language
from radiusbridge.tui.told import OF_SERVICES, SENTENCES, told, told_line

NO_FIELDS = {"the date would be after the year 9999"}
"""Said where days are reckoned, not where they are typed."""
NOT_TYPED = {"no such time zone", "an IANA name like Asia/Jakarta", "{} months cannot be added", "0 to {}"}


def _sentences(module: ModuleType, called: str = "BadInput") -> Iterator[str]:
    """The texts that it raises BadInput with, or calls that method with; `{}` for what is put in."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == called:
            yield from _texts(*node.args[:1], *(each.value for each in node.keywords if each.arg == "hint"))
        elif isinstance(node.func, ast.Attribute) and node.func.attr == called:
            yield from _texts(*node.args)


def _texts(*nodes: ast.expr) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
        elif isinstance(node, ast.Constant):
            yield str(node.value)
        elif isinstance(node, ast.IfExp):
            yield from _texts(node.body, node.orelse)


def test_every_sentence_of_the_checks_is_known_and_no_other() -> None:
    said = {each for module in (values, checks, days) for each in _sentences(module)} - NO_FIELDS - NOT_TYPED
    assert {re.sub(r"\{\w+\}", "{}", each) for each in SENTENCES} == said


@pytest.mark.usefixtures("indonesian")
def test_what_a_restart_does_is_translated() -> None:
    before = Inventory(0.0, None, sessions=12, guests=3, unread={"PPP sessions": "not permitted"})
    effects = Foretold(RouterHome("um1", "h:8728", None, server="userman7"), before).effects
    assert len(effects) == 4
    assert not {told(each) for each in effects} & {*effects}


def test_our_lines_between_those_of_a_router_are_known() -> None:
    said = set(_sentences(router_log, "say"))
    assert len(said) == 4
    assert said <= {re.sub(r"\{\w+\}", "{}", each) for each in OF_SERVICES}


@pytest.mark.usefixtures("indonesian")
def test_they_are_said_as_an_indonesian_noc_says_them() -> None:
    assert told("not followed: no answer in time") == "tidak diikuti: no answer in time"
    assert told("12 PPP sessions drop") == "12 sesi PPP terputus"


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize(
    ("check", "text", "words"),
    [
        (values.parse_rate_pair, "lambat", "“lambat” bukan laju; tulis seperti 10M, 512k atau 10000000"),
        (values.parse_username, "", "username kosong; isi nama yang dipakai pelanggan untuk dial"),
        (values.parse_username, "a\u202eb", "username memuat karakter U+202E; karakter kontrol, karakter tak terlihat"),
        (lambda text: checks.plain_text(text, "name"), "x" * 201, "nama sepanjang 201 karakter; paling banyak 200"),
        (values.parse_address, "{name}", "“{name}” bukan alamat IP; tulis seperti 10.20.0.7"),
        (days.parse_day, "besok", "“besok” bukan tanggal; tulis seperti 2026-12-31"),
    ],
)
def test_an_indonesian_reads_what_is_wrong(check: Callable[[str], object], text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        check(text)
    assert told_line(caught.value).startswith(words)


def test_in_english_and_where_it_is_not_known_it_stays_as_it_is() -> None:
    error = BadInput("the user name is empty", target="C-0001", hint="something else")
    assert told_line(error) == error.line()


@given(st.text())
def test_what_was_typed_neither_breaks_it_nor_is_lost(text: str) -> None:
    language.use("id")
    try:
        assert told(f"“{text}” is not a rate") == f"“{text}” bukan laju"
        told(text)
    finally:
        language.use(language.ENGLISH)
