"""What billing can be asked to do: load, decide, save, announce, for a whole batch at a time."""
