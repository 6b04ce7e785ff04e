"""HTTP bodies of billing, by capability."""
