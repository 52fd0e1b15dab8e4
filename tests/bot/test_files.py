"""Files both ways over HTTP: what people send becomes an attachment with its bytes, what we made goes out once."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web
from telegram.error import NetworkError

from bot.download import FileGone, FileTooBig
from bot.telegram import MOST_CAPTION, Telegram
from bot.terminal import show_reply
from bot.updates import Arrival
from db.files import StoredFile
from db.models import OutboxState
from handlers.request import Attachment, Request
from rehearsal.faults import Fault, dropped_after, dropped_before, flooded, server_error
from rehearsal.refused import BotApiError
from rehearsal.town import Message
from scheduler.outbox import LONGEST_CAPTION, Envelope, Outgoing, post
from scheduler.sender import LARGEST_FILE, TryLater
from tests.bot.living import NUMBER, OFFICER, SECRET, City, until
from tests.conftest import NOW
from text.reply import Button, Reply, speech, units

COUNTY = "澜东区"
COLLEAGUE = "澜东区 严宏敏"
NAME = "整改台账（第3期）.xlsx"
CONTENT = bytes(range(256)) * 40 + "澜东区".encode()
REPEATED, MISSING = speech("zh").say("repeated"), speech("zh").say("file_missing")
HELP = Button(label="帮助", command="/help")


# --- in ---------------------------------------------------------------------------------------------------------


async def test_a_document_without_a_word_becomes_a_request_with_it_and_its_bytes_can_be_fetched(city: City) -> None:
    send(city, OFFICER)
    async with opened(city) as telegram:
        [request] = await requests(city, telegram)
        [attachment] = request.attachments
        assert (request.text, request.addressed) == ("", True)
        assert (attachment.name, attachment.size) == (NAME, len(CONTENT))
        assert await fetched(telegram, attachment.address, len(CONTENT)) == CONTENT


async def test_the_caption_of_a_document_is_what_is_said_with_it(city: City) -> None:
    send(city, OFFICER, caption="/help 台账", kind="text/csv")
    async with opened(city) as telegram:
        [request] = await requests(city, telegram)
    assert request.text == "/help 台账"
    assert [each.media_type for each in request.attachments] == ["text/csv"]


async def test_a_picture_is_carried_with_its_caption_and_without(city: City) -> None:
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes([0, 0, 0, 9, 0, 0, 0, 9])
    send(city, OFFICER, content=picture, as_photo=True)
    send(city, OFFICER, content=picture, as_photo=True, caption="现场")
    async with opened(city) as telegram:
        alone, request = await requests(city, telegram)
        [attachment] = request.attachments
        assert (alone.text, len(alone.attachments)) == ("", 1)
        assert (request.text, attachment.name) == ("现场", "photo.jpg")
        assert await fetched(telegram, attachment.address, 100) == picture


async def test_of_a_pictures_sizes_the_largest_is_taken(city: City) -> None:
    sizes = [{"file_id": f"p{n}", "file_unique_id": f"u{n}", "width": n, "height": n, "file_size": n} for n in (9, 90)]
    raw(city, {"photo": sizes, "caption": "现场"})
    async with opened(city) as telegram:
        [request] = await requests(city, telegram)
    largest = Attachment(address="telegram:p90", name="photo.jpg", size=90, media_type="image/jpeg", unique_id="u90")
    assert request.attachments == (largest,)


@pytest.mark.parametrize("what", ["voice", "sticker", "animation", "video_note"])
async def test_what_is_neither_a_word_nor_a_document_stays_unanswered(city: City, what: str) -> None:
    file = {"file_id": "a", "file_unique_id": "b", "duration": 1, "width": 1, "height": 1, "length": 1}
    sticker = {"is_animated": False, "is_video": False, "type": "regular"}
    body: dict[str, Any] = {what: file | sticker}
    if what == "animation":  # Telegram says of a moving picture that it is a document as well
        body["document"] = {"file_id": "a", "file_unique_id": "b", "file_name": "a.gif.mp4"}
    raw(city, body)
    async with opened(city) as telegram:
        assert await requests(city, telegram) == []


async def test_a_document_of_which_telegram_says_nothing_is_carried_all_the_same(city: City) -> None:
    raw(city, {"document": {"file_id": "a", "file_unique_id": "b"}})
    async with opened(city) as telegram:
        [request] = await requests(city, telegram)
    assert request.attachments == (Attachment(address="telegram:a", name="", size=0, unique_id="b"),)


async def test_a_document_in_a_group_is_for_us_only_if_we_are_mentioned_or_replied_to(city: City) -> None:
    city.telegram.privacy = False  # so that the bot is handed all of it
    group = city.group(COUNTY)
    async with city.running():
        city.say(OFFICER, "/status", COUNTY)
        [ours] = await city.answered(group)
        await until(lambda: city.telegram.unconfirmed == 0)
    theirs = city.say(COLLEAGUE, "大家看", COUNTY)
    send(city, OFFICER, COUNTY)
    send(city, OFFICER, COUNTY, caption="这是台账")
    send(city, OFFICER, COUNTY, reply_to=theirs["message_id"])
    mentioned = send(city, OFFICER, COUNTY, caption="@duban_bot 台账")
    replied = send(city, OFFICER, COUNTY, reply_to=ours.message_id)
    async with opened(city) as telegram:
        found = await arrivals(city, telegram)
    assert [each.quotes for each in found] == [str(mentioned["message_id"]), str(replied["message_id"])]
    assert [each.request.text for each in found] == ["台账", ""]
    assert all(each.request.attachments and each.request.addressed for each in found)


async def test_what_is_said_to_be_too_big_is_not_even_asked_for(city: City) -> None:
    asked: list[str] = []

    async def noting(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(body=CONTENT)

    async with files_from(city, noting) as telegram:
        address = await address_of_the_file(city, telegram)
        with pytest.raises(FileTooBig):
            await fetched(telegram, address, len(CONTENT) - 1)
        assert not asked
        assert await fetched(telegram, address, len(CONTENT)) == CONTENT


async def test_a_file_that_telegram_hands_to_no_bot_is_too_big(city: City) -> None:
    send(city, OFFICER, content=bytes(20 * 1024 * 1024 + 1))
    async with opened(city) as telegram:
        with pytest.raises(FileTooBig):
            await fetched(telegram, await address_of_the_file(city, telegram), 1 << 40)


async def test_a_file_that_is_larger_than_was_said_is_let_go_in_time(city: City) -> None:
    sent = 0

    async def very_long(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while sent < 100_000_000:
            await answer.write(bytes(100_000))
            sent += 100_000
        return answer

    async with files_from(city, very_long) as telegram:
        with pytest.raises(FileTooBig):
            await fetched(telegram, await address_of_the_file(city, telegram), len(CONTENT))
        await asyncio.sleep(0.2)
        assert sent < 50_000_000


async def test_a_file_that_telegram_does_not_know_is_gone(city: City) -> None:
    async with opened(city) as telegram:
        with pytest.raises(FileGone):
            await fetched(telegram, "telegram:nobody-sent-this", 100)


@pytest.mark.parametrize(("status", "expected"), [(404, FileGone), (500, TryLater), (503, TryLater), (429, TryLater)])
async def test_what_the_place_of_files_answers_is_gone_or_passes(
    city: City, status: int, expected: type[Exception]
) -> None:
    async def refusing(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, text="never the file")

    async with files_from(city, refusing) as telegram:
        with pytest.raises(expected):
            await fetched(telegram, await address_of_the_file(city, telegram), 10_000_000)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (server_error(), None),
        (dropped_before(), None),
        (flooded(7), 7.0),
        (Fault(refusal=BotApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")), None),
    ],
)
async def test_a_passing_trouble_of_a_fetch_is_one_to_try_again_after(
    city: City, fault: Fault, seconds: float | None
) -> None:
    send(city, OFFICER)
    async with opened(city) as telegram:
        address = await address_of_the_file(city, telegram)
        city.telegram.fail_next("getFile", fault)
        with pytest.raises(TryLater) as trouble:
            await fetched(telegram, address, 10_000_000)
        assert trouble.value.seconds == seconds
        assert await fetched(telegram, address, 10_000_000) == CONTENT


async def test_no_trouble_of_a_fetch_names_the_token(city: City) -> None:
    async def round_and_round(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": request.path})

    async def broken(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    for answering in (round_and_round, broken):
        async with files_from(city, answering) as telegram:
            address = await address_of_the_file(city, telegram)
            with pytest.raises(TryLater) as trouble:
                await fetched(telegram, address, 10_000_000)
            assert SECRET not in said_of(trouble.value)
            with pytest.raises(NetworkError) as inner:
                await telegram._request.download(f"{telegram.bot.base_file_url}/documents/file_1.xlsx", 100, BytesIO())
            assert SECRET not in said_of(inner.value)


async def fetched(telegram: Telegram, address: str, most_bytes: int) -> bytes:
    into = BytesIO()
    await telegram.download(address, most_bytes, into)
    return into.getvalue()


# --- out --------------------------------------------------------------------------------------------------------


async def test_a_file_goes_out_once_with_its_caption_and_its_buttons(city: City) -> None:
    me = city.person(OFFICER)
    put(city, me, "<b>台账</b>：2件待确认", HELP)
    async with city.running():
        [sent] = await city.answered(me)
        await until(lambda: states(city, me) == [OutboxState.SENT])
        await asyncio.sleep(0.3)
    assert len(city.sent(me)) == 1
    assert sent.text == "台账：2件待确认"
    assert sent.message["caption_entities"][0]["type"] == "bold"
    assert [button["callback_data"] for [button] in sent.message["reply_markup"]["inline_keyboard"]] == ["/help"]
    assert document(city, sent.message) == (NAME, CONTENT)


async def test_a_large_file_arrives_whole(city: City) -> None:
    content = bytes(range(256)) * 12_000  # more than aiohttp takes in one piece without a warning, which is an error
    put(city, city.person(OFFICER), "大", content=content)
    async with city.running():
        [sent] = await city.answered(city.person(OFFICER))
    assert document(city, sent.message) == (NAME, content)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('“引号”和"直引号".csv', "“引号”和_直引号_.csv"),
        ("a\r\nX-Evil: 1.csv", "a__X-Evil: 1.csv"),
        ("../../台账", ".._.._台账"),
    ],
)
async def test_a_name_cannot_break_out_of_its_place(city: City, name: str, shown: str) -> None:
    put(city, city.person(OFFICER), "好", name=name)
    async with city.running():
        [sent] = await city.answered(city.person(OFFICER))
    assert document(city, sent.message) == (shown, CONTENT)


async def test_a_file_that_waits_survives_a_restart_and_goes_out_once(city: City) -> None:
    me = city.person(OFFICER)
    city.telegram.fail_next("sendDocument", server_error(), times=2)
    put(city, me, "台账", HELP)
    async with city.running():
        await until(lambda: city.outbox(me)[0].error)
    assert not city.sent(me)
    async with city.running():
        [sent] = await city.answered(me)
        await until(lambda: states(city, me) == [OutboxState.SENT])
    assert (sent.text, document(city, sent.message)) == ("台账", (NAME, CONTENT))
    assert len(city.sent(me)) == 1


async def test_a_429_holds_a_file_for_as_long_as_asked(city: City) -> None:
    me = city.person(OFFICER)
    city.telegram.fail_next("sendDocument", flooded(1))
    put(city, me, "台账")
    async with city.running():
        await until(lambda: city.outbox(me)[0].error)
        await asyncio.sleep(0.6)
        assert not city.sent(me)
        [sent] = await city.answered(me)
    assert (sent.text, document(city, sent.message)) == ("台账", (NAME, CONTENT))


@pytest.mark.parametrize(("fault", "texts"), [(dropped_before(), 1), (dropped_after(), 2)])
async def test_a_connection_that_breaks_repeats_the_file_and_says_so(city: City, fault: Fault, texts: int) -> None:
    me = city.person(OFFICER)
    city.telegram.fail_next("sendDocument", fault)
    put(city, me, "台账")
    async with city.running():
        sent = await city.answered(me, texts)
        await until(lambda: states(city, me) == [OutboxState.SENT])
    assert [each.text for each in sent] == ["台账", f"{REPEATED} 台账"][-texts:]
    assert all(document(city, each.message) == (NAME, CONTENT) for each in sent)


@pytest.mark.parametrize("over", [0, 1])
async def test_a_text_that_does_not_fit_beneath_the_file_follows_it_with_the_buttons(city: City, over: int) -> None:
    me, text = city.person(OFFICER), "𝔘" * (LONGEST_CAPTION // 2) + "一" * over
    put(city, me, f"<b>{text}</b>", HELP)
    async with city.running():
        sent = await city.answered(me, 1 + over)
        await until(lambda: states(city, me) == [OutboxState.SENT] * (1 + over))
    assert [("document" in each.message, each.text) for each in sent] == (
        [(True, ""), (False, text)] if over else [(True, text)]
    )
    assert ["reply_markup" in each.message for each in sent] == [False] * over + [True]


async def test_a_crash_between_a_file_and_its_text_loses_and_repeats_neither(city: City) -> None:
    me, text = city.person(OFFICER), "字" * (LONGEST_CAPTION + 1)
    city.telegram.fail_next("sendMessage", server_error(), times=2)
    put(city, me, text, HELP)
    async with city.running():
        await until(lambda: city.outbox(me)[1].error)
    assert [each.method for each in city.sent(me)] == ["sendDocument"]
    async with city.running():
        await city.answered(me, 2)
    assert [each.text for each in city.sent(me)] == ["", text]


async def test_the_longest_caption_has_room_to_say_that_it_is_repeated(city: City) -> None:
    me, text = city.person(OFFICER), "字" * LONGEST_CAPTION
    city.telegram.fail_next("sendDocument", dropped_after())
    put(city, me, text)
    async with city.running():
        first, again = await city.answered(me, 2)
    assert (first.text, again.text) == (text, f"{REPEATED} {text}")
    assert units(again.text) <= MOST_CAPTION


async def test_a_caption_that_nobody_parted_is_cut_rather_than_lost(city: City) -> None:
    me = city.person(OFFICER)
    reply = Reply(html="\n".join(["<b>第一行</b>" + "字" * 40] * 40), file=7)
    outgoing = Outgoing(id=1, chat=f"telegram:{me}", envelope=Envelope(reply=reply), file=(NAME, CONTENT))
    async with opened(city) as telegram:
        await telegram.deliver(outgoing)
    [sent] = city.sent(me)
    assert sent.text.endswith("字\n…")
    assert MOST_CAPTION - 50 < units(sent.text) <= MOST_CAPTION


async def test_a_caption_that_telegram_cannot_read_goes_out_as_plain_text(city: City) -> None:
    me = city.person(OFFICER)
    put(city, me, "1 < 2 & <b>3</b> <nonsense>", HELP)
    async with city.running():
        [sent] = await city.answered(me)
    assert sent.text.startswith("1 ")
    assert document(city, sent.message) == (NAME, CONTENT)
    assert "caption_entities" not in sent.message


@pytest.mark.parametrize("content", [b"", bytes(LARGEST_FILE + 1), None], ids=["empty", "too large", "gone"])
async def test_a_file_that_cannot_be_sent_does_not_take_its_text_along(city: City, content: bytes | None) -> None:
    me = city.person(OFFICER)
    put(city, me, "<b>台账</b>", HELP, content=content)
    async with city.running():
        [sent] = await city.answered(me)
    assert sent.text == f"台账\n{MISSING}"
    assert "reply_markup" in sent.message
    assert "document" not in sent.message


async def test_a_file_that_telegram_finds_too_large_is_given_up_and_holds_up_nobody(city: City) -> None:
    me = city.person(OFFICER)
    city.telegram.fail_next("sendDocument", Fault(refusal=BotApiError(413, "Request Entity Too Large")))
    put(city, me, "台账")
    async with city.running():
        city.say(OFFICER, NUMBER)
        [sent] = await city.answered(me)
    assert NUMBER in sent.text
    assert states(city, me)[0] == OutboxState.FAILED


async def test_in_a_group_the_file_quotes_the_message_that_asked_for_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = city.group(COUNTY)
    answer_with(monkeypatch, Reply(html="台账", file=stored(city)))
    async with city.running():
        asked = city.say(OFFICER, "/status", COUNTY)
        [sent] = await city.answered(group)
    assert sent.message["reply_to_message"]["message_id"] == asked["message_id"]
    assert document(city, sent.message) == (NAME, CONTENT)


async def test_a_file_never_changes_the_message_whose_button_asked_for_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = city.person(OFFICER)
    async with city.running():
        city.say(OFFICER, "/status")
        [first] = await city.answered(me)
        answer_with(monkeypatch, Reply(html="台账", file=stored(city), replaces=True))
        city.telegram.press(me, me, first.message_id, button_of(first.message))
        _, sent = await city.answered(me, 2)
    assert document(city, sent.message) == (NAME, CONTENT)
    assert not city.telegram.edits


async def test_a_button_beneath_a_file_is_answered_in_a_new_message(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = city.person(OFFICER)
    put(city, me, "台账", HELP)
    async with city.running():
        [first] = await city.answered(me)
        answer_with(monkeypatch, Reply(html="已确认", replaces=True))
        query = city.telegram.press(me, me, first.message_id, button_of(first.message))
        _, second = await city.answered(me, 2)
        await until(lambda: query in city.telegram.answers)
    assert second.text == "已确认"
    assert not city.telegram.edits
    assert states(city, me) == [OutboxState.SENT] * 2


def test_replies_packed_before_there_were_files_and_albums_are_still_read() -> None:
    old = {"html": "好", "buttons": [], "numbers": [], "replaces": False, "stays": False}
    assert Reply.from_json(old) == Reply(html="好")
    assert Reply.from_json(Reply(html="好", file=7).as_json()).file == 7


def test_the_terminal_says_which_file_goes_with_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    show_reply(Reply(html="<b>台账</b>", file=7), speech("zh"), NAME)
    assert capsys.readouterr().out == f"台账\n[文件 {NAME}]\n"


# --- helpers ----------------------------------------------------------------------------------------------------


def send(city: City, name: str, group: str | None = None, content: bytes = CONTENT, **more: Any) -> Message:
    account = city.person(name)
    return city.telegram.send_file(account, city.group(group) if group else account, NAME, content, **more)


def raw(city: City, body: dict[str, Any]) -> None:
    """Let something arrive that the look-alike's people cannot send."""
    me = city.person(OFFICER)
    about = {"message_id": 1, "date": 1, "chat": {"id": me, "type": "private"}}
    city.telegram.raw_update({"message": about | {"from": {"id": me, "is_bot": False, "first_name": "马"}} | body})


