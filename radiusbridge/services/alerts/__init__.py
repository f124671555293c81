"""What is wrong: found on the readings that there are, kept, and told."""
