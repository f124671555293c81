"""The doctor: what a router's own menus say about whether isolating there works, and what mends it."""
