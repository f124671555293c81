"""Drift patrol: read all three, judge, read again, tell; and repair what was confirmed."""
