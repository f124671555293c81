"""Octets for reading. Pure."""


def size_text(octets: int) -> str:
    """`512 B`, `1.5 KiB`, `83.9 MiB`, `1.0 GiB`."""
    if octets < 1024:
        return f"{octets} B"
    value = float(octets)
    for unit in ("KiB", "MiB", "GiB"):
        value /= 1024
        if value < 1023.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} TiB"
