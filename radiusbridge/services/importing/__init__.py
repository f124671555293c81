"""Customers from elsewhere: read from a source, judged row by row, and taken in all or not at all."""
