"""Vouchers: drawn, written, read back, and kept."""
