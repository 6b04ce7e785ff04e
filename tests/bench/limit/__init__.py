"""The bare pipeline: what this machine can move at most, to hold the suite against."""
