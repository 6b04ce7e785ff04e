"""The operator's command: prove that an installation is sound, follow one order through it."""
