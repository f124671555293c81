"""The headless verbs: data on stdout, talk on stderr, a documented exit status."""
