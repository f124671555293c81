"""RADIUS packets as bytes, and the exchange of a RADIUS client."""
