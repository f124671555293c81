"""Errors of the database room, under the common tree."""

from radiusbridge.domain.errors import DeadlinePassed, RadiusbridgeError


class LeaseLost(RadiusbridgeError):
    """The operation is carried out by somebody else now, or is finished: whoever held it must stop."""


class Busy(DeadlinePassed):
    """Another process holds the database; nothing was written."""