@asynccontextmanager
async def opened(city: City, **changes: Any) -> AsyncIterator[Telegram]:
    telegram = Telegram.of(replace(city.settings, **changes))
    await telegram.open()
    try:
        yield telegram
    finally:
        await telegram.close()


@asynccontextmanager
async def files_from(
    city: City, answering: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
) -> AsyncIterator[Telegram]:
    """Let a file be sent, and another server than the look-alike hand it out."""
    send(city, OFFICER)
    runner = web.ServerRunner(web.Server(answering), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with opened(city, base_file_url=f"http://127.0.0.1:{runner.addresses[0][1]}/file/bot") as telegram:
        try:
            yield telegram
        finally:
            await runner.cleanup()


async def arrivals(city: City, telegram: Telegram) -> list[Arrival]:
    """Return what the updates that wait mean."""
    updates = await telegram.fetch(None)
    with city.store.reading() as session:
        read = [telegram.understand(session, [json.dumps(update)], str(n), NOW) for n, update in enumerate(updates)]
    return [meaning for meaning in read if isinstance(meaning, Arrival)]


async def requests(city: City, telegram: Telegram) -> list[Request]:
    return [arrival.request for arrival in await arrivals(city, telegram)]


async def address_of_the_file(city: City, telegram: Telegram) -> str:
    return (await requests(city, telegram))[-1].attachments[0].address


def said_of(trouble: BaseException) -> str:
    """Return all that a log would hold of an exception."""
    return "".join(traceback.format_exception(trouble))


def stored(city: City, name: str = NAME, content: bytes | None = CONTENT) -> int:
    """Keep a file to be sent; return its id, which leads nowhere when there is no content."""
    with city.store.writing() as session:
        file = StoredFile(name=name, content=content or b"", created_at=NOW)
        session.add(file)
        session.flush()
        if content is None:
            session.delete(file)
    assert file.id is not None
    return file.id


def put(city: City, chat: int, html: str, *buttons: Button, **file: Any) -> None:
    """Put a reply with a file into the outbox, as the program does."""
    reply = Reply(html=html, buttons=(buttons,) if buttons else (), file=stored(city, **file))
    with city.store.writing() as session:
        post(session, f"telegram:{chat}", Envelope(reply=reply), city.watch())


def answer_with(monkeypatch: pytest.MonkeyPatch, reply: Reply) -> None:
    monkeypatch.setattr("bot.inbox.answer", lambda *_given: reply)


def document(city: City, message: Message) -> tuple[str, bytes]:
    """Return what somebody has who saves the file of a message."""
    about = message["document"]
    return about["file_name"], city.telegram.file(about["file_id"]).content


def button_of(message: Message) -> str:
    return str(message["reply_markup"]["inline_keyboard"][0][0]["callback_data"])


def states(city: City, chat: int) -> list[OutboxState]:
    return [row.state for row in city.outbox(chat)]
