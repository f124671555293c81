"""Alembic's scripts, for both dialects."""
