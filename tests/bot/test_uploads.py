"""A ledger sent in the chat, over HTTP: read, asked about, confirmed, taken back; by the office alone, and for good."""

import asyncio
import json
import re
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
from sqlmodel import col, select

from db.files import StoredFile, Upload, UploadState
from db.models import DueKind, Duty
from db.queries import duty_by_number
from rehearsal.cast import CITY
from rehearsal.town import Sent
from services.chain import broken_links
from services.report import report
from tests.bot.living import City, until

OPERATOR, HEAD, COUNTY_OFFICER = "苗宏宁", "姜启林", "马景民"
LEDGER = (CITY / "ledger.xlsx").read_bytes()
KEPT = ("先空着", "没写错，照此登记")
ANSWERS = {  # as ledger_dirty.md says; the others are right as written
    "C41": "竹浦县", "B31": "KS-2026-025",
}  # fmt: skip


def send(city: City, name: str, content: bytes = LEDGER, file: str = "整改台账.xlsx", **more: Any) -> None:
    account = city.person(name)
    city.telegram.send_file(account, more.pop("chat", account), file, content, **more)


def last(city: City, name: str) -> Sent:
    return city.sent(city.person(name))[-1]


def labels(sent: Sent) -> dict[str, str]:
    """The buttons beneath a message: label -> callback data."""
    rows = sent.message.get("reply_markup", {}).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row}


async def told(city: City, name: str, words: str) -> Sent:
    """Wait for the message that holds the words."""
    chat = city.person(name)
    return await until(lambda: next((sent for sent in reversed(city.sent(chat)) if words in sent.text), None))


async def press(city: City, name: str, sent: Sent, label: str) -> None:
    found = next(data for text, data in labels(sent).items() if text.startswith(label))
    city.telegram.press(city.person(name), city.person(name), sent.message_id, found)


def stored(city: City) -> list[Duty]:
    with city.store.reading() as session:
        return list(session.exec(select(Duty).order_by(col(Duty.number))))


def upload(city: City) -> Upload:
    found = city.first(select(Upload).order_by(col(Upload.id).desc()))
    assert isinstance(found, Upload)
    return found


async def test_a_new_office_sends_its_ledger_answers_and_is_at_work(new_city: City) -> None:
    city = new_city
    async with city.running() as program:
        send(city, OPERATOR)
        await told(city, OPERATOR, "正在读取")
        summary = await told(city, OPERATOR, "读完了")
        assert "新增238件" in summary.text
        assert "6处要请您定" in summary.text
        assert stored(city) == []
        await press(city, OPERATOR, summary, "逐处回答")
        asked = await answer_everything(city)
        assert sorted(asked) == ["B31", "C41", "J74", "K57", "M21", "U26"]
        again = await told(city, OPERATOR, "新增240件")
        assert "要请您定" not in again.text
        assert stored(city) == []
        await press(city, OPERATOR, again, "确认写入")
        done = await told(city, OPERATOR, "已写入台账")
        assert "新增240件" in done.text
        city.say(HEAD, "/status 澜东区")
        await told(city, HEAD, "澜东区")
        await program.settle()
    expected = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))
    with city.store.reading() as session:
        figures = report(session, city.settings.office, date(2026, 11, 18))
        assert {name: figures[name] for name in ("cells", "by_county", "by_workstream", "city")} == {
            name: expected[name] for name in ("cells", "by_county", "by_workstream", "city")
        }
        assert broken_links(session) == []


async def answer_everything(city: City) -> list[str]:
    """Answer every question as ledger_dirty.md does: by a button, or in words where it says another value."""
    cells = []
    while True:
        sent = await until(lambda: question(city))
        if "记住了" in sent.text:
            return cells
        cell = re.search(r"([A-Z]+\d+)）", sent.text)
        assert cell is not None, sent.text
        cells.append(cell[1])
        if cell[1] == "B31":  # typed, as somebody would who did not look at the buttons
            city.say(OPERATOR, ANSWERS[cell[1]])
        else:
            label = ANSWERS.get(cell[1]) or next(
                each for each in labels(sent) if each in ("先空着", "没写错，照此登记")
            )
            await press(city, OPERATOR, sent, label)
        before = sent.text
        await until(lambda said=before: (now := question(city)) is not None and now.text != said)


def question(city: City) -> Sent | None:
    """The newest state of the message that asks."""
    chat = city.person(OPERATOR)
    said = sorted([*city.telegram.sent, *city.telegram.edits], key=lambda sent: sent.at)
    asking = [sent for sent in said if sent.chat_id == chat and ("处要问" in sent.text or "记住了" in sent.text)]
    return asking[-1] if asking else None


async def test_the_workbook_comes_back_with_every_doubtful_cell_marked(new_city: City) -> None:
    async with new_city.running():
        send(new_city, OPERATOR)
        summary = await told(new_city, OPERATOR, "读完了")
    name, content = summary.message["document"]["file_name"], await_file(new_city, summary)
    assert name == "整改台账(待确认).xlsx"
    book = openpyxl.load_workbook(BytesIO(content))
    cell = book["1-督察问题整改"]["K57"]
    assert cell.comment is not None
    assert "不存在" in cell.comment.text
    assert cell.fill.fgColor.rgb != book["1-督察问题整改"]["K56"].fill.fgColor.rgb


def await_file(city: City, sent: Sent) -> bytes:
    found = city.first(select(StoredFile).where(col(StoredFile.name).like("%待确认%")))
    assert isinstance(found, StoredFile)
    return found.content


