"""The suite in containers."""
