"""A service's credential may be readable by a group; nothing else may."""

from pathlib import Path

import pytest

from radiusbridge.domain.private_files import too_open

HERE = {"CREDENTIALS_DIRECTORY": "/run/credentials/agent.service"}


@pytest.mark.parametrize(
    ("path", "mode", "refused"),
    [
        ("/run/credentials/agent.service/key", 0o440, False),
        ("/run/credentials/agent.service/key", 0o400, False),
        ("/run/credentials/agent.service/key", 0o444, True),
        ("/run/credentials/agent.service/key", 0o460, True),
        ("/run/credentials/agent.service/../other/key", 0o440, True),
        ("/run/credentials/agent.service/below/key", 0o440, True),
        ("/etc/radiusbridge/key", 0o440, True),
        ("/etc/radiusbridge/key", 0o600, False),
    ],
)
def test_who_may_read(path: str, mode: int, refused: bool) -> None:
    assert too_open(Path(path), mode, HERE) is refused


def test_outside_of_a_service_nobody_else_may(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert too_open(Path("/run/credentials/agent.service/key"), 0o440, {})
    monkeypatch.chdir(tmp_path)
    assert too_open(Path("key"), 0o440, {"CREDENTIALS_DIRECTORY": ""})
