"""The dynamic authorization server of a NAS: who may end or change a session, and by which attributes.

RFC 5176 as RouterOS has it: the sender's address picks rows of /radius, whose secret has to fit.
"""

from collections import Counter
from typing import TYPE_CHECKING

from radiusbridge.simulator.aaa import codec
from radiusbridge.simulator.aaa.port import RadiusPort
from radiusbridge.simulator.menus.menu import Row
from radiusbridge.simulator.nas.session import Session

if TYPE_CHECKING:
    from radiusbridge.simulator.menus.menu import Settings
    from radiusbridge.simulator.nas.nas import Nas
    from radiusbridge.simulator.network import Address

_ENVELOPE = frozenset({codec.EVENT_TIMESTAMP, codec.MESSAGE_AUTHENTICATOR, codec.PROXY_STATE})
_NAS_IDENTITY = frozenset({codec.NAS_IP_ADDRESS, codec.NAS_IDENTIFIER})
_SESSION_IDENTITY = frozenset(
    {codec.USER_NAME, codec.ACCT_SESSION_ID, codec.FRAMED_IP_ADDRESS, codec.CALLING_STATION_ID, codec.NAS_PORT}
)
_HARMLESS = frozenset(
    {
        codec.CALLED_STATION_ID,
        codec.NAS_PORT_ID,
        codec.NAS_PORT_TYPE,
        codec.CLASS,
        codec.REPLY_MESSAGE,
        codec.ACCT_TERMINATE_CAUSE,
        codec.STATE,
        codec.ACCT_MULTI_SESSION_ID,
    }
)
_CHANGEABLE = frozenset(
    {
        codec.GROUP,
        codec.RECV_LIMIT,
        codec.XMIT_LIMIT,
        codec.RATE_LIMIT,
        codec.MARK_ID,
        codec.FILTER_ID,
        codec.ADVERTISE_URL,
        codec.ADVERTISE_INTERVAL,
        codec.SESSION_TIMEOUT,
        codec.IDLE_TIMEOUT,
        codec.PORT_LIMIT,
        (529, 197),
        (529, 255),
    }
)
_CACHE_SECONDS = 5.0
_CONTEXT_NOT_FOUND = 503


class NakError(Exception):
    """A request that earns a NAK; `cause` is its Error-Cause, or None for none."""

    def __init__(self, cause: int | None) -> None:
        super().__init__(cause)
        self.cause = cause


