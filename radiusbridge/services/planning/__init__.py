"""Plans: what differs between servers and the database, which side gives way, and carrying that out."""
