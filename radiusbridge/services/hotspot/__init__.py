"""Hotspots: their lists on every NAS, and changes of single rows, each read back."""
