"""RADIUS: packets, pyrad's dictionary, signatures, the exchange without I/O, and the asyncio client around it."""
