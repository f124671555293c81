"""Webhooks: one signed POST of JSON over HTTP/1.1 (RFC 9112), no redirect is followed.

The signature is HMAC-SHA-256 over `timestamp.body` with the secret that both sides know, so that the receiver can tell
who sent it, that nothing was changed, and that it is not an old one sent again.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

from radiusbridge.domain.alerts.channels import Hook
from radiusbridge.domain.alerts.telling import Message
from radiusbridge.domain.errors import NotSuchPeer, PeerRefused
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.text import safe
from radiusbridge.gateways.alerts.link import Link, context_for, linked

SECONDS = 15.0
TIMESTAMP, SIGNATURE, DELIVERY = "Radiusbridge-Timestamp", "Radiusbridge-Signature", "Radiusbridge-Delivery"
_GONE = 410
LONGEST = 6 * 3600.0
"""Seconds that a receiver may ask to wait: an alert that comes later is of no use."""
_MOST_HEADERS = 100


class AskedToWait(PeerRefused):
    """It says when to come again. seconds: from now."""

    seconds = 0.0


def signature(secret: Secret, timestamp: int, body: bytes) -> str:
    """`v1=` and the HMAC in hex. timestamp: Unix seconds."""
    return f"v1={hmac.new(secret.octets(), f'{timestamp}.'.encode() + body, hashlib.sha256).hexdigest()}"


async def post_hook(hook: Hook, message: Message, now: datetime, seconds: float = SECONDS) -> str:
    """Post it; what was answered. Raises PeerRefused for any answer but 2xx (retryable but for 410 Gone), AskedToWait
    where it says for how long; NotSuchPeer; Unreachable and below; BadInput: the file of authorities."""
    parts = urlsplit(hook.url.reveal())
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    body = json.dumps(message.body, separators=(",", ":")).encode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    stamp = int(now.timestamp())
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        "User-Agent": "radiusbridge",
        DELIVERY: message.token,
        TIMESTAMP: str(stamp),
        SIGNATURE: signature(hook.secret, stamp, body),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    async with linked(host, port, context_for(hook.ca_file) if secure else None, seconds) as link:
        await link.say(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        status, reason, retry_after = await _answer(link)
    if 200 <= status < 300:
        return f"{status} {reason}"
    again = f"; it asks to wait {retry_after}" if retry_after else ""
    words = f"the receiver answered {status} {reason}{again}"
    wait = wait_of(retry_after, now)
    if wait is None or status == _GONE:
        raise PeerRefused(words, target=link.target, retryable=status != _GONE)
    asked = AskedToWait(words, target=link.target, retryable=True)
    asked.seconds = wait
    raise asked


def wait_of(text: str, now: datetime) -> float | None:
    """Seconds of a Retry-After (RFC 9110 section 10.2.3: seconds, or a date), at most `LONGEST`; None: it has none."""
    plain = text.strip()
    if plain.isascii() and plain.isdecimal():
        return min(float(plain), LONGEST)
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(plain)
    except ValueError:
        return None
    zoned = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(0.0, (zoned - now).total_seconds()), LONGEST)


async def _answer(link: Link) -> tuple[int, str, str]:
    """Status, reason, and Retry-After as it is told."""
    words = (await link.line()).split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not (words[1].isdecimal() and len(words[1]) == 3):
        raise NotSuchPeer("no HTTP server answers there", target=link.target)
    retry_after = ""
    for _ in range(_MOST_HEADERS):
        line = await link.line()
        if not line:
            break
        name, _, value = line.partition(":")
        if name.lower() == "retry-after":
            retry_after = safe(value.strip(), 40)
    return int(words[1]), safe(words[2] if len(words) > 2 else "", 80), retry_after
