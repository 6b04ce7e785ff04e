"""Who is told what, and whose work waits: to-dos and in-app messages."""
