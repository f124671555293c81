"""Syslog datagrams as RouterOS sends them: topics and message out of whatever stands before them.

RouterOS's own format is `topics message`; with `bsd-syslog=yes` it is RFC 3164, `<PRI>Mon dd hh:mm:ss HOST topics
message`, where `syslog-time-format=iso8601` puts an RFC 3339 time in the place of the old one; and RFC 5424, `<PRI>1
TIME HOST APP PROCID MSGID SD MSG`, comes from relays. The time in a datagram is not used: it has no zone or no year,
and it is the router's clock, which may be wrong; a datagram is of the moment that it came.
"""

import re
from dataclasses import dataclass

LARGEST = 8192
"""Octets of a datagram that are looked at."""

_PRI = re.compile(r"<(?P<pri>[0-9]{1,3})>(?P<rest>.*)", re.DOTALL)
_RFC5424 = re.compile(
    r"[1-9][0-9]{0,2} (?P<time>\S{1,40}) (?P<host>\S{1,255}) \S{1,48} \S{1,128} \S{1,32} (?P<rest>.*)", re.DOTALL
)
_DATA = re.compile(r'(?:-|(?:\[(?:[^\]"]|"(?:\\.|[^"\\])*")*\])+)(?: |$)')
_RFC3164 = re.compile(r"[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} (?P<host>\S{1,255}) (?P<rest>.*)", re.DOTALL)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]{8,30} (?P<host>\S{1,255}) (?P<rest>.*)", re.DOTALL)
_TOPICS = re.compile(r"(?P<topics>[a-z][a-z0-9!-]*(?:,[a-z0-9!-]+)*):? (?P<message>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """host: what the router calls itself; empty: it did not say."""

    topics: str
    message: str
    host: str = ""


def read_datagram(data: bytes) -> SyslogLine | None:
    """The line of a datagram; None: it is none that RouterOS writes. Never raises."""
    try:
        text = data[:LARGEST].decode()
    except UnicodeDecodeError:
        text = data[:LARGEST].decode("latin-1")  # RouterOS 6 passes the octets of an operator's code page on
    text = text.rstrip("\r\n\0").removeprefix("\ufeff")
    host = ""
    pri = _PRI.fullmatch(text)
    if pri is not None:
        text = pri["rest"]
    for header in (_RFC5424, _RFC3164, _ISO):
        match = header.fullmatch(text)
        if match is not None:
            host, text = match["host"], match["rest"]
            if header is _RFC5424:
                data_part = _DATA.match(text)
                if data_part is None:
                    return None
                text = text[data_part.end() :].removeprefix("\ufeff")
            break
    line = _TOPICS.fullmatch(text)
    return None if line is None else SyslogLine(line["topics"], line["message"], "" if host == "-" else host)
