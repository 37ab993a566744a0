"""Telegram: a bot's webhook or long polling in, the Bot API out, private chats only."""
