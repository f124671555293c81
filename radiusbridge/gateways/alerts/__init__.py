"""How alerts leave: by email and webhook; and what of a router is looked at for them alone."""
