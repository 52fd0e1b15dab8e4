"""Albums both ways over HTTP: the messages of one are answered as one, and pictures go out by their file ids."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

import bot.inbox
from bot.inbox import ALBUM_SECONDS
from bot.program import Program
from db.models import Event, Inbox, OutboxState, SentMessage
from handlers.request import Request
from rehearsal.faults import Fault, dropped_after
from rehearsal.parameters import Upload
from rehearsal.refused import bad_request
from rehearsal.town import Message
from rules.policy import Office
from scheduler.outbox import Envelope, post
from tests.bot.killed_child import AFTER_THE_DEED, BEFORE_CONFIRMATION, INSIDE_THE_DEED
from tests.bot.living import NUMBER, OFFICER, City, until
from tests.bot.test_killed import at_rest, children
from tests.rehearsal.conftest import picture, pictures
from text.reply import AS_FILE, Button, Picture, Reply, speech

COUNTY, COLLEAGUE = "澜东区", "澜东区 严宏敏"
REPEATED, MISSING = speech("zh").say("repeated"), speech("zh").say("file_missing")
HELP = Button(label="帮助", command="/help")
PAPERS = [Upload(f"方案{n}.pdf", b"%PDF", "application/pdf") for n in range(2)]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What the handlers are given; each is answered with how many files came with it."""
    requests: list[Request] = []

    def noting(request: Request, _session: Session, _office: Office) -> Reply:
        requests.append(request)
        return Reply(html=f"收到{len(request.attachments)}件")

    monkeypatch.setattr("bot.inbox.answer", noting)
    return requests


def show(city: City, name: str = OFFICER, count: int = 3, group: str | None = None, **more: Any) -> list[Message]:
    account = city.person(name)
    chat = city.group(group) if group else account
    return city.telegram.send_files(account, chat, pictures(count), as_photos=True, **more)


def addresses(messages: Sequence[Message]) -> list[str]:
    return [f"telegram:{message['photo'][-1]['file_id']}" for message in messages]


def hold_back(city: City, count: int) -> list[dict[str, Any]]:
    """Keep the newest updates from the bot for a while."""
    waiting = city.telegram.town.updates.waiting
    held = [waiting.pop()[1] for _ in range(count)]
    return [{"message": update["message"]} for update in reversed(held)]


def film(city: City) -> None:
    """Send a film, as the look-alike's people cannot."""
    message = show(city, count=1)[0]
    hold_back(city, 1)
    shot = {"file_id": "v", "file_unique_id": "w", "width": 1, "height": 1, "duration": 1, "file_size": 5}
    city.telegram.raw_update({"message": {**message, "photo": [], "video": shot}})


async def confirmed(city: City) -> None:
    await until(lambda: city.telegram.unconfirmed == 0)


async def quiet(city: City, program: Program) -> None:
    """Wait until all that was said is answered."""
    await confirmed(city)
    await program.settle()


def waiting(city: City) -> int:
    return len(city.rows(sa.select(col(Inbox.id)).where(col(Inbox.done_at).is_(None))))


# --- in ---------------------------------------------------------------------------------------------------------


async def test_three_photos_with_a_caption_are_one_request_with_three_attachments_and_are_answered_once(
    city: City, heard: list[Request]
) -> None:
    sent = show(city, caption="DC-2026-004 整改后")
    async with city.running() as program:
        await quiet(city, program)
    [request] = heard
    assert request.text == "DC-2026-004 整改后"
    assert [one.address for one in request.attachments] == addresses(sent)
    assert {(one.media_type, one.is_picture) for one in request.attachments} == {("image/jpeg", True)}
    assert [one.unique_id for one in request.attachments] == [each["photo"][-1]["file_unique_id"] for each in sent]
    assert request.album.endswith(sent[0]["media_group_id"])
    assert city.told(OFFICER) == ["收到3件"]
    assert waiting(city) == 0


async def test_the_caption_may_be_on_any_part(city: City, heard: list[Request]) -> None:
    show(city)
    *first, last = hold_back(city, 3)
    last["message"]["caption"] = "整改后"
    for update in (*first, last):
        city.telegram.raw_update(update)
    async with city.running() as program:
        await quiet(city, program)
    assert [(request.text, len(request.attachments)) for request in heard] == [("整改后", 3)]


async def test_parts_that_come_in_different_batches_are_one_request(city: City, heard: list[Request]) -> None:
    async with city.running() as program:
        sent = show(city, caption="整改后")
        for update in hold_back(city, 2):
            await confirmed(city)
            city.telegram.raw_update(update)
        await quiet(city, program)
    assert [[one.address for one in request.attachments] for request in heard] == [addresses(sent)]
    assert city.told(OFFICER) == ["收到3件"]


