"""An ISP in one process: routers, User Manager, PPPoE NAS, customers and faults.

This room imports no other room of radiusbridge, and values are written as devices write them, so that the simulator
cannot agree with the product by accident. The core is pure: time is injected, all randomness comes from one seed. Two
shells drive it: `shell` on loopback sockets, `memory` on a running event loop with streams and datagrams in memory.
"""
