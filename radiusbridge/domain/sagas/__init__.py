"""Isolate, activate, kick, provision and remove as pure state machines."""
