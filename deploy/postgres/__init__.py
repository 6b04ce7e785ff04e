"""What the suite needs of PostgreSQL: a database and roles of its own for each service."""
