"""Deterministic simulation: a virtual clock, in-memory networks, the real SQLite file, seeded chance."""
