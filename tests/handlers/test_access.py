"""Who learns what: strangers, other counties, wrong groups; invitations and bindings."""

from datetime import timedelta

import pytest

from services import identity
from services.chain import Act
from tests.handlers.dialogue import NUMBER, STRANGER, Town, names_nobody, refused, tells_nothing

EVERYTHING = (
    "/status",
    "/status 澜东区",
    "/status city",
    "进度",
    "进度 澜东区",
    "澜东区",
    "/overdue",
    "/overdue 澜东区",
    "超期",
    "/due",
    "/due 30",
    "到期",
    "/duty DC-2026-004",
    "事项 DC-2026-004",
    "DC-2026-004",
    "/mine",
    "我的事项",
    "/done",
    "/done DC-2026-004",
    "完成 DC-2026-004",
    "/progress DC-2026-004 52 27",
    "/undo",
    "撤销",
    "/undo 1",
    "/digest",
    "日报",
    "/digest on",
    "/lang en",
    "/bind 澜东区",
    "绑定 澜东区",
    "/help",
    "帮助",
    "/start",
    "/start xxx",
    "你好",
    "27",
    "/nonsense",
    "完成",
    "澜冬区",
    "/status 澜冬区",
)


def test_a_stranger_in_private_learns_nothing_and_writes_nothing(town: Town) -> None:
    before = town.contents()
    for says in EVERYTHING:
        tells_nothing(town, town.told(STRANGER, says))
        assert town.changed_tables(before) == set(), says


@pytest.mark.parametrize("who", [STRANGER, "马景民", "任景斌", "李明波"])
def test_nobody_learns_anything_in_a_group_that_is_not_bound(town: Town, who: str) -> None:
    before = town.contents()
    for says in EVERYTHING:
        tells_nothing(town, town.say(who, says, "新群"))
        assert town.changed_tables(before) == set(), says


def test_a_stranger_in_a_bound_group_writes_nothing_and_learns_no_name(town: Town) -> None:
    before = town.contents()
    for says in EVERYTHING:
        said = town.say(STRANGER, says, "澜东群")
        assert town.changed_tables(before) == set(), says
        if said:
            names_nobody(town, said)


def test_a_member_of_a_bound_group_reads_its_regions_figures_unknown_or_not(town: Town) -> None:
    town.play(
        [
            (STRANGER, "澜东群", "/status", "澜东区", "48.11%"),
            (STRANGER, "澜东群", "/overdue", "DC-2026-004"),
            (STRANGER, "澜东群", "/duty DC-2026-004", "54.69", "!马景民", "![/done"),
            ("戚启", "澜东群", "/status", "澜东区", "48.11%"),
        ]
    )


ELSEWHERE = (
    "/status 沙栗县",
    "沙栗县进度",
    "/overdue 沙栗县",
    "/due 30 沙栗县",
    "/status city",
    "/overdue 全市",
    "/status city counties",
    "/status 沙栗县 督察",
    "/duty DC-2026-028",
    "/status slx",
    "/due 30 全市",
)


@pytest.mark.parametrize("who", [STRANGER, "马景民", "戚启", "任景斌", "姜启林"])
def test_a_countys_group_speaks_of_its_own_county_alone(town: Town, who: str) -> None:
    before = town.contents()
    for says in ELSEWHERE:
        said = town.told(who, says, "澜东群")
        assert not [n for n in NUMBER.findall(said.everything) if n != "DC-2026-028"]
        assert "%" not in said.everything
        refused(town, before, said)


@pytest.mark.parametrize("who", ["马景民", "李明波", "凤新"])
def test_a_countys_people_do_not_read_other_counties_nor_the_city(town: Town, who: str) -> None:
    before = town.contents()
    for says in ELSEWHERE:
        refused(town, before, town.told(who, says))
    assert "沙栗县" not in town.told(who, "/digest 沙栗县").text


@pytest.mark.parametrize("who", ["任景斌", "姜启林", "苗宏宁", "葛正超"])
def test_the_citys_people_read_every_county(town: Town, who: str) -> None:
    town.play(
        [
            (who, "私聊", "/status 沙栗县", "沙栗县", "%"),
            (who, "私聊", "/duty DC-2026-028", "戚启"),
            (who, "市群", "/overdue 沙栗县", "DC-2026-0", "!戚启"),
        ]
    )


@pytest.mark.parametrize("county", ["澜冬区", "兰东区", "澜东西", "sali", "shalixiang"])
def test_an_unknown_county_offers_the_nearest_as_buttons(town: Town, county: str) -> None:
    before = town.contents()
    said = town.told("姜启林", f"/status {county}")
    refused(town, before, said)
    assert 1 <= len(said.commands) <= 3
    wanted = "沙栗县" if county.startswith("s") else "澜东区"
    assert wanted in said.button(f"/status {wanted}")
    assert "%" in town.press("姜启林", said, f"/status {wanted}").text


def test_the_nearest_names_never_include_what_may_not_be_read_here(town: Town) -> None:
    assert [c for c in town.told("马景民", "/status 沙粟县").commands if "沙栗" in c] == []
    assert [c for c in town.told("姜启林", "/status 沙粟县", "澜东群").commands if "沙栗" in c] == []


