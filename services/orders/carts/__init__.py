"""Carts: what a buyer gathers before he orders, and the templates that fill them (P-13, P-14)."""
