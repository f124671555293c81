"""User Manager of RouterOS 7: authentication, accounting, plans and the closing of sessions."""