async def test_an_album_is_answered_by_itself_as_soon_as_it_is_complete_without_asking_all_the_time(
    city: City, heard: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.program.IDLE_SECONDS", 60.0)
    asked: list[float] = []
    undone = bot.inbox.undone

    def counting(*given: Any) -> Any:
        asked.append(time.monotonic())
        return undone(*given)

    monkeypatch.setattr("bot.program.undone", counting)
    async with city.running():
        await until(lambda: asked)
        show(city)
        begun = time.monotonic()
        await city.answered(city.person(OFFICER))
        assert ALBUM_SECONDS <= time.monotonic() - begun < ALBUM_SECONDS + 2
    assert len(asked) < 15
    assert len(heard) == 1


async def test_another_chat_is_answered_meanwhile_and_what_is_said_later_in_the_same_chat_after_it(
    city: City, heard: list[Request]
) -> None:
    async with city.running() as program:
        city.say(OFFICER, "先说的")
        show(city)
        city.say(OFFICER, "后说的")
        city.say(COLLEAGUE, "别处说的")
        await confirmed(city)
        await until(lambda: len(heard) == 2)
        await asyncio.sleep(ALBUM_SECONDS / 2)
        assert [request.text for request in heard] == ["先说的", "别处说的"]
        await quiet(city, program)
    assert [request.text for request in heard] == ["先说的", "别处说的", "", "后说的"]
    assert city.told(OFFICER) == ["收到0件", "收到3件", "收到0件"]


async def test_a_part_that_comes_after_the_answer_is_a_request_of_its_own_of_the_same_album(
    city: City, heard: list[Request]
) -> None:
    async with city.running() as program:
        sent = show(city, caption="整改后")
        [late] = hold_back(city, 1)
        await quiet(city, program)
        city.telegram.raw_update(late)
        await until(lambda: len(heard) == 2)
        await quiet(city, program)
    first, second = heard
    assert (first.text, second.text) == ("整改后", "")
    assert first.album == second.album != ""
    assert first.key != second.key
    assert [one.address for one in second.attachments] == addresses(sent[-1:])


async def test_albums_of_two_people_in_one_group_stay_apart(city: City, heard: list[Request]) -> None:
    city.telegram.privacy = False
    async with city.running() as program:
        city.say(OFFICER, "/status", COUNTY)
        [ours] = await city.answered(city.group(COUNTY))
        show(city, OFFICER, 2, COUNTY, reply_to=ours.message_id)
        show(city, COLLEAGUE, 3, COUNTY, reply_to=ours.message_id)
        show(city, COLLEAGUE, 2, COUNTY)  # among themselves
        show(city, COLLEAGUE, 4, COUNTY, caption="@duban_bot 现场")
        await quiet(city, program)
    assert [(len(request.attachments), request.replied_to) for request in heard[1:]] == [
        (2, str(ours.message_id)),
        (3, str(ours.message_id)),
        (4, None),
    ]
    assert waiting(city) == 0


async def test_an_album_whose_answering_fails_is_apologised_for_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox.answer", lambda *_given: 1 / 0)
    show(city)
    async with city.running() as program:
        await quiet(city, program)
    [told] = city.told(OFFICER)
    assert "编号" in told
    assert waiting(city) == 0


@pytest.mark.parametrize("moment", [BEFORE_CONFIRMATION, INSIDE_THE_DEED, AFTER_THE_DEED])
async def test_an_album_is_answered_once_though_the_process_is_killed(city: City, moment: str) -> None:
    report = f"/progress {NUMBER} +0.01 +0.01"
    async with children(city, forgetful=False) as (start, death):
        show(city, caption=report)
        await start(moment, 1)
        assert await death() == {"reached": moment, "signal": signal.SIGKILL}
        pid = await start(None, 0)
        await until(lambda: city.telegram.unconfirmed == 0 and at_rest(city), 20)
        os.kill(pid, signal.SIGTERM)
        await death()
    progress = select(Event.id).where(Event.subject == f"duty:{NUMBER}", Event.kind == "progress")
    assert len(city.rows(progress)) == 1
    assert len({text.removeprefix(REPEATED).strip() for text in city.told(OFFICER)}) == 1


async def test_pictures_without_a_word_are_asked_about_and_a_film_with_them(city: City) -> None:
    show(city)
    film(city)
    city.telegram.send_file(city.person(OFFICER), city.person(OFFICER), "原图.png", picture(), kind="image/png")
    async with city.running() as program:
        await quiet(city, program)
    assert {"佐证" in said for said in city.told(OFFICER)} == {True}
    assert waiting(city) == 0


async def test_a_film_and_a_picture_sent_as_a_file_are_attachments_too(city: City, heard: list[Request]) -> None:
    film(city)
    city.telegram.send_file(city.person(OFFICER), city.person(OFFICER), "原图.png", picture(), kind="image/png")
    async with city.running() as program:
        await quiet(city, program)
    found = [(one.name, one.media_type, one.is_picture) for request in heard for one in request.attachments]
    assert found == [("video.mp4", "video/mp4", True), ("原图.png", f"image/png{AS_FILE}", True)]


# --- out --------------------------------------------------------------------------------------------------------


def kept(city: City, count: int, files: int = 0) -> tuple[Picture, ...]:
    """What people sent before, as it is shown again: photos, then files."""
    account = city.person(OFFICER)
    photos = [city.telegram.send_file(account, account, "p.png", picture(), as_photo=True) for _ in range(count)]
    papers = [city.telegram.send_file(account, account, paper.name, paper.content) for paper in PAPERS[:files]]
    hold_back(city, count + files)
    return (
        *(Picture(address=address, media_type="image/jpeg") for address in addresses(photos)),
        *(
            Picture(address=f"telegram:{paper['document']['file_id']}", media_type="application/pdf")
            for paper in papers
        ),
    )


def put(city: City, *album: Picture, html: str = "整改前后", **more: Any) -> int:
    """Put a reply with pictures into the outbox, as the program does."""
    chat = city.person(OFFICER)
    reply = Reply(html=html, buttons=((HELP,),) if html else (), album=album, numbers=(NUMBER,))
    with city.store.writing() as session:
        post(session, f"telegram:{chat}", Envelope(reply=reply, **more), city.watch())
    return chat


async def sent_of(city: City, chat: int) -> list[tuple[str, str]]:
    async with city.running():
        await until(lambda: {row.state for row in city.outbox(chat)} == {OutboxState.SENT})
    return [(sent.method, sent.text) for sent in city.sent(chat)]


async def test_an_album_goes_before_its_text_and_the_buttons_are_beneath_the_text(city: City) -> None:
    first, *rest = kept(city, 3)
    chat = put(city, Picture(address=first.address, media_type=first.media_type, caption="<b>整改前</b>"), *rest)
    album = [("sendMediaGroup", "整改前"), ("sendMediaGroup", ""), ("sendMediaGroup", "")]
    assert await sent_of(city, chat) == [*album, ("sendMessage", "整改前后")]
    *photos, text = [sent.message for sent in city.sent(chat)]
    assert addresses(photos) == [first.address, *(one.address for one in rest)]
    assert photos[0]["caption_entities"][0]["type"] == "bold"
    assert ["reply_markup" in each for each in (*photos, text)] == [False, False, False, True]
    about = city.rows(select(SentMessage.message_id, SentMessage.numbers).where(SentMessage.chat == f"telegram:{chat}"))
    assert [tuple(row) for row in about] == [
        (str(photos[0]["message_id"]), [NUMBER]),
        (str(text["message_id"]), [NUMBER]),
    ]


async def test_one_picture_goes_alone_and_files_apart_from_pictures_and_no_more_than_ten_together(city: City) -> None:
    chat = put(city, *kept(city, 11, files=1), html="")
    methods = [method for method, _text in await sent_of(city, chat)]
    assert methods == ["sendMediaGroup"] * 10 + ["sendPhoto", "sendDocument"]


async def test_a_picture_that_came_as_a_file_goes_as_one(city: City) -> None:
    account = city.person(OFFICER)
    sent = city.telegram.send_file(account, account, "原图.png", picture(), kind="image/png")
    hold_back(city, 1)
    address = f"telegram:{sent['document']['file_id']}"
    chat = put(city, Picture(address=address, media_type=f"image/png{AS_FILE}", caption="原图"), html="")
    assert await sent_of(city, chat) == [("sendDocument", "原图")]


@pytest.mark.parametrize("count", [1, 3])
async def test_a_picture_that_telegram_refuses_does_not_take_the_text_along(city: City, count: int) -> None:
    gone = Picture(address="telegram:gone", media_type="image/jpeg")
    chat = put(city, gone, *kept(city, count - 1))
    assert await sent_of(city, chat) == [("sendMessage", MISSING), ("sendMessage", "整改前后")]
    assert [row.state for row in city.outbox(chat)] == [OutboxState.SENT] * 2


async def test_a_caption_that_telegram_cannot_read_goes_out_as_plain_text(city: City) -> None:
    first, second = kept(city, 2)
    chat = put(city, Picture(address=first.address, media_type=first.media_type, caption="1 < 2 & <b>3</b>"), second)
    assert (await sent_of(city, chat))[0][1].startswith("1 ")


async def test_an_album_that_was_perhaps_sent_before_says_so(city: City) -> None:
    city.telegram.fail_next("sendMediaGroup", dropped_after())
    chat = put(city, *kept(city, 2))
    texts = [text for _method, text in await sent_of(city, chat)]
    assert texts == ["", "", REPEATED, "", "整改前后"]


async def test_an_album_for_somebody_who_is_gone_is_given_up_like_any_message(city: City) -> None:
    chat = put(city, *kept(city, 2))
    refusal = bad_request("chat not found")
    city.telegram.fail_next("sendMediaGroup", Fault(refusal=refusal))
    async with city.running():
        await until(lambda: city.outbox(chat)[0].state == OutboxState.FAILED)
    assert city.outbox(chat)[0].error.lower().endswith("chat not found")


async def test_only_the_first_message_answers_the_press_of_a_button(city: City) -> None:
    chat = put(city, *kept(city, 2), press="77", quotes=None)
    rows = [Envelope.from_json(row.payload) for row in city.outbox(chat)]
    assert [row.press for row in rows] == ["77", None]
    assert [len(row.reply.album) for row in rows if row.reply] == [2, 0]
