"""The way of a request: known caller, known route, within the limits, on to the one service."""
