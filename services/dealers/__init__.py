"""Dealers: who may become one, who is one, and on which terms he buys."""
