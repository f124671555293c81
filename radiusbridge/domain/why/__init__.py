"""Why a customer cannot get online: what was read, the links that it makes, and the first that is broken. Pure."""
