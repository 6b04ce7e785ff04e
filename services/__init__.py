"""The services of Qudao: independent, one shape, no imports between them."""
