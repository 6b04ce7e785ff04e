"""HTTP API of billing: parse, call one command or query, answer."""
