"""radiusbridge: run an ISP on MikroTik from a terminal, and prove what was done."""

__version__ = "0.1.0"
