"""Files of probes: where keys stand, what is read, and everything that is wrong told at once with its line."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput, UnknownName
from radiusbridge.domain.probe_runs import ProbeSuite, State
from radiusbridge.domain.probes import Expect, ProbeKind
from radiusbridge.domain.records import LoginMethod
from radiusbridge.services.probes.files import document, entries, reading, targets
from radiusbridge.services.probes.files.choosing import chosen
from radiusbridge.services.probes.files.document import MOST_PROBLEMS, BadProbes, load, parse
from radiusbridge.services.probes.files.lines import locate
from radiusbridge.services.probes.files.reading import read_suite
from tests.radius.support import Dice

GOOD = """\
suite = "north"

[defaults]
timeout = "2s"
warn_time = 0.1
user = "test"
password_file = "p"
labels = { site = "north", team = "noc" }

[targets.um-1]
host = "192.0.2.1"
secret_file = "s"
labels = { site = "hill" }

[targets.um-2]
host = "fd00::2"
port = 11812
dae_port = 1700
secret_env = "UM2"
source = "fd00::9"

[[probe]]
name = "login"
kind = "auth"
target = ["um-1", "um-2"]
method = ["pap", "mschapv2"]
max_time = "500ms"
expect_attributes = ["Framed-Pool=active", "Class~^gold"]

[[probe]]
name = "stranger"
kind = "auth"
target = "um-1"
user = "nobody"
expect = "reject"
severity = "warning"
attributes = ["Calling-Station-Id=00:11:22:33:44:55"]
labels = { team = "abuse" }

[[probe]]
name = "records"
kind = "acct"
target = "um-2"

[[probe]]
name = "alive"
kind = "status"
target = "um-1"
port = 1645

[[probe]]
name = "cut"
kind = "disconnect"
target = "um-2"

[[probe]]
name = "quiet"
kind = "auth"
target = "um-1"
expect = "timeout"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in "sp":
        (tmp_path / name).write_text(f"{name}-secret\n")
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("UM2", "two-secret")
    return tmp_path


def read(folder: Path, text: str) -> ProbeSuite:
    (folder / "probes.toml").write_text(text)
    return read_suite(load(folder / "probes.toml"), Dice())


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadProbes) as caught:
        read(folder, text)
    assert caught.value.problems
    return [problem.removeprefix(f"{folder}/probes.toml:") for problem in caught.value.problems]


def test_targets_methods_and_defaults(folder: Path) -> None:
    suite = read(folder, GOOD)
    cases = {case.name: case for case in suite.cases}
    assert suite.name == "north"
    assert list(cases) == [
        *("login/um-1/pap", "login/um-1/mschapv2", "login/um-2/pap", "login/um-2/mschapv2"),
        *("stranger", "records", "alive", "cut", "quiet"),
    ]
    login = cases["login/um-2/mschapv2"]
    assert (login.entry, login.target, login.warn_time, login.severity) == ("login", "um-2", 0.1, State.CRITICAL)
    probe = login.probe
    assert (probe.method, probe.user, probe.max_time, probe.timeout) == (LoginMethod.MSCHAPV2, "test", 0.5, 2.0)
    assert (probe.address, probe.target.source) == ("[fd00::2]:11812", "fd00::9")
    assert probe.target.secret.reveal() == "two-secret"
    assert probe.password is not None
    assert probe.password.reveal() == "p-secret"
    assert [str(one) for one in probe.expect_attributes] == ["Framed-Pool=active", "Class~^gold"]
    assert dict(cases["login/um-1/pap"].probe.labels) == {"site": "hill", "team": "noc"}
    stranger = cases["stranger"]
    assert (stranger.severity, stranger.probe.expected, stranger.probe.user) == (State.WARNING, Expect.REJECT, "nobody")
    assert dict(stranger.probe.labels) == {"site": "hill", "team": "abuse"}
    assert [cases[name].probe.target.port for name in ("records", "alive", "cut")] == [11813, 1645, 1700]
    assert (cases["alive"].probe.user, cases["cut"].probe.expected) == ("", Expect.NAK)
    assert (cases["quiet"].probe.max_time, cases["quiet"].warn_time) == (None, None)


def test_some_of_them(folder: Path) -> None:
    suite = read(folder, GOOD)

    def names(*only: str) -> list[str]:
        return [case.name for case in chosen(suite, only)]

    assert len(names()) == 9
    assert names("login/um-1/pap", "alive") == ["login/um-1/pap", "alive"]
    assert len(names("login")) == 4
    assert names("team=abuse") == ["stranger"]
    for typed, near in (("logn", "did you mean login"), ("team=abus", "team=abuse")):
        with pytest.raises(UnknownName) as caught:
            names(typed)
        assert near in caught.value.hint


