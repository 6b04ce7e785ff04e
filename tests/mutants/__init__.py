"""Planted bugs: each must be caught by a test, or the tests prove nothing."""
