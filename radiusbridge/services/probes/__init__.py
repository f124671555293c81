"""Probes: ask a RADIUS server or a NAS directly, hold the answer against what is expected, and say what it means.

`run.run_probe` needs no database; `targets` finds targets by name in it and keeps probes from harming customers.
"""
