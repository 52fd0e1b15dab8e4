"""What the look-alike answers when it refuses: a code, a sentence and sometimes parameters, as Telegram words them."""

from typing import Any


class BotApiError(Exception):
    """A call that Telegram would not carry out."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(description: str) -> BotApiError:
    return BotApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> BotApiError:
    return BotApiError(403, f"Forbidden: {description}")


def too_many_requests(retry_after: int) -> BotApiError:
    return BotApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def upgraded(supergroup_id: int) -> BotApiError:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    return BotApiError(400, description, {"migrate_to_chat_id": supergroup_id})
