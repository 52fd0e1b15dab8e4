"""Planned faults hit the calls they were planned for, and the flood limits can be enforced."""

import asyncio
import time

import aiohttp
import pytest

from rehearsal import faults
from rehearsal.faults import FloodLimits
from rehearsal.lookalike import Lookalike
from rehearsal.refused import BotApiError

OFFICIAL, CITY_GROUP = 1, -1001000000001


async def test_a_429_says_how_long_to_wait_and_is_used_up(started, telegram: Lookalike):
    telegram.fail_next("sendMessage", faults.flooded(7), times=2)
    for _ in range(2):
        refused = await started("sendMessage", chat_id=OFFICIAL, text="好")
        assert refused["description"] == "Too Many Requests: retry after 7"
        assert refused["parameters"] == {"retry_after": 7}
    assert await started.result("sendMessage", chat_id=OFFICIAL, text="好")
    assert len(telegram.sent) == 1


async def test_a_server_error_and_a_403_can_be_planned_for_one_chat(started, telegram: Lookalike):
    telegram.fail_next("sendMessage", faults.server_error(), chat_id=CITY_GROUP)
    telegram.fail_next("sendMessage", faults.forbidden_by(), chat_id=OFFICIAL)
    expected = (403, "Forbidden: bot was blocked by the user")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="好") == expected
    assert await started.refusal("sendMessage", chat_id=CITY_GROUP, text="好") == (500, "Internal Server Error")
    assert telegram.sent == []


@pytest.mark.parametrize(("fault", "arrived"), [(faults.dropped_before(), 0), (faults.dropped_after(), 1)])
async def test_a_connection_can_drop_before_or_after_the_call_is_carried_out(started, telegram, fault, arrived):
    telegram.fail_next("sendMessage", fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await started("sendMessage", chat_id=OFFICIAL, text="好")
    assert len(telegram.sent) == arrived
    assert await started.result("sendMessage", chat_id=OFFICIAL, text="好")


async def test_a_slow_answer_comes_late_though_the_message_is_there_at_once(started, telegram: Lookalike):
    telegram.fail_next("sendMessage", faults.slow(0.3))
    answer = asyncio.create_task(started.result("sendMessage", chat_id=OFFICIAL, text="好"))
    await asyncio.sleep(0.1)
    assert (len(telegram.sent), answer.done()) == (1, False)
    assert (await answer)["text"] == "好"


async def test_latency_delays_every_call(call, telegram: Lookalike):
    telegram.latency = 0.1
    started = time.monotonic()
    await asyncio.gather(*(call.result("getMe") for _ in range(5)))
    assert 0.1 <= time.monotonic() - started < 0.5


async def test_enforced_limits_refuse_a_second_message_within_a_second(watch):
    telegram = Lookalike(token="4242:rehearsal", username="duban_bot", clock=watch, enforce_limits=True)
    telegram.add_group(CITY_GROUP, "青澜市督办工作群", [])
    await telegram.start()
    async with aiohttp.ClientSession() as session:
        url, given = f"{telegram.base_url}4242:rehearsal/sendMessage", {"chat_id": CITY_GROUP, "text": "好"}
        statuses = [(await session.post(url, json=given)).status for _ in range(2)]
    await telegram.stop()
    assert statuses == [200, 429]


def refused_after(limits: FloodLimits, chat_ids: list[int]) -> BotApiError:
    for chat_id in chat_ids[:-1]:
        limits.check(chat_id)
    with pytest.raises(BotApiError) as refused:
        limits.check(chat_ids[-1])
    return refused.value


def test_thirty_a_second_in_all_twenty_a_minute_per_group_and_one_a_second_per_chat_are_allowed(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    limits = FloodLimits()
    assert refused_after(limits, list(range(1, 32))).parameters == {"retry_after": 1}
    assert len(limits.overall) == 30
    for _ in range(20):
        now[0] += 1
        limits.check(CITY_GROUP)
    now[0] += 1
    assert refused_after(limits, [CITY_GROUP]).parameters["retry_after"] > 30
    now[0] += 60
    limits.check(CITY_GROUP)
