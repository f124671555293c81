"""A PPPoE NAS: sessions, address pools, accounting and the listener for Disconnect- and CoA-Requests."""
