"""`probe`: ask a RADIUS server or a NAS directly."""

import click

from radiusbridge.cli.lazy import LazyGroup

_P = "radiusbridge.cli.verbs.probe"
VERBS = {
    "auth": (f"{_P}.logins:auth", "Log in once as a customer would."),
    "acct": (f"{_P}.records:acct", "Send a session's Accounting-Requests."),
    "status": (f"{_P}.records:status", "Ask whether a server is alive (Status-Server)."),
    "coa": (f"{_P}.dynamic:coa", "Send a CoA-Request to a NAS."),
    "send": (f"{_P}.send:send", "Send requests listed as radclient reads them."),
    "load": (f"{_P}.load:load", "Send many requests at a rate, and show the round trips."),
    "disconnect": (f"{_P}.dynamic:disconnect", "Send a Disconnect-Request to a NAS."),
    "run": (f"{_P}.run:run", "Run the probes of a TOML file, for monitoring."),
    "history": (f"{_P}.history:history", "What the kept runs of probes come to."),
}


@click.group(cls=LazyGroup, verbs=VERBS)
def probe() -> None:
    """Ask a RADIUS server or a NAS directly, and say what the answer means.

    TARGET is the name of a server (of a NAS for coa and disconnect), or HOST[:PORT] with --secret-file; then no
    database is needed.
    """
