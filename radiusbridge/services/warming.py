"""What a process needs before its first operation and what takes its time: modules and RADIUS dictionaries."""


def warm() -> None:
    """Load it. Blocks: for a thread, so that no keyboard waits."""
    from radiusbridge.radius import dictionary
    from radiusbridge.services import access, carrying, executor, journal, kicking

    del access, carrying, executor, journal, kicking
    dictionary.names()
