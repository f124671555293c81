"""The kinds of servers: what keeps the accounts. `PPP` is a NAS's own `/ppp/secret`; its API is that NAS's."""

from radiusbridge.domain.local_access import PPP as PPP

USERMAN7 = "userman7"
"""The kind of a server that is User Manager on RouterOS 7."""
USERMAN6 = "userman6"
"""The kind of a server that is User Manager on RouterOS 6."""
USERMAN = "userman"
"""The kind of a server that is some User Manager: which one is asked at the first use."""
FREERADIUS = "freeradius"
"""The kind of a server that is FreeRADIUS with its accounts in PostgreSQL: `Server.sql`, and no router."""