async def test_what_waits_may_be_answered_after_writing_and_all_of_it_taken_back(new_city: City) -> None:
    city = new_city
    async with city.running():
        send(city, OPERATOR)
        await press(city, OPERATOR, await told(city, OPERATOR, "读完了"), "确认写入")
        done = await told(city, OPERATOR, "已写入台账")
        assert "还有6处等您定" in done.text
        assert len(stored(city)) == 238
        assert due(city, "DC-2026-052") == (DueKind.INVALID, None)
        await press(city, OPERATOR, done, "逐处回答")
        sent = await until(lambda: question(city))
        assert "DC-2026-052" in sent.text
        city.say(OPERATOR, "2026年11月31日")
        assert "没有登记" in (await told(city, OPERATOR, "没有登记")).text
        city.say(OPERATOR, "2026年11月30日")
        await until(lambda: due(city, "DC-2026-052") == (DueKind.DATE, date(2026, 11, 30)))
        await press(city, OPERATOR, done, "撤销这次导入")
        undone = await told(city, OPERATOR, "已撤销")
        assert "删去新增的238件" in undone.text
    assert stored(city) == []
    with city.store.reading() as session:
        assert broken_links(session) == []


async def test_the_same_file_again_asks_nothing_and_changes_nothing(city: City) -> None:
    async with city.running() as program:
        before = [duty.model_dump() for duty in stored(city)]
        send(city, OPERATOR)
        summary = await told(city, OPERATOR, "读完了")
        await press(city, OPERATOR, summary, "逐处回答")
        await answer_everything_kept(city)
        await told(city, OPERATOR, "完全一致")
        send(city, OPERATOR, file="再发一次.xlsx")
        await told(city, OPERATOR, "“再发一次.xlsx”与台账完全一致")
        await program.settle()
    assert [duty.model_dump() for duty in stored(city)] == before


async def answer_everything_kept(city: City) -> None:
    while "记住了" not in (sent := await until(lambda: question(city))).text:
        label = next(each for each in labels(sent) if each in (*KEPT, "竹浦县"))
        await press(city, OPERATOR, sent, label)
        await until(lambda said=sent.text: (now := question(city)) is not None and now.text != said)


def due(city: City, number: str) -> tuple[DueKind, date | None]:
    with city.store.reading() as session:
        duty = duty_by_number(session, number)
        assert duty is not None
        return duty.due_kind, duty.due_on


async def test_only_the_office_may_import_and_only_in_private(city: City) -> None:
    async with city.running():
        send(city, COUNTY_OFFICER)
        await told(city, COUNTY_OFFICER, "台账由市督察办导入")
        send(city, OPERATOR, chat=city.group("青澜市"), caption="@duban_bot")
        await until(lambda: city.sent(city.group("青澜市")))
    assert "私聊" in city.sent(city.group("青澜市"))[-1].text
    assert city.rows(select(Upload)) == []


async def test_a_file_that_is_no_ledger_is_one_clear_sentence_and_nothing_is_stored(city: City) -> None:
    async with city.running():
        send(city, OPERATOR, b"%PDF-1.7 nothing of interest", "通知.pdf")
        refused = await told(city, OPERATOR, "没有导入")
    assert "通知.pdf" in refused.text
    assert upload(city).state == UploadState.REFUSED


async def test_a_cancelled_upload_writes_nothing_and_is_over(new_city: City) -> None:
    async with new_city.running():
        send(new_city, OPERATOR)
        summary = await told(new_city, OPERATOR, "读完了")
        await press(new_city, OPERATOR, summary, "取消")
        await told(new_city, OPERATOR, "什么都没有写入")
        await press(new_city, OPERATOR, summary, "确认写入")
        await told(new_city, OPERATOR, "已经结束")
    assert stored(new_city) == []


async def test_officials_in_a_file_are_compared_and_confirmed_too(city: City) -> None:
    text = (CITY / "officials.csv").read_text(encoding="utf-8-sig")
    assert "督察股股长" in text or "股长" in text
    changed = text.replace("000-", "001-", 1)
    assert changed != text
    async with city.running():
        send(city, OPERATOR, changed.encode(), "officials.csv")
        summary = await told(city, OPERATOR, "读完了")
        assert "更改1条" in summary.text
        await press(city, OPERATOR, summary, "确认写入")
        await told(city, OPERATOR, "已写入")
        send(city, OPERATOR, changed.encode(), "officials2.csv")
        await told(city, OPERATOR, "没有可以写入的变化")


async def test_killed_between_confirming_and_writing_it_is_written_after_the_next_start(new_city: City) -> None:
    city = new_city
    async with city.running():
        send(city, OPERATOR)
        summary = await told(city, OPERATOR, "读完了")
    with city.store.writing() as session:  # as the kill leaves it: confirmed, taken by a worker that is no more
        found = session.get_one(Upload, upload(city).id)
        found.state, found.confirmed_by = UploadState.CONFIRMED, f"upload:{found.id}"
        found.claimed_until = city.watch().replace(year=2027)
    assert summary
    async with city.running():
        await told(city, OPERATOR, "已写入台账")
    assert len(stored(city)) == 238


async def test_other_chats_are_answered_while_a_file_is_read(city: City) -> None:
    async with city.running():
        send(city, OPERATOR)
        await told(city, OPERATOR, "正在读取")
        begun = asyncio.get_running_loop().time()
        city.say(COUNTY_OFFICER, "帮助")
        await city.answered(city.person(COUNTY_OFFICER))
        answered = asyncio.get_running_loop().time() - begun
        await told(city, OPERATOR, "读完了")
        read = asyncio.get_running_loop().time() - begun
    assert answered < read
