"""`make chaos`: faults from outside on the real suite under load; nothing lost, nothing twice."""
