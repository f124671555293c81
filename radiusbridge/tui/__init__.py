"""The dashboard: screens and widgets on the services. No SQL, no socket, and nothing that blocks."""
