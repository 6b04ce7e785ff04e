"""What dealers can be asked to do: load, decide, save, announce."""
