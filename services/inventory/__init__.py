"""Inventory: what is on the shelf, what is held for whom, and how it reaches the dealer."""
