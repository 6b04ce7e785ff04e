"""HTTP API of catalog: parse, call one command or query, answer."""
