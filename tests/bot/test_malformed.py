"""An update that nobody understands, or a bug in a handler, costs that update and no other."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col
from structlog.testing import capture_logs

from db.models import Event, Inbox
from handlers.commands import BY_NAME, Command
from handlers.request import Call
from tests.bot.living import NUMBER, OFFICER, SECRET, City, until
from text.reply import Reply

USER = {"id": 7, "is_bot": False, "first_name": "路人"}
CHAT = {"id": 7, "type": "private"}
MALFORMED: dict[str, Any] = {
    "nothing": {},
    "unknown kind": {"tomorrows_invention": {"id": 1}},
    "message is a word": {"message": "garbage"},
    "message is a list": {"message": [1, 2]},
    "message is empty": {"message": {}},
    "message has no chat": {"message": {"message_id": 1, "date": 1, "from": USER, "text": "/help"}},
    "chat is a word": {"message": {"message_id": 1, "date": 1, "from": USER, "chat": "x", "text": "/help"}},
    "chat has a name for a number": {
        "message": {"message_id": 1, "date": 1, "chat": {"id": "x", "type": "private"}, "from": USER, "text": "/help"}
    },
    "date is a word": {"message": {"message_id": 1, "date": "today", "chat": CHAT, "from": USER, "text": "/help"}},
    "text is a number": {"message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "text": 5}},
    "text is half an emoji": {"message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "text": "\ud83d"}},
    "document is a word": {"message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "document": "x"}},
    "document is empty": {"message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "document": {}}},
    "document has numbers for words": {
        "message": {
            "message_id": 1, "date": 1, "chat": CHAT, "from": USER,
            "document": {"file_id": 5, "file_unique_id": None, "file_name": 7, "file_size": "x", "mime_type": []},
        }
    },
    "photo is a list of words": {
        "message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "photo": ["x"], "caption": "/help"}
    },
    "press is a word": {"callback_query": "garbage"},
    "press is empty": {"callback_query": {}},
    "press has no message": {"callback_query": {"id": "1", "from": USER, "chat_instance": "1", "data": "/help"}},
    "press of a message that is a word": {"callback_query": {"id": "1", "from": USER, "message": "garbage"}},
    "membership is empty": {"my_chat_member": {}},
    "entities reach beyond the text": {
        "message": {
            "message_id": 1, "date": 1, "chat": CHAT, "from": USER, "text": "@x",
            "entities": [{"type": "mention", "offset": 50, "length": 9}],
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("what", MALFORMED)
async def test_a_malformed_update_does_not_hold_up_the_next(city: City, what: str) -> None:
    with capture_logs() as logs:
        async with city.running():
            city.telegram.raw_update(MALFORMED[what])
            city.say(OFFICER, NUMBER)
            await city.answered(city.person(OFFICER))
    assert NUMBER in city.told(OFFICER)[0]
    assert city.first(sa.select(sa.func.count()).select_from(Inbox).where(col(Inbox.done_at).is_(None))) == 0
    assert not [entry for entry in logs if entry["event"] == "answering_failed"]


@pytest.mark.parametrize("update_id", ["garbage", None, 1.5])
async def test_an_update_without_a_number_does_not_hold_up_the_next(city: City, update_id: object) -> None:
    async with city.running():
        city.telegram.raw_update({"update_id": update_id, "message": {}})
        city.say(OFFICER, NUMBER)
        await city.answered(city.person(OFFICER))
    assert len(city.told(OFFICER)) == 1


async def test_a_malformed_update_is_logged_with_the_reference_number_that_its_sender_is_told(city: City) -> None:
    with capture_logs() as logs:
        async with city.running():
            me = city.person(OFFICER)
            broken = {"message_id": 1, "date": "today", "chat": {"id": me, "type": "private"}, "text": "/help"}
            city.telegram.raw_update({"message": broken})
            await city.answered(me)
    [failed] = [entry for entry in logs if entry["event"] == "update_failed"]
    assert failed["reference"] in city.told(OFFICER)[0]
    assert city.first(sa.select(Inbox.reference).where(col(Inbox.reference).is_not(None))) == failed["reference"]


async def test_a_bug_in_a_handler_is_told_with_a_reference_number_and_nothing_of_its_deed_stays(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = BY_NAME["done"]

    def buggy(call: Call) -> Reply:
        real.handler(call)
        raise RuntimeError(f"a bug at {SECRET}")

    monkeypatch.setitem(BY_NAME, "done", changed(real, buggy))
    events = city.first(sa.select(sa.func.count()).select_from(Event))
    with capture_logs() as logs:
        async with city.running():
            city.say(OFFICER, f"完成 {NUMBER}")
            city.say(OFFICER, NUMBER)
            await city.answered(city.person(OFFICER), 2)
    apology, card = city.told(OFFICER)
    [failed] = [entry for entry in logs if entry["event"] == "update_failed"]
    assert failed["exc_info"]
    assert failed["reference"] in apology
    assert "Traceback" not in apology
    assert "RuntimeError" not in apology
    assert SECRET not in apology
    assert NUMBER in card
    assert city.first(sa.select(sa.func.count()).select_from(Event)) == events


async def test_a_bug_behind_a_button_is_told_where_it_was_pressed_and_the_press_is_answered(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(_call: Call) -> Reply:
        raise RuntimeError

    me = city.person(OFFICER)
    async with city.running():
        city.say(OFFICER, NUMBER)
        [card] = await city.answered(me)
        monkeypatch.setitem(BY_NAME, "done", changed(BY_NAME["done"], buggy))
        query = city.telegram.press(me, me, card.message_id, f"/done {NUMBER}")
        await city.answered(me, 2)
        await until(lambda: query in city.telegram.answers)


async def test_a_bug_in_a_group_is_told_there(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def buggy(_call: Call) -> Reply:
        raise RuntimeError

    monkeypatch.setitem(BY_NAME, "status", changed(BY_NAME["status"], buggy))
    async with city.running():
        city.say(OFFICER, "/status", "澜东区")
        await city.answered(city.group("澜东区"))


async def test_a_number_too_large_for_the_database_is_refused_or_apologised_for(city: City) -> None:
    async with city.running():
        city.say(OFFICER, "/undo 99999999999999999999999999")
        city.say(OFFICER, "/due 99999999999999999999999999")
        city.say(OFFICER, f"/progress {NUMBER} 99999999999999999999999999 1")
        city.say(OFFICER, NUMBER)
        await city.answered(city.person(OFFICER), 4)


def changed(command: Command, handler: Any) -> Command:
    return Command(
        name=command.name, aliases=command.aliases, audience=command.audience, handler=handler,
        summary=command.summary, example=command.example, writes=command.writes,
    )  # fmt: skip
