"""Hotspot vouchers: codes, batches, validity, sales. Pure."""
