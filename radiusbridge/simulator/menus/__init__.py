"""The menus of a router: their properties, rows, checks and trap texts."""