@pytest.mark.parametrize("command", ["/status", "/overdue", "/due"])
def test_a_word_that_nobody_knows_is_refused_in_one_line(town: Town, command: str) -> None:
    before = town.contents()
    for word in ("xyzzy", "1e5", "😀", "字" * 3000, "<b>", "-1", "2026-02-30", "NaN"):
        refused(town, before, town.told("姜启林", f"{command} {word}"))


def test_too_many_days_are_refused(town: Town) -> None:
    before = town.contents()
    for days in ("3651", "999999", "9" * 30):
        refused(town, before, town.told("姜启林", f"/due {days}"))


def test_what_is_not_understood_is_answered_in_one_line(town: Town) -> None:
    before = town.contents()
    for says in ("你好", "下周五之前能不能完", "😀", "谢谢", "字" * 5000, "27", "/", "//", "?", "."):
        refused(town, before, town.told("马景民", says))


# --- /start and invitations


def invited(town: Town, name: str) -> str:
    with town.store.writing() as session:
        person = identity.find_person(session, "QL0018")
        assert person.name == name
        return identity.invite(session, Act(key="invite", at=town.now), person, town.office.policy)


def test_an_invitation_lets_a_stranger_in_once(town: Town) -> None:
    code = invited(town, "严宏敏")
    town.play(
        [
            (STRANGER, "私聊", "/mine", "!JY-2026-001"),
            (STRANGER, "私聊", f"/start {code}", "严宏敏", "澜东区", "["),
            (STRANGER, "私聊", "/mine", "JY-2026-001"),
            (STRANGER, "私聊", "进展 JY-2026-001 20", "16.22", "[/undo"),
        ]
    )
    before = town.contents()
    said = town.told("另一个路人", f"/start {code}")
    tells_nothing(town, said)
    refused(town, before, said)


@pytest.mark.parametrize("days", [7, 8, 400])
def test_an_invitation_expires(town: Town, days: int) -> None:
    code = invited(town, "严宏敏")
    town.now += timedelta(days=days)
    before = town.contents()
    said = town.told(STRANGER, f"/start {code}")
    tells_nothing(town, said)
    refused(town, before, said)


def test_an_invitation_is_good_until_it_expires(town: Town) -> None:
    code = invited(town, "严宏敏")
    town.now += timedelta(days=7, seconds=-1)
    town.play([(STRANGER, "私聊", f"/start {code}", "严宏敏")])


def test_a_code_that_nobody_made_opens_nothing(town: Town) -> None:
    invited(town, "严宏敏")
    before = town.contents()
    for code in ("x", "A" * 16, "1", "<b>", "字" * 3000, "' OR 1=1"):
        said = town.told(STRANGER, f"/start {code}")
        tells_nothing(town, said)
        refused(town, before, said)


def test_an_invitation_said_in_a_group_is_not_used_up(town: Town) -> None:
    code = invited(town, "严宏敏")
    before = town.contents()
    refused(town, before, town.told(STRANGER, f"/start {code}", "澜东群"))
    town.play([(STRANGER, "私聊", f"/start {code}", "严宏敏")])


def test_the_code_itself_is_not_stored(town: Town) -> None:
    code = invited(town, "严宏敏")
    assert code not in str(town.contents().rows)


def test_start_of_somebody_known_shows_what_he_may_say(town: Town) -> None:
    town.play([("马景民", "私聊", "/start", "/done", "!/bind")])


# --- /bind


@pytest.mark.parametrize("says", ["/bind 沙栗县", "绑定 沙栗县", "/bind 沙栗", "bind shalixian"])
@pytest.mark.parametrize("who", ["姜启林", "苗宏宁"])
def test_the_office_binds_a_group(town: Town, who: str, says: str) -> None:
    town.play(
        [
            (STRANGER, "新群", "/status", "!%"),
            (who, "新群", says, "沙栗县"),
            (STRANGER, "新群", "/status", "沙栗县", "%"),
            (STRANGER, "新群", "/status 澜东区", "!%"),
            (who, "新群", "/bind 澜东区", "澜东区"),
            (STRANGER, "新群", "/status", "48.11%"),
        ]
    )
    assert [event.kind for event in town.events()[-2:]] == ["bound", "bound"]


@pytest.mark.parametrize("who", ["马景民", "李明波", "凤新", "葛正超", "任景斌", STRANGER])
@pytest.mark.parametrize("where", ["新群", "澜东群"])
def test_nobody_else_binds_a_group(town: Town, who: str, where: str) -> None:
    before = town.contents()
    refused(town, before, town.told(who, "/bind 沙栗县", where))


def test_binding_to_an_unknown_county_offers_the_nearest_as_buttons(town: Town) -> None:
    before = town.contents()
    said = town.told("姜启林", "/bind 澜冬区", "新群")
    assert town.changed_tables(before) == set()
    town.press("姜启林", said, "/bind 澜东区")
    town.play([(STRANGER, "新群", "/status", "48.11%")])


@pytest.mark.parametrize(("says", "where"), [("/bind", "新群"), ("/bind 澜东区", "私聊")])
def test_bind_without_a_county_or_a_group_is_refused(town: Town, says: str, where: str) -> None:
    before = town.contents()
    refused(town, before, town.told("姜启林", says, where))
