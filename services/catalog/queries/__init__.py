"""What catalog can be asked to show; row-level security leaves what the caller may see."""
