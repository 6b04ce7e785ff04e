"""Other lines for an order that was placed (S-4), and giving up the rest of it."""