BROKEN = """\
suit = "north"
[defaults]
timout = "1s"
timeout = "soon"
retries = 21
[targets.a]
host = "192.0.2.1:1812"
port = "x"
secret = "hunter2"
secret_file = "missing"
[targets.b]
host = "192.0.2.2"
signing = "requre"
secret_env = "NO_SUCH_VARIABLE"
[targets."c|d"]
secret_file = "s"
[targets.e]
server = "um-1"
host = "192.0.2.1"
[targets.f]
host = "192.0.2.5"
secret_file = "s"
[[probe]]
name = "one"
kind = "aut"
target = ["a",
   "z"]
method = ["pap",
   "mschap2"]
expect_attributes = ["Framed-Pol=x", "Class~("]
labels = { site = 5, probe = "x", a-b = "c" }
[[probe]]
name = "one"
kind = "status"
target = "f"
method = "pap"
max_time = nan
warn_time = true
[[probe]]
name = "it's"
kind = "auth"
target = "f"
warn_time = "2s"
max_time = "1s"
password = "hunter3"
[[probe]]
kind = "coa"
expect = "accept"
[[probe]]
name = "contradiction"
kind = "disconnect"
target = "f"
expect = "accept"
[[probe]]
name = "no password"
kind = "auth"
user = "u"
target = "f"
[[probe]]
name = "cut"
kind = "coa"
target = "f"
attributes = ["NAS-Port=many"]
"""


def test_all_that_is_wrong_is_told_at_once_with_its_line(folder: Path) -> None:
    told = problems(folder, BROKEN)
    lines = [(int(line), words) for line, _, words in (one.partition(":") for one in told)]
    expected = [
        (1, "'suit'; did you mean suite"),
        (3, "'timout'; did you mean timeout"),
        (4, "“soon” is not a duration"),
        (5, "retries is out of range"),
        (7, "the port does not stand in host"),
        (8, "port is a whole number, not text"),
        (9, "write secret_file"),
        (10, "cannot be read"),
        (13, "did you mean require"),
        (14, "no 'NO_SUCH_VARIABLE'"),
        (15, "cannot be a name"),
        (15, "no host"),
        (17, "needs the database"),
        (19, "host does not stand beside server"),
        (25, "did you mean auth"),
        (27, "no target 'z'"),
        (29, "did you mean mschapv2"),
        (30, "did you mean Framed-Pool"),
        (30, "no regular expression"),
        (31, "the label site is a text, not a number"),
        (31, "the label probe is given"),
        (31, "'a-b' cannot be a label"),
        (33, "two probes with the name 'one'"),
        (36, "kind status has no method"),
        (37, "max_time is no time"),
        (38, "warn_time is no time"),
        (40, "cannot be a name"),
        (43, "warn_time is not below max_time"),
        (45, "write password_file"),
        (46, "has no name"),
        (46, "has no target"),
        (49, "cannot expect accept"),
        (54, "needs a password"),
        (63, "a number from 0"),
    ]
    for line, words in expected:
        assert any(at == line and words in said for at, said in lines), (line, words, lines)
    assert len(lines) == len(expected)
    assert [at for at, _ in lines] == sorted(at for at, _ in lines)
    assert "hunter" not in "".join(told)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "there is nothing in this file"),
        ("# only this\n", 1, "there is nothing"),
        ("[targets]\n", 1, "there is no probe"),
        ("probe = 5\n", 1, "there is no probe"),
        ("\nprobe = [3]\n", 2, "a probe is a table, not a number"),
        ("a = 1\nb = \n", 2, "this is no TOML: invalid value"),
        ("a = 1\nb = '''\n\n", 4, "this is no TOML"),
        ("a = 1\na = 2\n", 2, "this is no TOML"),
        (f"a = 1\nb = {'9' * 5000}\n", 2, "too long"),
        (f"a = 1\nb = {'[' * 5000}{']' * 5000}\n", 2, "nested too deeply"),
        ("targets = 5\n[[probe]]\nname = 'x'\nkind = 'auth'\ntarget = 'x'\n", 1, "targets is a table"),
        ("[[probe]]\nname = 'x'\nkind = 'auth'\ntarget = 'x'\n", 4, "write [targets.NAME]"),
    ],
)
def test_files_that_hold_no_probes(folder: Path, text: str, line: int, words: str) -> None:
    (first, *_) = [one for one in problems(folder, text) if words in one]
    assert first.startswith(f"{line}: ")


def test_files_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "p").chmod(0o644)
    text = "[targets.a]\nhost = '::1'\nsecret_file = 'p'\n[[probe]]\nname = 'x'\nkind = 'status'\ntarget = 'a'\n"
    assert problems(folder, text) == [
        f"3: {folder}/p: others may read the file with the shared secret (mode 0644); run: chmod 600 {folder}/p"
    ]
    with pytest.raises(BadInput, match="No such file"):
        load(folder / "missing.toml")
    with pytest.raises(BadProbes, match="7: this is not UTF-8"):
        parse(Path("x"), text.encode()[:-1].replace(b"target = 'a'", b"target = '\xff'"))
    monkeypatch.setattr(document, "LARGEST", 10)
    with pytest.raises(BadInput, match="at most"):
        load(folder / "probes.toml")


