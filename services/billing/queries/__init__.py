"""What billing can be asked to show, by capability: SQL in, response schema out."""
