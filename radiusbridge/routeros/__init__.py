"""The RouterOS API: framing, connections, commands, and menus that type their values."""
