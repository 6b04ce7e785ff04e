"""The benchmark: whole order lifecycles on a running suite, everything on this machine."""
