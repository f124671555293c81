"""One module a table: frozen records in, frozen records out."""
