"""The Telegram Bot API, as far as a hotline in private chats needs it."""
