"""What an office does every day never goes through all that ever was said or done: that grows from year to year."""

import re
from datetime import timedelta

import pytest

from scheduler.outbox import claimable_in
from scheduler.plan import plan
from tests.handlers.dialogue import Town
from tests.plans import plan_of, watched

GROWING = ("event", "outbox", "inbox", "sentmessage", "notice", "telling", "evidence")
WHOLE = re.compile(rf"SCAN ({'|'.join(GROWING)})(_\d+)?$")
NEWEST = re.compile(r"ORDER BY event\.id DESC\s+LIMIT 1 OFFSET 0$")  # stops at the first row that will do

EVERY_DAY = (
    "/status", "/status city", "/status 自然资源局", "/mine", "/due 30", "/overdue", "/rank", "/digest", "/help",
    "/who", "DC-2026-004", "/why DC-2026-004", "/history DC-2026-004", "完成 DC-2026-004", "/undo",
    "/progress DC-2026-004 3", "/gaps", "/stalled", "/pace", "/queue", "/proofs DC-2026-004", "澜东怎么样了",
    "004搞完了", "/drafts", "/commitments",
)  # fmt: skip


def whole(town: Town, asked: set[str]) -> list[str]:
    """The statements that go through a table that grows."""
    return [
        " ".join(statement.partition("FROM")[2].split())
        for statement in asked
        if any(map(WHOLE.match, plan_of(town.store, statement))) and not NEWEST.search(statement)
    ]


@pytest.mark.parametrize("who", ["马景民", "苗宏宁", "任景斌"])
def test_no_question_goes_through_all_that_ever_was(town: Town, who: str) -> None:
    town.reminded(who, "DC-2026-004")
    with watched(town.store) as asked:
        for line in EVERY_DAY:
            town.say(who, line)
    assert len(asked) > 30
    assert not whole(town, asked)


def test_neither_does_the_clock_nor_the_sender(town: Town) -> None:
    with watched(town.store) as asked:
        for days in range(5):
            now = town.now + timedelta(days=days, hours=1)
            with town.store.writing() as session:
                plan(session, town.office, now)
                claimable_in(session, now, notices=True, busy=(), most=10)
    assert len(asked) > 30
    assert not whole(town, asked)
