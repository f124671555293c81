"""The gateways against the simulated ISP on loopback."""
