"""Hypothesis without a time limit for each example: no test depends on the machine's speed."""

from hypothesis import settings

settings.register_profile("radius", deadline=None, print_blob=True)
settings.load_profile("radius")
