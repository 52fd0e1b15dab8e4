"""A duty's life through Telegram: reported with three photos, returned, reported again, accepted, struck off."""

import re
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from db.life import Evidence
from db.models import Event
from rehearsal.town import Sent
from tests.bot.living import NUMBER, OFFICE_HEAD, OFFICER, City, until
from tests.rehearsal.conftest import pictures

COUNTY, REVIEWER = "澜东区", "葛正超"
MERGED = timedelta(minutes=11)


def rates(text: str) -> tuple[str, str]:
    """What a county's answer says of the workstream on both bases: reported, accepted."""
    found = re.search(r"上报\s*([\d.]+%|—).*?认定\s*([\d.]+%|—)", text, re.DOTALL)
    assert found is not None, text
    return found[1], found[2]


async def status_of(city: City) -> tuple[str, str]:
    group = city.group(COUNTY)
    before = len(city.sent(group))
    city.say(OFFICER, "/status 督察", COUNTY)
    return rates((await city.answered(group, before + 1))[-1].text)


async def told(city: City, name: str, words: str) -> Sent:
    """Let ten minutes pass, and wait for the notice that says so."""
    city.watch.put_to(city.watch() + MERGED)
    chat = city.person(name)
    return await until(lambda: next((sent for sent in reversed(city.sent(chat)) if words in sent.text), None))


def press(city: City, name: str, sent: Sent, begins: str) -> None:
    rows = sent.message["reply_markup"]["inline_keyboard"]
    data = next(b["callback_data"] for row in rows for b in row if b["callback_data"].lstrip("+").startswith(begins))
    city.telegram.press(city.person(name), sent.message["chat"]["id"], sent.message_id, data)


def events(city: City, kind: str) -> list[Any]:
    return city.rows(select(Event.id).where(Event.subject == f"duty:{NUMBER}", Event.kind == kind))


async def test_a_report_with_three_photos_is_returned_and_the_second_one_struck_off(city: City) -> None:
    officer, reviewer, head = (city.person(name) for name in (OFFICER, REVIEWER, OFFICE_HEAD))
    async with city.running():
        at_first = await status_of(city)
        city.telegram.send_files(officer, officer, pictures(3), caption=f"完成 {NUMBER}", as_photos=True)
        answer = (await city.answered(officer))[-1]
        assert f"已报完成，待市级验收：{NUMBER}" in answer.text
        assert "佐证3份" in answer.text
        assert len(events(city, "reported_done")) == 1
        assert len(city.rows(select(Evidence.id).where(col(Evidence.duty_id).is_not(None)))) == 3
        reported = await status_of(city)

        notice = await told(city, REVIEWER, f"已报完成，待市级验收：{NUMBER}")
        assert "佐证3份" in notice.text
        press(city, REVIEWER, notice, "/evidence")
        album = await until(lambda: [sent for sent in city.sent(reviewer) if sent.method == "sendMediaGroup"])
        assert len(album) == 3
        assert all("整改后" in sent.text and OFFICER in sent.text for sent in album)

        city.telegram.say(reviewer, reviewer, "退回：照片看不清", notice.message_id)
        await until(lambda: events(city, "returned"))
        returned = await status_of(city)
        before = len(city.sent(officer))
        sent_back = await told(city, OFFICER, "照片看不清")
        assert len(city.sent(officer)) == before + 1  # at once, in one message
        assert "退回重改" in sent_back.text

        city.telegram.send_files(
            officer, officer, pictures(1), caption="完成", as_photos=True, reply_to=sent_back.message_id
        )
        await until(lambda: len(events(city, "reported_done")) == 2)
        city.say(REVIEWER, f"通过 {NUMBER}")
        await until(lambda: events(city, "accepted"))
        accepted = await status_of(city)
        to_close = await told(city, OFFICE_HEAD, f"验收通过：{NUMBER}")
        press(city, OFFICE_HEAD, to_close, "/close")
        await until(lambda: events(city, "closed"))
        closed = await status_of(city)
        assert "已计入认定" in (await told(city, OFFICER, "已销号")).text
    assert len(city.sent(head)) == 2  # what he was told, and what he did
    print(f"reported/accepted: {at_first} {reported} {returned} {accepted} {closed}")
    assert at_first[0] != reported[0] == returned[0] == accepted[0] == closed[0]
    assert at_first[1] == reported[1] == returned[1] == accepted[1] != closed[1]
