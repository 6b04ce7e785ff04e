"""Twelve months of the demo company: real orders of a few, copied over the year by its seasons."""
