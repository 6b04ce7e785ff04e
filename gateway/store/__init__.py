"""SQL of the commands. Locks in this order: users by id, then API clients by id, then sessions."""
