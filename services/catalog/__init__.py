"""Catalog: what is for sale, and what it costs whom."""
