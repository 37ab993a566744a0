"""Real processes that are killed on purpose."""
