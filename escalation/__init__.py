"""When a human is needed, and how they work."""
