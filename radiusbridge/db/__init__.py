"""The local database: tables, repositories, units of work, encrypted columns and migrations, behind one hop."""
