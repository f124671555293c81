"""Bulk actions: choose customers, look before, confirm by the typed count, run with brakes, stop, resume."""
