"""Commands in buttons: as they are where they fit Telegram's 64 bytes, otherwise by a key into the database."""

import hashlib
from collections.abc import Iterable

from sqlmodel import Session

from db.models import LongCommand
from db.queries import insert_new
from text.reply import Reply

MOST_BYTES = 64
KEY_SIGN = "#"  # no command begins with it, nor with the next
STAYS_SIGN = "+"


def data_of(command: str, *, stays: bool = False) -> str:
    """Return what a button carries for a command; ``stays``: the answer is not to change its message."""
    sign = STAYS_SIGN if stays else ""
    if len((sign + command).encode()) <= MOST_BYTES:
        return sign + command
    return KEY_SIGN + hashlib.sha256(command.encode()).hexdigest()[:32]


def remember(session: Session, reply: Reply) -> None:
    """Store the commands of a reply that do not fit into their buttons, in the transaction that writes the reply."""
    long = _long(button.command for row in reply.buttons for button in row)
    insert_new(session, LongCommand, [{"key": data_of(command), "command": command} for command in long])


def command_of(session: Session, data: str) -> str:
    """Return the command that a button carried."""
    if not data.startswith(KEY_SIGN):
        return data.removeprefix(STAYS_SIGN)
    found = session.get(LongCommand, data)
    return found.command if found else "/help"


def _long(commands: Iterable[str]) -> list[str]:
    return [command for command in commands if len(command.encode()) > MOST_BYTES]
