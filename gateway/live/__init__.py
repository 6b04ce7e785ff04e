"""Live updates: what happens is told at once to those whom it concerns (Server-Sent Events)."""
