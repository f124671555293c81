"""Probes as code: a TOML file becomes probes, or all that is wrong with it, each with its line (docs/monitoring.md).

`document` reads the text, `lines` finds where in it a key stands, `reading` makes the probes.
"""
