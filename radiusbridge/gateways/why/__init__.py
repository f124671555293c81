"""What routers show about one user name, read for the question why the customer cannot get online. Never writes."""
