"""The rules of orders. Pure: no I/O, no clock, no framework."""
