"""HTTP API of dealers: parse, call one command or query, answer."""