def test_a_file_that_is_wrong_all_over_is_given_up(folder: Path) -> None:
    text = "[targets.a]\nhost = '::1'\nsecret_file = 's'\n" + "[[probe]]\nkimd = 1\n" * 5000
    told = problems(folder, text)
    assert len(told) <= MOST_PROBLEMS + 1
    assert "the rest was not looked at" in told[-1]


KEYS = st.sampled_from(["a", "b-1", "'q.x'", '"w\\u0041"', "probe", "c", "'#'", '"[\\""'])
SCALARS = st.sampled_from(
    ["1", "1.5", "true", "1979-05-27 07:32:00", "'#]'", '"\\"]}#"', '"""\n[x]\\""" = 1"""""', "'''\n'' [[y]]'''", "nan"]
)
BREAK = st.sampled_from(["", " ", "\n", " # , ] }\n", "\n\n"])


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    inside = [f"{draw(BREAK)}{value}{draw(BREAK)}" for value in draw(st.lists(values, max_size=3))]
    return f"[{','.join(inside)}{draw(BREAK)}]"


INLINE = st.lists(st.tuples(KEYS, SCALARS), max_size=3, unique_by=lambda pair: tomllib.loads(f"{pair[0]}=0").popitem())
VALUES = st.recursive(
    SCALARS,
    lambda inner: arrays(inner) | INLINE.map(lambda pairs: f"{{{', '.join(f'{k} = {v}' for k, v in pairs)}}}"),
    max_leaves=6,
)
LINES = st.one_of(
    st.tuples(st.lists(KEYS, min_size=1, max_size=2).map(".".join), VALUES).map(" = ".join),
    st.lists(KEYS, min_size=1, max_size=3).map(lambda keys: f"[{'.'.join(keys)}]"),
    st.lists(KEYS, min_size=1, max_size=2).map(lambda keys: f"[[{' . '.join(keys)}]]"),
    st.sampled_from(["", "# [x]", "  \t"]),
)


def paths(value: Any, below: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every key and index of what was parsed."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {below}
    for key, one in inside:
        found |= paths(one, (*below, key))
    return found


@given(st.lists(LINES, max_size=8))
def test_every_key_of_a_text_is_found_and_nothing_else(lines: list[str]) -> None:
    text = ""
    for line in lines:  # as many of them as make a valid text together
        try:
            tomllib.loads(text + line + "\n")
        except tomllib.TOMLDecodeError:
            continue
        text += line + "\n"
    found = locate(text)
    assert {(), *found} == paths(tomllib.loads(text))
    rows = text.split("\n")
    for path, row in found.items():
        key = path[-1]
        if isinstance(key, str) and key.isidentifier() and key != "wA":
            assert key in rows[row - 1]
    assert locate(text.replace("\n", "\r\n")) == found


WORDS = st.sampled_from(
    ["[", "]", "[[probe]]", "\n", "=", '"', "'", "{", "}", ",", "name", "kind", "target", "'auth'", "1", "#"]
)


@given(st.lists(WORDS, max_size=30).map("".join) | st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_gives_probes_or_what_is_wrong_with_a_line(text: str | bytes) -> None:
    content = text if isinstance(text, bytes) else text.encode(errors="replace")
    try:
        read_suite(parse(Path("x.toml"), content), Dice())
    except BadProbes as bad:
        lines = content.decode(errors="replace").count("\n") + 1
        for problem in bad.problems:
            assert 1 <= int(problem.split(":")[1]) <= lines


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
            "name", "kind", "target", "a", "probe", "host", "secret_file", "method", "labels", "expect", "attributes",
            "timeout", "server", "port", "user",
        ]), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(["targets", "probe", "defaults", "suite"]),
)  # fmt: skip
def test_values_of_any_type_are_told(value: Any, key: str) -> None:
    given_so = {"targets": {"a": {"host": "::1"}}, "probe": [{"name": "x", "kind": "auth", "target": "a"}], key: value}
    with pytest.raises(BadProbes):
        read_suite(document.Document(Path("x.toml"), "", given_so), Dice())


def test_the_example_of_the_documentation(folder: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text()
    example = text.partition("```toml\n")[2].partition("```")[0]
    for name in ("um-1.secret", "um-2.secret", "bras-1.secret", "probe-1.password", "probe-isolated.password"):
        (folder / name).write_text("x\n")
        (folder / name).chmod(0o600)
    suite = read(folder, example)
    assert next(case.name for case in suite.cases if case.entry == "login") == "login/um-1/pap"
    assert len(suite.cases) == 11
    keys = {*reading._TABLES, *targets._KEYS, *entries._OWN, *entries._SHARED}
    assert all(f"`{key}`" in text or f"`{key} = " in text for key in keys)


def test_every_kind_can_be_written(folder: Path) -> None:
    kinds = {case.probe.kind for case in read(folder, GOOD).cases}
    assert kinds == set(ProbeKind) - {ProbeKind.COA}
