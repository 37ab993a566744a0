"""What the Bot API's methods and the people's phones share."""

from typing import Any

from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.network import Network
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.telegram.chats import Chat, Chats, Post
from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.webhook import Delivery, Webhook


class Telegram:
    """All state of the Telegram side."""

    def __init__(
        self, settings: SandboxSettings, network: Network, clock: Clock, changes: Changes, faults: Faults
    ) -> None:
        self.settings, self.network = settings, network
        self.clock, self.changes, self.faults = clock, changes, faults
        self.chats, self.updates = Chats(settings.first_chat), Updates(clock)
        self.delivery = Delivery(self.updates, network, clock, changes, settings.retry_unit)
        self.profile: dict[str, Any] = {}
        """What the bot has said about itself: commands and descriptions by method and language."""
        self.queries: dict[str, int] = {}
        """When a button was pressed, by the id of its callback query."""

    @property
    def bot(self) -> dict[str, Any]:
        return {
            "id": int(self.settings.telegram_token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Hotline",
            "username": "hotline_sandbox_bot",
        }

    async def reset(self) -> None:
        """Forgets everything and sets the webhook up as at the start."""
        await self.delivery.stop()
        self.chats.clear()
        self.updates.clear()
        self.profile.clear()
        self.queries.clear()
        await self.connect()
        self.changes.mark()

    async def connect(self) -> None:
        """Points the webhook at the gateway, as an operator has done before; none without a gateway."""
        await self.delivery.set(Webhook(self.network.telegram_url, self.settings.telegram_secret))

    def notify(self, kind: str, payload: dict[str, Any], lane: str, **life: int) -> None:
        """Queues an update and sets its delivery going."""
        self.updates.add(kind, payload, lane, **life)
        self.delivery.go()
        self.changes.mark()

    def render(self, chat: Chat, post: Post) -> dict[str, Any]:
        """A message as the API gives it."""
        body: dict[str, Any] = {
            "message_id": post.message_id,
            "from": post.sender.as_json() if post.sender else self.bot,
            "chat": chat.as_json(),
            "date": post.date,
            **post.content,
        }
        if post.edit_date:
            body["edit_date"] = post.edit_date
        if post.inline:
            body["reply_markup"] = {"inline_keyboard": post.inline}
        if post.protected:
            body["has_protected_content"] = True
        return body
