"""A server and its standby: kept in step by the journal, looked at, and turned to by verb or by itself."""
