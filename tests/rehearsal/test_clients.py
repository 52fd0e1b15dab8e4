"""python-telegram-bot works against the look-alike unmodified (benchmarks/ runs aiogram, whose import is slow)."""

import asyncio
import io
from collections.abc import Callable

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from rehearsal import faults
from rehearsal.lookalike import Lookalike

OFFICIAL, STRANGER, CITY_GROUP, COUNTY_GROUP = 1, 2, -1001000000001, -77


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is awaited happens in a client that tells nobody
            await asyncio.sleep(0.01)


def application(telegram: Lookalike) -> Application:
    builder = ApplicationBuilder().token("4242:rehearsal").job_queue(None)
    return builder.base_url(telegram.base_url).base_file_url(telegram.base_file_url).build()


async def test_python_telegram_bot_polls_answers_edits_and_fetches_files(telegram: Lookalike):
    app = application(telegram)

    async def status(update: Update, context: object) -> None:
        undo = InlineKeyboardMarkup([[InlineKeyboardButton("撤销", callback_data="undo")]])
        await update.message.reply_html("<b>澜东区</b>", reply_markup=undo, do_quote=True)

    async def press(update: Update, context: object) -> None:
        await update.callback_query.answer("好")
        await update.callback_query.edit_message_text("撤销了")

    async def returned(update: Update, context: object) -> None:
        content = await (await update.message.document.get_file()).download_as_bytearray()
        await update.message.reply_document(
            io.BytesIO(content), filename="回执.txt", caption="<i>收到</i>", parse_mode="HTML"
        )

    app.add_handlers([CommandHandler("status", status), CallbackQueryHandler(press)])
    app.add_handler(MessageHandler(filters.Document.ALL, returned))
    async with app:
        await app.bot.set_my_commands([("status", "进度")])
        await app.start()
        await app.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        telegram.say(OFFICIAL, CITY_GROUP, "/status")
        await until(lambda: telegram.sent)
        assert telegram.sent[0].message["reply_to_message"]["text"] == "/status"
        query = telegram.press(OFFICIAL, CITY_GROUP, telegram.sent[0].message_id, "undo")
        await until(lambda: telegram.edits)
        assert (telegram.answers[query]["text"], telegram.edits[0].text) == ("好", "撤销了")
        telegram.send_file(OFFICIAL, OFFICIAL, "台账.txt", b"rows")
        await until(lambda: len(telegram.sent) == 2)
        assert telegram.file(telegram.sent[1].message["document"]["file_id"]).content == b"rows"
        await app.updater.stop()
        await app.stop()
    assert telegram.unconfirmed == 0


async def test_python_telegram_bot_reads_every_refusal_as_its_own_error(telegram: Lookalike, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it PTB warns of a coming change, and warnings are errors
    async with application(telegram) as app:
        with pytest.raises(Forbidden):
            await app.bot.send_message(STRANGER, "好")
        with pytest.raises(BadRequest, match="parse entities"):
            await app.bot.send_message(CITY_GROUP, "<x>", parse_mode="HTML")
        new_id = telegram.migrate(COUNTY_GROUP)
        with pytest.raises(ChatMigrated) as migrated:
            await app.bot.send_message(COUNTY_GROUP, "好")
        assert migrated.value.new_chat_id == new_id
        telegram.fail_next("sendMessage", faults.flooded(3))
        with pytest.raises(RetryAfter):
            await app.bot.send_message(CITY_GROUP, "好")
