"""The trace file, masking, and what traps mean."""

import json
import stat
from pathlib import Path

import pytest

from radiusbridge.domain.errors import BadInput
from radiusbridge.routeros.commands import compose
from radiusbridge.routeros.errors import TrapKind, kind_of
from radiusbridge.routeros.mask import masked
from radiusbridge.routeros.trace import TraceFile


def test_sentences_are_appended_as_json_lines_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text('{"old": 1}\n')
    path.chmod(0o644)
    trace = TraceFile(path)
    trace.tap("core-1")("send", ["/login", "=name=\N{LATIN SMALL LETTER E WITH ACUTE}\n"])
    trace.tap("core-2")("recv", ["!done", ".tag=7"])
    trace.close()
    trace.tap("core-2")("recv", ["!done"])
    trace.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"old": 1},
        {"dir": "send", "server": "core-1", "words": ["/login", "=name=é\n"]},
        {"dir": "recv", "server": "core-2", "words": ["!done", ".tag=7"]},
    ]


def test_a_trace_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot write the trace file"):
        TraceFile(tmp_path / "no" / "trace")


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("=password=a=b", "=password=***"),
        ("=shared-secret=x", "=shared-secret=***"),
        ("=otp-secret=", "=otp-secret=***"),
        ("=secret=x", "=secret=***"),
        ("=response=00ab", "=response=***"),
        ("=ret=" + "0f" * 16, "=ret=***"),
        ("=ret=*1F", "=ret=*1F"),
        ("?password=x", "?password=***"),
        ("?=password=x", "?=password=***"),
        ("?>secret=x", "?>secret=***"),
        ("?password", "?password"),
        ("=name=password", "=name=password"),
        ("=password-length=6", "=password-length=6"),
        (".tag=7", ".tag=7"),
        ("!re", "!re"),
        ("", ""),
    ],
)
def test_secrets_are_masked(word: str, shown: str) -> None:
    assert masked(word) == shown


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("failure: already have user with this name for this server", TrapKind.ALREADY_THERE),
        ("failure: secret with the same name already exists", TrapKind.ALREADY_THERE),
        ("failure: already have interface with such name", TrapKind.ALREADY_THERE),
        ("entry already exists", TrapKind.ALREADY_THERE),
        ("item with such name already there", TrapKind.ALREADY_THERE),
        ("no such item", TrapKind.NO_SUCH_ITEM),
        ("no such item (4)", TrapKind.NO_SUCH_ITEM),
        ("no such command or directory (remove)", TrapKind.NO_SUCH_COMMAND),
        ("No Such Command", TrapKind.NO_SUCH_COMMAND),
        ("unknown parameter group", TrapKind.UNKNOWN_PARAMETER),
        ("input does not match any value of profile", TrapKind.VALUE_REFUSED),
        ("ambiguous value of group, more than one possible value matches input", TrapKind.VALUE_REFUSED),
        ("value out of range (1..255)", TrapKind.VALUE_REFUSED),
        ("invalid value for argument address", TrapKind.VALUE_REFUSED),
        ("contents too long", TrapKind.VALUE_REFUSED),
        ("not enough permissions (9)", TrapKind.NOT_ENOUGH_PERMISSIONS),
        ("failure: not allowed by device-mode", TrapKind.DEVICE_MODE),
        ("interrupted", TrapKind.INTERRUPTED),
        ("action failed (6)", TrapKind.OTHER),
        ("", TrapKind.OTHER),
    ],
)
def test_traps_are_told_by_fragments(message: str, kind: TrapKind) -> None:
    assert kind_of(message) is kind


@pytest.mark.parametrize("command", ["", "ppp/print", "/ppp print", "/ppp/print "])
def test_what_is_no_command_is_refused(command: str) -> None:
    with pytest.raises(BadInput, match="no command path"):
        compose(command, {})


def test_names_and_queries_are_checked() -> None:
    with pytest.raises(BadInput, match="no property name"):
        compose("/x/set", {"a=b": "c"})
    with pytest.raises(BadInput, match="no query word"):
        compose("/x/print", {}, queries=["name=x"])