class Dae:
    """Listens while /radius/incoming accepts."""

    settings: "Settings"

    def __init__(self, nas: "Nas") -> None:
        self._nas = nas
        self._router = nas.router
        self._port: RadiusPort | None = None
        self.counters: Counter[str] = Counter()
        self._cache: dict[tuple[Address, int, bytes], tuple[float, bytes]] = {}

    def reopen(self) -> None:
        """Open the port as /radius/incoming says."""
        if self._port is not None:
            self._port.close()
            self._port = None
        if self.settings["accept"] == "true":
            self._port = RadiusPort(self._router, int(self.settings["port"]), self._receive)

    def _receive(self, data: bytes, source: "Address") -> None:
        self.counters["requests"] += 1
        try:
            packet = codec.decode(data)
        except codec.BadPacketError:
            self.counters["bad-requests"] += 1
            return
        row = self._row_for(packet, source[0])
        if row is None or not self._trusted(packet, row["secret"].encode("utf-8", "surrogateescape")):
            self.counters["bad-requests"] += 1
            return
        secret = row["secret"].encode("utf-8", "surrogateescape")
        key = (source, packet.identifier, packet.authenticator)
        now = self._router.world.now
        if self._router.switches.dae_duplicate_cache and key in self._cache and self._cache[key][0] > now:
            self._reply(self._cache[key][1], source)
            return
        self._answer(packet, source, secret, key)

    def _answer(
        self, packet: codec.Packet, source: "Address", secret: bytes, key: "tuple[Address, int, bytes]"
    ) -> None:
        disconnect = packet.code == codec.DISCONNECT_REQUEST
        reply = codec.Packet(codec.DISCONNECT_ACK if disconnect else codec.COA_ACK, packet.identifier)
        hits: list[Session] = []
        try:
            if self._router.faults.denies:
                raise NakError(_CONTEXT_NOT_FOUND)
            hits = self._find(packet)
            if disconnect:
                self._check_disconnect(packet)
            else:
                self._change(packet, hits)
            self.counters["acks"] += 1
        except NakError as nak:
            hits = []
            self.counters["naks"] += 1
            reply.code += 1
            if nak.cause is not None:
                reply.add(codec.ERROR_CAUSE, nak.cause)
        packet.copy_to(reply, codec.PROXY_STATE)
        switches = self._router.switches
        data = codec.encode(reply, secret, packet.authenticator, sign=switches.dae_signs_replies)
        self._cache[key] = (self._router.world.now + _CACHE_SECONDS, data)
        if not switches.dae_stop_before_ack:
            self._reply(data, source)
        if disconnect:
            for session in hits:
                self._nas.kick(session)
        if switches.dae_stop_before_ack:
            self._reply(data, source)

    def _reply(self, data: bytes, destination: "Address") -> None:
        if self._port is not None:
            self._port.reply(data, destination)

    def _row_for(self, packet: codec.Packet, host: str) -> Row | None:
        """The row of /radius with the sender's address whose secret fits."""
        if packet.code not in (codec.DISCONNECT_REQUEST, codec.COA_REQUEST):
            return None
        return next(
            (
                row
                for row in self._router.menus["/radius"].rows()
                if row["address"] == host
                and row["disabled"] == "false"
                and codec.request_verifies(packet, row["secret"].encode("utf-8", "surrogateescape"))
            ),
            None,
        )

    def _trusted(self, packet: codec.Packet, secret: bytes) -> bool:
        """Message-Authenticator and Event-Timestamp; what fails is dropped in silence."""
        switches = self._router.switches
        rule = switches.dae_message_authenticator
        signed = packet.first(codec.MESSAGE_AUTHENTICATOR) is not None
        if rule == "require" and not signed:
            return False
        if rule != "ignore" and not codec.message_authenticator_verifies(packet, secret):
            return False
        window = switches.dae_event_timestamp_window
        stamped = packet.first(codec.EVENT_TIMESTAMP) is not None
        if window is None or not stamped:
            return True
        return abs(self._router.wall - packet.number(codec.EVENT_TIMESTAMP)) <= window

    # -- which sessions

    def _find(self, packet: codec.Packet) -> list[Session]:
        """The sessions that all the given attributes mean; NakError when none or too little is given."""
        switches = self._router.switches
        address = packet.address(codec.NAS_IP_ADDRESS)
        identity = packet.text(codec.NAS_IDENTIFIER)
        if (address and address != self._router.own_address) or (identity and identity != self._router.name):
            raise NakError(switches.nak_nas_mismatch)
        user, number = packet.first(codec.USER_NAME), packet.first(codec.ACCT_SESSION_ID)
        framed = packet.first(codec.FRAMED_IP_ADDRESS)
        enough = user is not None and (number is not None or framed is not None)
        alone = (number is not None and switches.dae_session_id_alone) or (
            user is not None and switches.dae_user_name_alone
        )
        if not enough and not alone:
            raise NakError(switches.nak_insufficient)
        candidates = self._candidates(packet)
        hits = [session for session in candidates if self._matches(session, packet)]
        if not hits:
            raise NakError(switches.nak_mismatch if candidates else switches.nak_not_found)
        return hits

    def _candidates(self, packet: codec.Packet) -> list[Session]:
        """The sessions of that user name, or with that id."""
        sessions = self._nas.of(packet.text(codec.USER_NAME))
        if packet.first(codec.USER_NAME) is None:
            one = self._nas.sessions.get(packet.text(codec.ACCT_SESSION_ID))
            sessions = [one] if one is not None else []
        return [session for session in sessions if session.grant.radius or self._router.switches.dae_local_sessions]

    @staticmethod
    def _matches(session: Session, packet: codec.Packet) -> bool:
        facts: dict[codec.Key, bytes] = {
            codec.ACCT_SESSION_ID: session.acct_session_id.encode(),
            codec.FRAMED_IP_ADDRESS: codec.packed(session.address),
            codec.CALLING_STATION_ID: session.mac.encode(),
            codec.NAS_PORT: session.number.to_bytes(4, "big"),
        }
        return all(packet.first(key) in (None, value) for key, value in facts.items())

    # -- what to do

    def _check_disconnect(self, packet: codec.Packet) -> None:
        known = _ENVELOPE | _NAS_IDENTITY | _SESSION_IDENTITY | _HARMLESS
        if self._router.switches.dae_unsupported_ignored:
            return
        if any(key not in known for key, _ in packet.attributes):
            raise NakError(self._router.switches.nak_unsupported)

    def _change(self, packet: codec.Packet, sessions: list[Session]) -> None:
        """Change sessions in place: all attributes or none."""
        switches = self._router.switches
        known = _ENVELOPE | _NAS_IDENTITY | _SESSION_IDENTITY | _HARMLESS | _CHANGEABLE
        wanted = [key for key, _ in packet.attributes if key not in known]
        if any(key != codec.ADDRESS_LIST for key in wanted) or (wanted and switches.coa_address_list == "nak"):
            raise NakError(switches.nak_unsupported)
        if packet.first(codec.RATE_LIMIT) is not None and switches.coa_rate_limit == "nak":
            raise NakError(switches.nak_unsupported)
        if self._router.faults.lie:
            return
        for session in sessions:
            self._apply(packet, session)

    def _apply(self, packet: codec.Packet, session: Session) -> None:
        session.move(self._router.world.now)
        grant = session.grant
        if packet.first(codec.RATE_LIMIT) is not None and self._router.switches.coa_rate_limit == "accept":
            grant.rate = packet.text(codec.RATE_LIMIT)
        if packet.first(codec.FILTER_ID) is not None:
            grant.filter = packet.text(codec.FILTER_ID)
        given = packet.text(codec.ADDRESS_LIST)
        if given and self._router.switches.coa_address_list == "accept":
            grant.address_list = given
            session.relisted = True
            self._router.nas.relist(session)
        timeout = packet.number(codec.SESSION_TIMEOUT)
        if timeout:
            events = self._router.world.events
            session.timers.append(events.call_later(timeout, lambda: self._nas.end(session, 5)))
