"""A stateful stand-in for Twilio's and Telegram's servers, with the phones at the other end.

It speaks the providers' own protocols on loopback, signs what it sends as they do, and can be told to fail.
Tests drive it through `Sandbox`; people through the phone page; nothing else in the house knows of it.
"""

from bot.sandbox.sandbox import Sandbox, Shown
from bot.sandbox.settings import SandboxSettings

__all__ = ["Sandbox", "SandboxSettings", "Shown"]
