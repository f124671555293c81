"""Nagios Core as a peer: runs one plug-in as a service's check, and says what it made of its output."""

import getpass
import grp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.programs import require, running, until

CONFIG = """\
cfg_file={directory}/objects.cfg
log_file={directory}/nagios.log
object_cache_file={directory}/objects.cache
precached_object_file={directory}/objects.precache
status_file={directory}/status.dat
state_retention_file={directory}/retention.dat
lock_file={directory}/nagios.pid
temp_file={directory}/nagios.tmp
temp_path={directory}
check_result_path={directory}/results
log_archive_path={directory}
query_socket={directory}/nagios.qh
command_file={directory}/nagios.cmd
check_external_commands=0
check_for_updates=0
enable_notifications=0
nagios_user={user}
nagios_group={group}
status_update_interval=1
service_inter_check_delay_method=n
max_service_check_spread=1
service_check_timeout=200
illegal_macro_output_chars=`~$&|'"<>
"""

OBJECTS = """\
define timeperiod {{
    timeperiod_name always
    alias           always
    sunday 00:00-24:00
    monday 00:00-24:00
    tuesday 00:00-24:00
    wednesday 00:00-24:00
    thursday 00:00-24:00
    friday 00:00-24:00
    saturday 00:00-24:00
}}
define contact {{
    contact_name noc
    host_notification_period always
    service_notification_period always
    host_notification_commands nothing
    service_notification_commands nothing
}}
define command {{
    command_name nothing
    command_line /bin/true
}}
define host {{
    host_name radius
    address 127.0.0.1
    max_check_attempts 1
    check_period always
    notification_period always
    contacts noc
}}
define service {{
    name generic-service
    register 0
    check_interval 1
    retry_interval 1
    max_check_attempts 1
    check_period always
    notification_period always
    contacts noc
}}
{checks}
"""


@dataclass(frozen=True)
class Checked:
    """A service as Nagios shows it."""

    state: int
    output: str
    long_output: str
    perfdata: str


@contextmanager
def nagios(directory: Path, checks: str) -> Iterator[Path]:
    """A Nagios with these commands and one service of the host `radius`; gives its status file."""
    (directory / "results").mkdir(parents=True)
    user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    (directory / "nagios.cfg").write_text(CONFIG.format(directory=directory, user=user, group=group))
    (directory / "objects.cfg").write_text(OBJECTS.format(checks=checks))
    with running([require("nagios4"), str(directory / "nagios.cfg")], directory / "output.log"):
        yield directory / "status.dat"


def checked(directory: Path, checks: str) -> Checked:
    """What Nagios makes of the service's first check."""
    with nagios(directory, checks) as status:
        seen = until(lambda: _read(status), "the service's first check")
        assert seen is not None
        return seen


def _read(status: Path) -> Checked | None:
    if not status.exists():
        return None
    _, _, block = status.read_text().partition("servicestatus {")
    values = dict(line.strip().split("=", 1) for line in block.partition("\t}")[0].splitlines() if "=" in line)
    if values.get("has_been_checked") != "1":
        return None
    return Checked(
        int(values["current_state"]), values["plugin_output"], values["long_plugin_output"], values["performance_data"]
    )
