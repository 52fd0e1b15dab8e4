"""/forecast: who may order it, where, and of how many days."""

import pytest
from sqlmodel import col, select

from db.asked import ForecastOrder
from tests.handlers.dialogue import STRANGER, Town, tells_nothing


def ordered(town: Town) -> list[int]:
    with town.store.reading() as session:
        return list(session.exec(select(ForecastOrder.days).order_by(col(ForecastOrder.id))))


@pytest.mark.parametrize(("says", "days"), [("预告", 7), ("/forecast 31", 31), ("预演 14天", 14), ("推演 1", 1)])
def test_the_office_orders_a_forecast_and_is_told_that_it_comes(town: Town, says: str, days: int) -> None:
    assert f"正在推演未来{days}天" in town.told("姜启林", says).text
    assert ordered(town) == [days]


@pytest.mark.parametrize("says", ["预告 0", "/forecast 32", "预告 9999", "/forecast 沙栗县", "/forecast -1"])
def test_other_days_are_refused(town: Town, says: str) -> None:
    assert "最多推演31天" in town.told("苗宏宁", says).text
    assert ordered(town) == []


def test_one_that_is_under_way_is_not_begun_again_in_the_same_chat(town: Town) -> None:
    town.play(
        [
            ("姜启林", "私聊", "预告", "正在推演未来7天"),
            ("姜启林", "私聊", "预告 14", "未来7天的推演正在进行"),
            ("苗宏宁", "私聊", "预告 14", "正在推演未来14天"),
        ]
    )
    assert ordered(town) == [7, 14]
    town.edit("UPDATE forecastorder SET done_at = asked_at")
    town.play([("姜启林", "私聊", "预告 3", "正在推演未来3天")])


def test_only_the_office_and_only_in_private(town: Town) -> None:
    town.play(
        [
            ("马景民", "私聊", "/forecast", "只有市督察办"),
            ("任景斌", "私聊", "/forecast", "只有市督察办"),
            ("葛正超", "私聊", "/forecast", "只有市督察办"),
            ("姜启林", "市群", "/forecast", "私聊"),
        ]
    )
    tells_nothing(town, town.say(STRANGER, "/forecast"))
    assert ordered(town) == []
