"""Why no answer counts: the likely causes in order, each with the check that would tell."""

from radiusbridge.domain.endpoints import LoginMethod
from radiusbridge.domain.probes import Cause, Probe, ProbeKind, ProbeOutcome

_DYNAMIC = frozenset({ProbeKind.COA, ProbeKind.DISCONNECT})


def causes(probe: Probe, outcome: ProbeOutcome) -> tuple[Cause, ...]:
    """The likeliest first; empty where the outcome speaks for itself."""
    match outcome:
        case ProbeOutcome.SILENCE:
            return _nas_silence(probe) if probe.kind in _DYNAMIC else _server_silence(probe)
        case ProbeOutcome.REFUSED:
            return _refused(probe)
        case ProbeOutcome.UNREACHABLE:
            return (
                Cause("no route, or a router on the way says that the host is down", f"ping {probe.target.host}"),
                Cause("a firewall on the way refuses instead of dropping", "traceroute to it from this machine"),
            )
        case ProbeOutcome.BAD_RESPONSE_AUTHENTICATOR:
            return (
                Cause("the shared secret differs", "compare it on both sides, blanks at its end too"),
                Cause("somebody else answers in the peer's name", "capture on the peer: has it sent that answer?"),
            )
        case ProbeOutcome.REJECT if probe.method is LoginMethod.PAP:
            return (
                Cause("wrong password, unknown or disabled account, method not allowed", "the server's own log"),
                Cause(
                    "the shared secret differs, and the server does not check Message-Authenticator: then any PAP "
                    "password comes out wrong",
                    f"radiusbridge probe status {probe.address}, or the same login by chap",
                ),
            )
        case _:
            return ()


def _ours(probe: Probe) -> str:
    return probe.target.source or "our address"


def _server_silence(probe: Probe) -> tuple[Cause, ...]:
    port = probe.target.port
    found = [
        Cause(
            f"{_ours(probe)} is not among the server's clients",
            "User Manager: /user-manager/router print; FreeRADIUS: clients.conf",
        ),
        Cause("the shared secret differs", "the server's log; RouterOS counts it in /radius monitor as bad-replies"),
        Cause(f"the server is off, or not on port {port}", "User Manager: /user-manager print; a host: ss -lun"),
        Cause("a firewall on the way", f"counters of the input chain for UDP port {port}"),
    ]
    if probe.kind is ProbeKind.ACCT:
        stores = Cause("it cannot store the record, and then must not answer (RFC 2866)", "its disk, database and log")
        found.insert(2, stores)
    if probe.kind is ProbeKind.STATUS:
        knows = Cause(
            "it does not answer Status-Server, as User Manager may not", "radiusbridge probe auth with a test account"
        )
        found.insert(0, knows)
    return tuple(found)


def _nas_silence(probe: Probe) -> tuple[Cause, ...]:
    port = probe.target.port
    return (
        Cause("incoming RADIUS is off, or on another port", "/radius/incoming print: accept=yes, port 3799 (or 1700)"),
        Cause(f"{_ours(probe)} is in none of its /radius rows", "/radius print: address, without disabled"),
        Cause("the shared secret differs from that row's", "set the row's secret anew on both sides"),
        Cause("the clocks are more than 300 s apart: the stamp is dropped", "/system/clock print, date -u here"),
        Cause("a firewall on the way", f"/ip/firewall/filter print stats: chain input, UDP port {port}"),
    )


def _refused(probe: Probe) -> tuple[Cause, ...]:
    service = "/radius/incoming print" if probe.kind in _DYNAMIC else "/user-manager print; elsewhere ss -lun"
    return (
        Cause("the service is switched off", service),
        Cause(f"it listens on another port than {probe.target.port}", service),
    )
