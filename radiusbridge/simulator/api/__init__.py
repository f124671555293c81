"""The RouterOS API as a router speaks it: words, sentences, sessions, queries and commands."""
