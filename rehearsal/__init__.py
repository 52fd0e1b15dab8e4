"""A Telegram on one's own machine: a Bot API look-alike, a chat page and a sample city."""
