"""From a phone to an answer and back."""
