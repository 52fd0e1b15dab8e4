"""Who is who in the chats: invites, accounts, groups that move, addresses that fail."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import Account, Chat, Event, Invite, Outbox, OutboxState, Person, Question, SentMessage
from db.queries import account_and_person, chat_at, reachable_accounts, reachable_groups, regions
from db.store import Store
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services import identity
from services.chain import Act, broken_links
from tests.conftest import NOW

ACT = Act(key="test", at=NOW)
POLICY = Policy()


def later(**by: float) -> Act:
    return Act(key="later", at=NOW + timedelta(**by))


def ma(session: Session) -> Person:
    return identity.find_person(session, "QL0014")


def test_an_invite_binds_an_account_once(store: Store) -> None:
    with store.writing() as session:
        code = identity.invite(session, ACT, ma(session), POLICY)
        assert identity.join(session, later(days=1), code, "telegram:5").official_id == "QL0014"
        found = account_and_person(session, "telegram:5")
        assert found is not None
        assert found[1].name == "马景民"
        for address in ("telegram:6", "telegram:5"):
            with pytest.raises(Refusal) as refusal:
                identity.join(session, later(days=1), code, address)
            assert refusal.value.why == Why.BAD_CODE
        assert account_and_person(session, "telegram:6") is None


@pytest.mark.parametrize(
    ("by", "good"), [({"days": 6, "hours": 23}, True), ({"days": 7}, False), ({"days": 30}, False)]
)
def test_an_invite_expires_after_a_week(store: Store, by: dict[str, float], good: bool) -> None:
    with store.writing() as session:
        code = identity.invite(session, ACT, ma(session), POLICY)
        if good:
            identity.join(session, later(**by), code, "telegram:5")
        else:
            with pytest.raises(Refusal):
                identity.join(session, later(**by), code, "telegram:5")
        assert (account_and_person(session, "telegram:5") is not None) == good


def test_codes_are_not_guessable_and_not_stored(store: Store) -> None:
    with store.writing() as session:
        codes = {identity.invite(session, ACT, ma(session), POLICY) for _ in range(50)}
        stored = [invite.code_hash for invite in session.exec(select(Invite))]
    assert len(codes) == len(stored) == 50
    assert all(len(code) >= 16 for code in codes)
    assert not codes & set(stored)


def test_a_code_fits_a_telegram_deep_link(store: Store) -> None:
    with store.writing() as session:
        for _ in range(20):
            code = identity.invite(session, ACT, ma(session), POLICY)
            assert len(code) <= 64
            assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def test_an_account_that_changes_hands_is_in_the_chain(store: Store) -> None:
    with store.writing() as session:
        one, other = ma(session), identity.find_person(session, "QL0015")
        identity.link(session, ACT, one, "telegram:5")
        identity.link(session, later(days=1), other, "telegram:5")
        found = account_and_person(session, "telegram:5")
        assert found is not None
        assert found[1].id == other.id
        assert len(session.exec(select(Account).where(Account.address == "telegram:5")).all()) == 1
        event = session.exec(select(Event).where(Event.subject == "person:QL0015", Event.kind == "joined")).one()
        assert event.before == {"person_id": one.id}
        assert broken_links(session) == []


@pytest.mark.parametrize("words", ["QL0015", "澜东区 王志远", "澜东 王志远", " QL0015 "])
def test_a_person_is_found_by_number_or_by_county_and_name(store: Store, words: str) -> None:
    with store.reading() as session:
        assert identity.find_person(session, words).official_id == "QL0015"


@pytest.mark.parametrize(
    ("words", "several"), [("王志远", 2), ("没有这人", 0), ("", 0), ("无名县 王志远", 0), ("沙栗县 马景民", 0)]
)
def test_a_name_that_several_have_or_nobody_is_refused(store: Store, words: str, several: int) -> None:
    with store.reading() as session, pytest.raises(Refusal) as refusal:
        identity.find_person(session, words)
    assert refusal.value.why == Why.UNKNOWN_PERSON
    assert len(refusal.value.facts["several"]) == several


def test_a_group_is_bound_anew_without_doubling(store: Store) -> None:
    with store.writing() as session:
        first, second = regions(session)[1:3]
        identity.bind(session, ACT, "telegram:-1", "群", first)
        identity.choose_language(session, ACT, "telegram:-1", "en")
        identity.bind(session, later(days=1), "telegram:-1", "新群名", second)
        chat = session.exec(select(Chat).where(Chat.address == "telegram:-1")).one()
        assert (chat.region_id, chat.title, chat.language) == (second.id, "新群名", "en")
        kinds = [e.kind for e in session.exec(select(Event).where(Event.subject == "chat:telegram:-1"))]
        assert kinds == ["bound", "language", "bound"]
        assert broken_links(session) == []


def outgoing(session: Session, chat: str, state: OutboxState) -> Outbox:
    row = Outbox(chat=chat, state=state, created_at=NOW, send_after=NOW)
    session.add(row)
    session.flush()
    return row


def test_a_group_that_became_a_supergroup_is_followed(store: Store) -> None:
    with store.writing() as session:
        county = regions(session)[1]
        identity.bind(session, ACT, "telegram:-1", "群", county)
        identity.choose_language(session, ACT, "telegram:-1", "en")
        rows = {state: outgoing(session, "telegram:-1", state) for state in OutboxState}
        elsewhere = outgoing(session, "telegram:-9", OutboxState.WAITING)
        session.add(Question(chat="telegram:-1", person_id=ma(session).id or 0, command="/progress X", expires_at=NOW))
        session.add(SentMessage(chat="telegram:-1", message_id="7", numbers=["DC-2026-004"], sent_at=NOW))
        session.add(SentMessage(chat="telegram:-9", message_id="7", numbers=["DC-2026-004"], sent_at=NOW))
    with store.writing() as session:
        identity.move_chat(session, later(days=1), "telegram:-1", "telegram:-1001")
    with store.reading() as session:
        assert chat_at(session, "telegram:-1") is None
        moved = chat_at(session, "telegram:-1001")
        assert moved is not None
        assert (moved.region_id, moved.language) == (county.id, "en")
        now = {state: session.get_one(Outbox, row.id).chat for state, row in rows.items()}
        assert now[OutboxState.WAITING] == now[OutboxState.SENDING] == "telegram:-1001"
        assert now[OutboxState.SENT] == now[OutboxState.DROPPED] == now[OutboxState.FAILED] == "telegram:-1"
        assert session.get_one(Outbox, elsewhere.id).chat == "telegram:-9"
        assert session.exec(select(Question.chat)).all() == ["telegram:-1001"]
        # message ids start anew there: an old id must not be taken for a new message's
        assert session.exec(select(SentMessage.chat)).all() == ["telegram:-9"]
        assert broken_links(session) == []


def test_a_move_onto_a_group_that_is_bound_already_leaves_one(store: Store) -> None:
    with store.writing() as session:
        first, second = regions(session)[1:3]
        identity.bind(session, ACT, "telegram:-1", "旧", first)
        identity.bind(session, ACT, "telegram:-1001", "新", second)
        identity.move_chat(session, later(days=1), "telegram:-1", "telegram:-1001")
        identity.move_chat(session, later(days=1), "telegram:-1", "telegram:-1001")  # told twice
        chats = session.exec(select(Chat)).all()
        assert [(chat.address, chat.region_id) for chat in chats] == [("telegram:-1001", first.id)]


def test_a_move_of_a_group_that_nobody_bound_changes_nothing(store: Store) -> None:
    with store.writing() as session:
        before = len(session.exec(select(Event)).all())
        identity.move_chat(session, ACT, "telegram:-1", "telegram:-1001")
        assert chat_at(session, "telegram:-1001") is None
        assert len(session.exec(select(Event)).all()) == before


def test_an_address_that_cannot_be_written_to_is_left_out_until_it_can(store: Store) -> None:
    with store.writing() as session:
        person, county = ma(session), regions(session)[1]
        identity.link(session, ACT, person, "telegram:5")
        identity.bind(session, ACT, "telegram:-1", "群", county)
    with store.writing() as session:
        identity.unreachable(session, "telegram:5", "blocked", NOW)
        identity.unreachable(session, "telegram:-1", "kicked", NOW)
    with store.writing() as session:
        assert person.id not in reachable_accounts(session)
        assert county.id not in reachable_groups(session)
        identity.reachable_again(session, "telegram:5")
        identity.reachable_again(session, "telegram:-1")
    with store.reading() as session:
        assert reachable_accounts(session)[person.id or 0].address == "telegram:5"
        assert reachable_groups(session)[county.id or 0].unreachable_why == ""


def test_joining_anew_makes_an_account_reachable(store: Store) -> None:
    with store.writing() as session:
        identity.link(session, ACT, ma(session), "telegram:5")
        identity.unreachable(session, "telegram:5", "blocked", NOW)
    with store.writing() as session:
        identity.link(session, later(days=1), ma(session), "telegram:5")
        assert ma(session).id in reachable_accounts(session)


def test_the_newest_reachable_account_of_a_person_is_used(store: Store) -> None:
    with store.writing() as session:
        for number in (5, 6):
            identity.link(session, ACT, ma(session), f"telegram:{number}")
        assert reachable_accounts(session)[ma(session).id or 0].address == "telegram:6"
        identity.unreachable(session, "telegram:6", "blocked", NOW)
    with store.reading() as session:
        assert reachable_accounts(session)[ma(session).id or 0].address == "telegram:5"
