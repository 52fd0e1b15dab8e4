"""Telegram's limits are kept, not hit: the look-alike refuses what goes beyond them, and has nothing to refuse."""

import asyncio
import time

from db.models import OutboxState
from rehearsal.faults import FloodLimits
from scheduler.outbox import Envelope, post
from scheduler.pace import Limits
from tests.bot.living import City, until
from tests.conftest import NOW
from text.reply import Reply


async def test_sixty_messages_to_forty_people_and_thirty_to_a_group_never_meet_a_429(city: City) -> None:
    city.telegram.wire.limits = FloodLimits()
    people = sorted(chat for chat in city.telegram.town.chats if chat > 0)[:40]
    group = city.group("澜东区")
    with city.store.writing() as session:
        for turn in range(60):
            post(session, f"telegram:{people[turn % 40]}", Envelope(reply=Reply(html=f"{turn}")), NOW)
        for turn in range(30):
            post(session, f"telegram:{group}", Envelope(reply=Reply(html=f"{turn}")), NOW)
    begun = time.monotonic()
    async with city.running(limits=Limits()):
        await until(lambda: sum(sent.chat_id > 0 for sent in city.telegram.sent) == 60)
        assert time.monotonic() - begun < 10.0  # nobody waits for the group
        await until(lambda: len(city.sent(group)) >= 4)
    rows = city.outbox()
    assert not [row.error for row in rows if row.error]
    assert all(row.attempts <= 1 for row in rows)
    texts = [sent.text for sent in city.sent(group)]
    assert texts == [str(turn) for turn in range(len(texts))]


async def test_a_group_waits_for_its_minute_to_pass_and_not_for_a_429(city: City) -> None:
    """The same rule at a scale that a test can wait for: two a minute instead of twenty."""
    city.telegram.wire.limits = FloodLimits()
    group = city.group("澜东区")
    with city.store.writing() as session:
        for turn in range(3):
            post(session, f"telegram:{group}", Envelope(reply=Reply(html=f"{turn}")), NOW)
    async with city.running(limits=Limits(chat_seconds=1.0, group_per_minute=2)):
        await until(lambda: len(city.sent(group)) == 2)
        await asyncio.sleep(1.5)
        assert len(city.sent(group)) == 2
    assert [row.state for row in city.outbox(group)] == [OutboxState.SENT, OutboxState.SENT, OutboxState.WAITING]
