"""Account servers, one module or more each: what they have in common is `ports.AccountServer`."""
