"""Disconnect-Requests from inside a namespace: `python -m tests.peers.ikev2_asking HOW HOST PORT SECRET_FILE USER…`.

HOW `gateway`: by one gateway, one after the other, each with an identifier and a port as our policy gives them;
`alike`: all with one identifier from one port, which the policy never does. Prints one JSON object.
"""

import asyncio
import json
import socket
import sys
from pathlib import Path

from radiusbridge.domain.accounts import SessionRow
from radiusbridge.domain.effects import Rung
from radiusbridge.domain.endpoints import DaeAccess
from radiusbridge.domain.secret import Secret
from radiusbridge.gateways.dae import RadiusDisconnector
from radiusbridge.radius.dictionary import encode_all
from radiusbridge.radius.frames import Frame
from radiusbridge.radius.packet import Code, encode_attributes
from radiusbridge.radius.replies import examine
from radiusbridge.radius.sign import Signer
from radiusbridge.services.system import SystemClock, SystemEntropy

IDENTIFIER = 55
PATIENCE = 60.0


async def by_gateway(access: DaeAccess, users: list[str]) -> dict[str, object]:
    """The answers, and how many ports and pairs of port and identifier were used."""
    frames: list[Frame] = []
    disconnector = RadiusDisconnector(access, clock=SystemClock(), entropy=SystemEntropy(), tap=frames.append)
    try:
        rows = [SessionRow("nas", user, user, session_id="1") for user in users]
        replies = [await disconnector.disconnect(row, Rung.DISCONNECT_WITHOUT_NAS) for row in rows]
    finally:
        disconnector.close()
    # a retransmission is the same octets from the same port
    sent = {(frame.local, frame.octets) for frame in frames if frame.direction == "send"}
    return {
        "answers": [reply.answer for reply in replies],
        "words": [reply.words for reply in replies],
        "sent": len(sent),
        "pairs": len({(local, octets[1]) for local, octets in sent}),
        "ports": len({port for port, _ in sent}),
        "kinds": sorted({frame.kind for frame in frames if frame.kind is not None}),
    }


def alike(access: DaeAccess, users: list[str]) -> dict[str, object]:
    """What each answer is worth, and its code."""
    signer = Signer(access.secret.octets())
    kinds, codes = [], []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.connect((access.host, access.port))
        for user in users:
            body = encode_attributes(encode_all([("User-Name", user)]))
            request = signer.dynamic(Code.DISCONNECT_REQUEST, IDENTIFIER, body)
            sock.send(request)
            reply = sock.recv(4096)
            kinds.append(examine(reply, Code.DISCONNECT_REQUEST, request[4:20], signer).kind)
            codes.append(reply[0])
    return {"kinds": kinds, "codes": codes}


def main() -> None:
    """Ask, and say what came."""
    how, host, port, secret_file, *users = sys.argv[1:]
    access = DaeAccess(host, int(port), Secret(Path(secret_file).read_text().strip()))
    told = asyncio.run(by_gateway(access, users)) if how == "gateway" else alike(access, users)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
