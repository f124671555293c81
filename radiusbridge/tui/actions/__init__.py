"""The one table of actions: bindings, footer, help, palette, key sheet and read-only mode are made from it."""
