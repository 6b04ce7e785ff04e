"""The suite in containers, really started: `make compose-test`."""
