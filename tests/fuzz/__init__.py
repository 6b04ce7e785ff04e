"""Bad input: every route of the whole interface, asked through the gateway by every role."""
