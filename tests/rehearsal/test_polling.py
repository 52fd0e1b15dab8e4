"""Updates are handed out by long polling and confirmed by offset, as Telegram does it."""

import asyncio
import time

import aiohttp

from rehearsal.lookalike import Lookalike

OFFICIAL, CITY_GROUP = 1, -1001000000001


async def test_updates_wait_until_an_offset_confirms_them(call, telegram: Lookalike):
    for word in ("一", "二", "三"):
        telegram.say(OFFICIAL, OFFICIAL, word)
    first = await call.updates()
    assert first == await call.updates()
    assert [update["message"]["text"] for update in first] == ["一", "二", "三"]
    second = await call.updates(offset=first[1]["update_id"])
    assert [update["message"]["text"] for update in second] == ["二", "三"]
    assert telegram.confirmed_offset == first[1]["update_id"]
    assert await call.updates(offset=first[2]["update_id"] + 1) == []
    assert telegram.unconfirmed == 0


async def test_a_poll_waits_for_the_first_update(call, telegram: Lookalike):
    poll = asyncio.create_task(call.updates(timeout=5))
    await asyncio.sleep(0.05)
    assert not poll.done()
    telegram.say(OFFICIAL, OFFICIAL, "在吗")
    assert [update["message"]["text"] for update in await asyncio.wait_for(poll, 1)] == ["在吗"]


async def test_a_poll_ends_empty_at_its_timeout(call):
    started = time.monotonic()
    assert await call.updates(timeout=1) == []
    assert 0.9 < time.monotonic() - started < 2


async def test_a_limit_is_kept_and_a_negative_offset_counts_from_the_end(call, telegram: Lookalike):
    for number in range(5):
        telegram.say(OFFICIAL, OFFICIAL, str(number))
    assert [update["message"]["text"] for update in await call.updates(limit=2)] == ["0", "1"]
    assert [update["message"]["text"] for update in await call.updates(offset=-1)] == ["4"]
    assert telegram.unconfirmed == 1


async def test_a_second_poller_ends_the_first_with_a_conflict(call, telegram: Lookalike):
    first = asyncio.create_task(call("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(call.updates(timeout=5))
    refused = await asyncio.wait_for(first, 1)
    assert refused["error_code"] == 409
    assert refused["description"].startswith("Conflict: terminated by other getUpdates request")
    telegram.say(OFFICIAL, OFFICIAL, "在吗")
    assert len(await asyncio.wait_for(second, 1)) == 1


async def test_only_the_allowed_kinds_of_update_are_queued(call, telegram: Lookalike):
    await call.updates(allowed_updates=["callback_query"])
    telegram.say(OFFICIAL, OFFICIAL, "在吗")
    assert await call.updates() == []
    await call.updates(allowed_updates=[])
    telegram.say(OFFICIAL, OFFICIAL, "在吗")
    assert len(await call.updates()) == 1


async def test_pending_updates_are_counted_and_can_be_dropped(call, telegram: Lookalike):
    telegram.say(OFFICIAL, OFFICIAL, "在吗")
    assert (await call.result("getWebhookInfo"))["pending_update_count"] == 1
    assert await call.result("deleteWebhook", drop_pending_updates=True)
    assert await call.updates() == []


async def test_a_malformed_update_is_handed_out_as_it_is(call, telegram: Lookalike):
    telegram.raw_update({"message": {"text": 7}})
    assert [update["message"] for update in await call.updates()] == [{"text": 7}]


async def test_stopping_lets_a_waiting_poller_go(call, telegram: Lookalike):
    poll = asyncio.create_task(call.updates(timeout=5))
    await asyncio.sleep(0.05)
    await telegram.stop()
    assert await asyncio.wait_for(poll, 1) == []


async def test_parameters_may_come_in_all_four_ways(call, telegram: Lookalike):
    telegram.say(OFFICIAL, OFFICIAL, "/start")
    url = f"{telegram.base_url}4242:rehearsal/SendMessage"
    given = {"chat_id": "1", "text": "四 & 种"}
    for ways in ({"params": given}, {"data": given}, {"json": given}):
        async with call.session.post(url, **ways) as response:
            assert (await response.json())["result"]["text"] == "四 & 种"
    async with call.session.get(url, params=given) as response:
        assert response.status == 200
    with aiohttp.MultipartWriter("form-data") as parts:
        for key, value in given.items():
            parts.append(value).set_content_disposition("form-data", name=key)
    async with call.session.post(url, data=parts) as response:
        assert response.status == 200
    assert len(telegram.sent) == 5


async def test_a_poller_that_was_killed_loses_nothing_for_its_successor(call, telegram: Lookalike):
    killed = asyncio.create_task(call.updates(timeout=30))
    await asyncio.sleep(0.05)
    killed.cancel()
    telegram.say(OFFICIAL, OFFICIAL, "在吗")
    assert [update["message"]["text"] for update in await call.updates(timeout=2)] == ["在吗"]
