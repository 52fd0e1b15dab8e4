"""How fast we may send: whatever is offered and whenever, no window holds more than the platform allows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.pace import MINUTE, Limits, Pace

GROUP, OTHER_GROUP, ANNA, BEN = "telegram:-1", "telegram:-2", "telegram:1", "telegram:2"
CHATS = st.sampled_from([GROUP, OTHER_GROUP, ANNA, BEN, *(f"telegram:{number}" for number in range(10, 40))])
WISHES = st.lists(st.tuples(CHATS, st.floats(min_value=0.0, max_value=2.0)), max_size=120)
NEAR = 1e-9  # sums of floats


def is_group(chat: str) -> bool:
    return chat.startswith("telegram:-")


def sent_times(wishes: list[tuple[str, float]], limits: Limits) -> list[tuple[str, float]]:
    """Send all that is wished for as soon as the pace allows; the clock is ours."""
    pace, now, sent = Pace(limits=limits), 0.0, []
    for chat, later in wishes:
        now += later
        while pace.room(now) <= 0 or chat in pace.busy_chats(now):
            wait = pace.next_change(now)
            assert wait is not None, "what is held back must be let go some time"
            now += max(wait, NEAR)
        pace.sent(chat, is_group(chat), now)
        pace.through(now)
        sent.append((chat, now))
    return sent


@given(WISHES, st.integers(min_value=1, max_value=8))
@settings(max_examples=60, deadline=None)
def test_no_second_holds_more_messages_than_allowed(wishes: list[tuple[str, float]], most: int) -> None:
    sent = sent_times(wishes, Limits(per_second=most, chat_seconds=0.0))
    for index, (_chat, begin) in enumerate(sent):
        assert sum(time < begin + 1.0 - NEAR for _chat, time in sent[index:]) <= most


@given(WISHES)
@settings(max_examples=60, deadline=None)
def test_two_messages_to_a_chat_are_a_second_apart(wishes: list[tuple[str, float]]) -> None:
    last: dict[str, float] = {}
    for chat, time in sent_times(wishes, Limits()):
        assert time - last.get(chat, -1.0) >= 1.0 - NEAR
        last[chat] = time


@given(st.lists(st.tuples(st.sampled_from([GROUP, OTHER_GROUP, ANNA]), st.floats(0.0, 5.0)), max_size=90))
@settings(max_examples=40, deadline=None)
def test_a_group_gets_no_more_than_twenty_messages_in_any_minute(wishes: list[tuple[str, float]]) -> None:
    sent = [(chat, time) for chat, time in sent_times(wishes, Limits()) if is_group(chat)]
    for index, (chat, begin) in enumerate(sent):
        assert sum(c == chat and time < begin + MINUTE - NEAR for c, time in sent[index:]) <= 20


def test_the_twenty_first_message_to_a_group_waits_for_the_minute_to_pass() -> None:
    sent = sent_times([(GROUP, 0.0)] * 21, Limits())
    assert sent[19][1] < 20.0
    assert sent[20][1] >= MINUTE


def test_a_private_chat_has_no_limit_a_minute() -> None:
    assert sent_times([(ANNA, 0.0)] * 30, Limits())[-1][1] < 30.0


def test_a_full_group_does_not_hold_up_anybody_else() -> None:
    pace = Pace(limits=Limits(chat_seconds=0.0))
    for _ in range(20):
        pace.sent(GROUP, True, 0.0)
    assert pace.busy_chats(0.5) == [GROUP]
    assert pace.room(0.5) == 10


def test_a_message_counts_until_a_second_after_it_was_through() -> None:
    """When the platform counted it nobody tells: at the latest when it answered."""
    pace = Pace(limits=Limits(per_second=2, chat_seconds=0.0))
    pace.sent(ANNA, False, 0.0)
    pace.sent(BEN, False, 0.0)
    assert pace.room(5.0) == 0
    assert pace.next_change(5.0) is None  # whoever is through says so
    pace.through(5.0)
    assert pace.room(5.9) == 0
    assert pace.next_change(5.5) == 0.5
    pace.through(5.8)
    assert [pace.room(now) for now in (5.9, 6.0, 6.7, 6.8)] == [0, 1, 1, 2]


def test_a_pause_holds_its_chat_and_no_other() -> None:
    pace = Pace(limits=Limits())
    pace.pause(ANNA, 30.0, 0.0)
    assert pace.busy_chats(29.9) == [ANNA]
    assert pace.room(1.0) == 30
    assert pace.busy_chats(30.0) == []


def test_a_pause_asked_for_in_two_chats_at_a_time_holds_all() -> None:
    pace = Pace(limits=Limits())
    pace.pause(ANNA, 10.0, 0.0)
    pace.pause(BEN, 10.0, 1.0)
    assert pace.room(10.9) == 0
    assert pace.room(11.0) == 30
    assert pace.next_change(10.0) == 1.0


def test_pauses_of_two_chats_one_after_the_other_hold_nobody_else() -> None:
    pace = Pace(limits=Limits())
    pace.pause(ANNA, 10.0, 0.0)
    pace.pause(BEN, 10.0, 10.0)
    assert pace.room(10.0) == 30


def test_a_pause_in_one_chat_while_a_group_is_full_holds_nobody_else() -> None:
    """A group's own twenty a minute is our pace, not the platform asking us to be silent."""
    pace = Pace(limits=Limits(chat_seconds=0.0))
    for _ in range(20):
        pace.sent(GROUP, True, 0.0)
        pace.through(0.0)
    pace.pause(ANNA, 30.0, 1.0)
    assert pace.room(1.0) == 30
    assert sorted(pace.busy_chats(1.0)) == sorted([GROUP, ANNA])


def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    pace = Pace(limits=Limits())
    pace.pause(ANNA, 30.0, 0.0)
    pace.pause(ANNA, 5.0, 1.0)
    assert pace.busy_chats(29.0) == [ANNA]


def test_nothing_held_means_nothing_to_wait_for() -> None:
    assert Pace(limits=Limits()).next_change(0.0) is None
