"""People write as they speak, with Telegram's privacy mode on, and the bot does what they expect."""

import pytest
import sqlalchemy as sa

from db.models import Duty, DutyOfficial, Level, Person, Region, Status
from rehearsal.town import Sent
from tests.bot.living import OFFICE_HEAD, City, until

COUNTY, OFFICER = "北山县", "北山县 马景民"


@pytest.fixture
def beishan(city: City) -> City:
    """The city with a county and an official by the names of everybody's examples."""
    with city.store.writing() as session:
        session.execute(
            sa.update(Region)
            .where(sa.column("name") == "竹浦县")
            .values(name=COUNTY, short_name="北山", spellings=["beishanxian", "beishan", "bsx", "bs"])
        )
        region = session.execute(sa.select(Region).where(sa.column("name") == COUNTY)).scalar_one()
        first = session.execute(
            sa.select(Person).where(Person.region_id == region.id, Person.level == Level.RESPONSIBLE)  # type: ignore[arg-type]
        ).scalars()
        first.first().name = "马景民"  # type: ignore[union-attr]
    return city


async def last(city: City, chat: int, count: int = 1) -> str:
    return (await city.answered(chat, count))[-1].text


async def test_how_is_a_county_is_answered_with_its_figures_where_the_bot_is_meant(beishan: City) -> None:
    group = beishan.group("青澜市")
    async with beishan.running():
        beishan.say(OFFICE_HEAD, "澜东怎么样了", "青澜市")  # among people: privacy mode keeps it from the bot
        beishan.say(OFFICE_HEAD, "@duban_bot 澜东怎么样了", "青澜市")
        answer = await last(beishan, group)
    assert "澜东区 整改进度" in answer
    assert "截至11月18日" in answer
    assert len(beishan.sent(group)) == 1


async def test_will_it_be_done_by_friday_shows_what_is_due_by_then_and_reports_nothing(beishan: City) -> None:
    officer = beishan.person(OFFICER)
    async with beishan.running():
        beishan.say(OFFICE_HEAD, "@duban_bot 这周五能完成吗", "青澜市")
        answer = await last(beishan, beishan.group("青澜市"))
        beishan.say(OFFICER, "这周五能完成吗")
        own = await last(beishan, officer)
    assert "2日内到期" in answer
    assert "2日内到期" in own
    assert waiting(beishan) == waiting_before(beishan)


async def test_two_duties_by_their_last_digits_are_reported_at_once_and_taken_back_by_one_button(beishan: City) -> None:
    async with beishan.running():
        beishan.say("俞春杰", "008和009搞完了")
        answer = (await beishan.answered(beishan.person("俞春杰")))[-1]
        assert {status(beishan, number) for number in ("WF-2026-008", "WF-2026-009")} == {Status.AWAITING_ACCEPTANCE}
        assert "撤销" in str(answer.message["reply_markup"])
    assert "WF-2026-008" in answer.text
    assert "WF-2026-009" in answer.text


async def test_last_digits_of_several_duties_are_asked_about(beishan: City) -> None:
    async with beishan.running():
        beishan.say("澜东区 马景民", "004和003搞完了")
        answer = (await beishan.answered(beishan.person("澜东区 马景民")))[-1]
    assert "还没有登记" in answer.text
    assert "DC-2026-004、003" in str(answer.message["reply_markup"])
    assert status(beishan, "DC-2026-004") == Status.IN_PROGRESS


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("北山12月底前把3号图斑那20亩整改到位", "2026-12-31"),
        ("请北山县12月15日前完成3号图斑20亩整改,责任人马景民", "2026-12-15"),
    ],
)
async def test_a_duty_given_out_in_a_sentence_is_a_card_and_one_confirmation_writes_it(
    beishan: City, sentence: str, due: str
) -> None:
    head = beishan.person(OFFICE_HEAD)
    count = duties(beishan)
    async with beishan.running():
        beishan.say(OFFICE_HEAD, sentence)
        shown = await until(lambda: newest(beishan, head))
        while "确认下达" not in buttons(shown.message):
            assert duties(beishan) == count
            labels = buttons(shown.message)
            choice = next(labels[label] for label in ("违法用地整改", "没有耕地", "马景民") if label in labels)
            beishan.telegram.press(head, head, shown.message_id, choice)
            shown = await until(lambda before=shown: (now := newest(beishan, head)) is not before and now)
        assert "北山县" in shown.text
        assert "20亩" in shown.text
        beishan.telegram.press(head, head, shown.message_id, buttons(shown.message)["确认下达"])
        await until(lambda: duties(beishan) == count + 1)
    written = beishan.first(sa.select(Duty).order_by(sa.desc(Duty.id)))  # type: ignore[arg-type]
    assert str(written.due_on) == due
    assert str(written.area_mu.normalize()) == "2E+1"
    named = beishan.rows(sa.select(DutyOfficial.name).where(DutyOfficial.duty_id == written.id))  # type: ignore[call-overload, arg-type]
    assert "马景民" in {name for (name,) in named} or "责任人" not in sentence


def newest(city: City, chat: int) -> Sent | None:
    """The newest state of what the bot said last."""
    said = [one for one in (*city.telegram.sent, *city.telegram.edits) if one.chat_id == chat]
    return max(said, key=lambda one: one.at, default=None)


def buttons(message: dict[str, object]) -> dict[str, str]:
    markup = message.get("reply_markup") or {}
    rows = markup["inline_keyboard"] if markup else []  # type: ignore[index]
    return {button["text"]: button["callback_data"] for row in rows for button in row}


def duties(city: City) -> int:
    return int(city.first(sa.select(sa.func.count()).select_from(Duty)))


def status(city: City, number: str) -> Status:
    found: Status = city.first(sa.select(Duty.status).where(Duty.number == number))  # type: ignore[call-overload, arg-type]
    return found


def waiting(city: City) -> int:
    query = sa.select(sa.func.count()).where(Duty.status == Status.AWAITING_ACCEPTANCE)  # type: ignore[arg-type]
    return int(city.first(query))


def waiting_before(city: City) -> int:
    """How many awaited acceptance in the ledger as it was imported."""
    with city.store.reading() as session:
        told = session.execute(sa.select(Duty.imported)).scalars()  # type: ignore[call-overload]
        return sum(one.get("status") == Status.AWAITING_ACCEPTANCE.value for one in told)
