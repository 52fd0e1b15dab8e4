"""A forecast asked for in the chat: worked out beside the chats, said once, whatever happens meanwhile."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot import foretelling
from bot.foretelling import MOST_ATTEMPTS
from db.asked import ForecastOrder
from db.models import OutboxKind
from db.queries import people
from scheduler.forecast import Day, bothered_by_level, days_bothered, forecast
from tests.bot.living import OFFICE_HEAD, OFFICER, City, until
from tests.conftest import NOW

BEGUN, COME = "正在推演", "天预告"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foretelling, "IDLE_SECONDS", 0.05)


def said(city: City, words: str) -> list[str]:
    return [text for text in city.told(OFFICE_HEAD) if words in text]


def walked(city: City, days: int) -> list[Day]:
    today = city.settings.office.today(NOW)
    return list(forecast(city.store, city.settings.office, NOW, today + timedelta(days=1), days))


def left_to_do(city: City) -> list[Any]:
    return city.rows(select(ForecastOrder.id).where(col(ForecastOrder.done_at).is_(None)))


class Gate:
    """Lets the real walk go only so far, until it is opened."""

    def __init__(self, after: int = 1) -> None:
        self.reached, self.open, self._after = threading.Event(), threading.Event(), after

    def __call__(self, *words: Any) -> Iterator[Day]:
        for count, day in enumerate(forecast(*words), start=1):
            yield day
            if count == self._after:
                self.reached.set()
                self.open.wait(20)


@asynccontextmanager
async def gated(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(foretelling, "forecast", gate)
    try:
        yield gate
    finally:
        gate.open.set()


async def asked(city: City, gate: Gate, says: str = "预告 1") -> None:
    city.say(OFFICE_HEAD, says)
    await until(lambda: said(city, BEGUN))
    await until(gate.reached.is_set)


async def test_it_says_what_the_walk_says_and_sends_nothing(city: City) -> None:
    days = walked(city, 4)  # a Thursday to a Sunday
    async with city.running():
        city.say(OFFICE_HEAD, "预告 4")
        await until(lambda: said(city, COME))
    [told] = said(city, COME)
    bothered = days_bothered(days)
    messages = sum(len(day.messages) for day in days)
    assert "（11月19日至11月22日）" in told
    assert "其余日子没有消息" in told
    assert f"共发{messages}条，{len(bothered)}人收到" in told
    for day in days:
        persons = {message.person_id for message in day.messages} - {None}
        line = f"{day.day.month}月{day.day.day}日 周{'一二三四五六日'[day.day.weekday()]}"
        assert (f"{line} {len(day.messages)}条，{len(persons)}人" in told) == bool(day.messages)
    with city.store.reading() as session:
        known = {person.id: person for person in people(session)}
    [who, most] = bothered.most_common(1)[0]
    assert f"{most}天" in told.split("收到最多的人")[1].splitlines()[1]
    assert known[who].name in told
    for counts in bothered_by_level(bothered, known).values():
        assert f"{len(counts)}人：中位" in told
    assert {row.kind for row in city.outbox() if row.created_at > NOW} == {OutboxKind.REPLY}
    assert left_to_do(city) == []


async def test_chats_are_answered_and_the_ledger_is_written_while_it_walks(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gated(monkeypatch) as gate, city.running():
        await asked(city, gate)
        city.say(OFFICER, "/status")
        await until(lambda: any("整改进度" in text for text in city.told(OFFICER)))
        city.say(OFFICE_HEAD, "会议 记 11月调度会")
        await until(lambda: said(city, "已把现在的数据记为"))
        city.say(OFFICE_HEAD, "预告 31")
        await until(lambda: said(city, "未来1天的推演正在进行"))
        assert said(city, COME) == []
        gate.open.set()
        await until(lambda: said(city, COME))
    assert len(said(city, COME)) == 1


async def test_a_restart_begins_it_anew_and_says_it_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    async with gated(monkeypatch) as gate, city.running() as program:
        await asked(city, gate)
        program.stop()
        await asyncio.sleep(0.1)
        gate.open.set()
    assert said(city, COME) == []
    assert len(left_to_do(city)) == 1
    monkeypatch.setattr(foretelling, "forecast", forecast)
    async with city.running():
        await until(lambda: said(city, COME))
    async with city.running() as program:
        await program.settle()
    assert len(said(city, COME)) == 1


async def test_what_a_killed_program_had_taken_is_done_by_the_next(city: City) -> None:
    order(city, attempts=1, claimed_until=NOW + timedelta(hours=1))
    async with city.running():
        await until(lambda: said(city, COME))


def order(city: City, **facts: Any) -> None:
    head = city.official(OFFICE_HEAD)
    with city.store.writing() as session:
        session.add(
            ForecastOrder(
                chat=f"telegram:{city.person(OFFICE_HEAD)}", person_id=head.id or 0, days=1, asked_at=NOW, **facts
            )
        )


async def test_what_fails_again_and_again_is_told_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def breaks(*words: Any) -> Iterator[Day]:
        tries.append(words)
        raise OSError("no space left on device")

    monkeypatch.setattr(foretelling, "forecast", breaks)
    async with city.running() as program:
        city.say(OFFICE_HEAD, "预告")
        await until(lambda: said(city, "推演没有成功"))
        await program.settle()
    assert len(tries) == MOST_ATTEMPTS
    assert len(said(city, "推演没有成功")) == 1


async def test_what_brought_the_program_down_too_often_is_not_begun_again(city: City) -> None:
    order(city, attempts=MOST_ATTEMPTS)
    async with city.running():
        await until(lambda: said(city, "推演没有成功"))
    assert said(city, COME) == []


LEFT = "UPDATE person SET in_post_to = '2026-11-01' WHERE official_id = 'QL0003'"
UNLINKED = "DELETE FROM account WHERE person_id = (SELECT id FROM person WHERE official_id = 'QL0003')"


@pytest.mark.parametrize("sql", [LEFT, UNLINKED])
async def test_who_may_not_know_it_any_more_is_not_told(city: City, sql: str) -> None:
    order(city)
    with city.store.writing() as session:
        session.connection().exec_driver_sql(sql)
    async with city.running() as program:
        await program.settle()
    assert city.told(OFFICE_HEAD) == []
    assert left_to_do(city) == []


@pytest.mark.parametrize(
    ("language", "shows"),
    [
        ("zh", ("2027年放假安排未公布，按估计", "没有消息要发")),
        ("en", ("The next 1 days", "The days off of 2027 are not published yet", "Nothing is to be sent")),
    ],
)
async def test_days_off_that_are_not_published_are_called_an_estimate(
    city: City, language: str, shows: tuple[str, ...]
) -> None:
    order(city, language=language)
    city.watch.put_to(NOW.replace(month=12, day=31))
    async with city.running():
        await until(lambda: said(city, shows[0]))
    [told] = said(city, shows[0])
    assert all(words in told for words in shows)
    if language == "en":
        assert not any(mark in told for mark in "。，；：")
