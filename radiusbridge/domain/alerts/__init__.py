"""What is watched, when it is an alert, and whom it is told. Pure."""
