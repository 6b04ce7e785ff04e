"""Orders: what dealers ordered, and the saga that carries each order through the services."""
