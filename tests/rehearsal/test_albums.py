"""Albums in the look-alike, both ways."""

import json

import aiohttp
import pytest

from rehearsal.lookalike import Lookalike
from tests.rehearsal.conftest import Client, picture, pictures

OFFICIAL, CITY_GROUP = 1, -1001000000001


async def test_pictures_that_a_person_sends_at_once_are_messages_of_one_album_with_the_caption_on_the_first(
    started: Client, telegram: Lookalike
):
    said = telegram.send_files(OFFICIAL, OFFICIAL, pictures(3), caption="整改后", as_photos=True)
    assert len({message["message_id"] for message in said}) == 3
    got = [update["message"] for update in await started.updates()]
    assert got == said
    assert len({message["media_group_id"] for message in got}) == 1
    assert [message.get("caption") for message in got] == ["整改后", None, None]
    assert [len(message["photo"]) for message in got] == [1, 1, 1]
    other = telegram.send_files(OFFICIAL, OFFICIAL, pictures(2), as_photos=True)
    assert other[0]["media_group_id"] != said[0]["media_group_id"]


async def test_one_picture_is_no_album_and_more_than_ten_are_too_many(telegram: Lookalike):
    assert "media_group_id" not in telegram.send_files(OFFICIAL, OFFICIAL, pictures(1), as_photos=True)[0]
    with pytest.raises(ValueError, match="1 to 10"):
        telegram.send_files(OFFICIAL, OFFICIAL, pictures(11), as_photos=True)


async def test_every_part_of_an_album_says_which_message_it_replies_to(started: Client, telegram: Lookalike):
    asked = await started.result("sendMessage", chat_id=CITY_GROUP, text="请报送照片")
    telegram.send_files(OFFICIAL, CITY_GROUP, pictures(2), as_photos=True, reply_to=asked["message_id"])
    quoted = [update["message"]["reply_to_message"]["message_id"] for update in await started.updates()]
    assert quoted == [asked["message_id"]] * 2


async def test_the_bot_sends_an_album_of_new_and_known_pictures_each_with_its_own_caption(
    started: Client, telegram: Lookalike
):
    known = telegram.send_files(OFFICIAL, OFFICIAL, pictures(1), as_photos=True)[0]["photo"][-1]["file_id"]
    media = [
        {"type": "photo", "media": known, "caption": "<b>整改前</b>", "parse_mode": "HTML"},
        {"type": "photo", "media": "attach://new", "caption": "整改后"},
    ]
    form = aiohttp.FormData({"chat_id": "1", "media": json.dumps(media)})
    form.add_field("new", picture(), filename="新.png")
    async with started.session.post(f"{telegram.base_url}4242:rehearsal/sendMediaGroup", data=form) as response:
        first, second = (await response.json())["result"]
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], second["caption"]) == ("整改前", "整改后")
    assert [entity["type"] for entity in first["caption_entities"]] == ["bold"]
    assert first["photo"][0]["file_id"] == known
    assert [sent.method for sent in telegram.sent] == ["sendMediaGroup"] * 2
    assert telegram.messages(OFFICIAL)[-2:] == [first, second]


async def test_documents_are_an_album_too(started: Client, telegram: Lookalike):
    known = telegram.send_file(OFFICIAL, OFFICIAL, "方案.pdf", b"%PDF")["document"]["file_id"]
    media = [{"type": "document", "media": known}] * 2
    sent = await started.result("sendMediaGroup", chat_id=OFFICIAL, media=media)
    assert [message["document"]["file_name"] for message in sent] == ["方案.pdf"] * 2
