"""Copying a whole database into another one, of the same kind or the other, and comparing both row by row."""
