"""The input of radclient, FreeRADIUS's test client: attribute lists, control attributes, filters. Pure."""
