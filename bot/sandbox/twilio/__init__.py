"""Twilio Programmable Messaging, as far as a hotline needs it."""
