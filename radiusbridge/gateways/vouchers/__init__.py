"""Vouchers on routers: User Manager's users, and a hotspot's own."""
