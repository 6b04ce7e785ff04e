"""The demo: a realistic company, loaded through the public API, and the life of its orders."""
