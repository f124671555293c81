"""One message to one channel."""

from datetime import datetime

from radiusbridge.domain.alerts.channels import Hook, Mail
from radiusbridge.domain.alerts.telling import Message


async def deliver(way: Mail | Hook, message: Message, now: datetime) -> str:
    """Send an email, or post to a webhook; what was answered. Errors as `send_mail` and `post_hook`."""
    if isinstance(way, Mail):
        from radiusbridge.gateways.alerts.mail import send_mail

        return await send_mail(way, message, now)
    from radiusbridge.gateways.alerts.hook import post_hook

    return await post_hook(way, message, now)
