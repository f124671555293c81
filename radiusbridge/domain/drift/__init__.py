"""Drift: where database, account server and NASes say different things about one user name. Pure."""
