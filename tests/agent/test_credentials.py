"""The key and the secrets of probes as systemd hands them to a service: mode 0440 in its credentials' directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from radiusbridge.db.keys import KeyFile
from radiusbridge.domain.errors import BadInput
from radiusbridge.services.secret_files import secret_from_file
from tests.agent.service import ROOT, Systemd, service
from tests.cli.conftest import Cli
from tests.peers.programs import unavailable


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    directory = tmp_path / "credentials"
    directory.mkdir()
    KeyFile(directory / "key").create()
    (directory / "um-1").write_text("s3cret\n")
    for file in directory.iterdir():
        file.chmod(0o440)
    return directory


@pytest.mark.slow
def test_the_agent_runs_on_a_credential(cli: Cli, systemd: Systemd, credentials: Path) -> None:
    environment = {**cli.environment(), "RADIUSBRIDGE_KEY_FILE": str(credentials / "key")}
    with service(cli.home, environment) as refused:
        assert refused.ended() == 2
        assert "may be read by others (mode 0440)" in refused.log()
    with service(cli.home, {**environment, "CREDENTIALS_DIRECTORY": str(credentials)}, systemd) as agent:
        systemd.until("READY=1")
        assert agent.end() == 0


def test_a_probes_secret_is_a_credential(credentials: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="others may read"):
        secret_from_file(str(credentials / "um-1"), "shared secret")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert secret_from_file(str(credentials / "um-1"), "shared secret").reveal() == "s3cret"


@pytest.mark.root
def test_a_process_that_proc_hides_is_not_dead() -> None:
    """As under ProtectProc=invisible: the operation of an operator's process must not be taken from it."""
    code = (
        "import os; from radiusbridge.services.process import Process, this_process\n"
        "host = this_process().owner.split('/')[0]\n"
        "os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)\n"
        "owners = [f'{host}/{os.getppid()}/1', f'{host}/4194304/1']\n"
        "print(os.path.exists('/proc/1/stat'), Process(f'{host}/0/0').dead(owners) == {owners[1]})"
    )
    hidden = 'mount -t proc -o hidepid=2 proc /proc && exec "$0" -c "$1"'
    command = ["unshare", "--mount", "sh", "-c", hidden, sys.executable, code]
    run = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    if "unshare:" in run.stderr or "mount:" in run.stderr:
        unavailable("a /proc of its own needs root")
    assert run.stdout.split() == ["False", "True"], run
