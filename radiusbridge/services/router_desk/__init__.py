"""One router, whether it is a server, a NAS or both: look, watch its traffic, keep its settings, start it anew."""
