"""The phone page: an SMS phone and a Telegram phone, side by side."""
