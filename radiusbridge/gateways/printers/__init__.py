"""Thermal printers: what they are told (ESC/POS), the lines to them, and what they say of themselves."""
