"""What everybody may ask: figures, lists, a duty, help, in every way of saying it."""

import pytest

from tests.handlers.dialogue import NUMBER, Town, names_nobody

# of expected.json, by_county 澜东区: count, closed, open, overdue, areas, rates
LANDONG = ("澜东区", "16", "13", "1375.74", "678.3", "482.42", "326.35", "48.11%", "3.93%", "11月18日")
CITY = ("240", "159", "24", "40393.84", "26079.92", "59.23%", "25.34%")


@pytest.mark.parametrize(
    "says",
    [
        "/status",
        "/status 澜东区",
        "/status 澜东",
        "/STATUS 澜东区",
        "/status@duban_bot 澜东区",
        "／status　澜东区",
        "进度",
        "进度 澜东区",
        "澜东区进度",
        "澜东进度",
        "整改进度 澜东区",
        "进展情况 澜东区",
        "情况 澜东区",
        "查询 澜东区",
        "澜东区",
        "澜东区的进度呢?",
        "status landongqu",
        "/status landong",
        "/status LDQ",
        "Status 澜东区",
        "/status  澜东区人民政府",
    ],
)
def test_every_way_to_ask_for_a_county_gives_its_figures(town: Town, says: str) -> None:
    town.play([("凤新", "私聊", says, *LANDONG)])


@pytest.mark.parametrize("where", ["私聊", "市群"])
@pytest.mark.parametrize("says", ["/status", "/status city", "进度 全市", "全市进度", "进度 青澜市"])
def test_the_city_gets_the_citys_figures(town: Town, says: str, where: str) -> None:
    town.play([("任景斌", where, says, "青澜市", *CITY)])


@pytest.mark.parametrize(
    ("says", "shown"),
    [
        ("/status 澜东区 督察", ("澜东区", "督察")),
        ("进度 督察", ("青澜市", "58.21%", "21.35%")),
        ("/status inspection", ("58.21%", "21.35%")),
        ("/status city 违法用地", ("61.51%",)),
        ("/status 矿山", ("15/38", "43.58%")),
        ("/status 各县", ("澜东区", "禾泉县", "沙栗县")),
    ],
)
def test_workstreams_and_counties_can_be_asked_for(town: Town, says: str, shown: tuple[str, ...]) -> None:
    town.play([("姜启林", "私聊", says, *shown)])


def test_buttons_lead_from_the_city_to_its_counties_and_back(town: Town) -> None:
    town.play(
        [
            ("姜启林", "市群", "/status", "240", "[/status city counties"),
            ("姜启林", "市群", "⏎/status city counties", "澜东区", "48.11%", "[/status city"),
            ("任景斌", "市群", "⏎/status city", "40393.84"),
        ]
    )


def test_a_pressed_button_asks_to_change_its_message_and_typed_words_do_not(town: Town) -> None:
    typed = town.told("姜启林", "/status city")
    assert not typed.reply.replaces
    assert town.press("姜启林", typed, "/status city counties").reply.replaces


@pytest.mark.parametrize(
    "says", ["/overdue", "/overdue 澜东区", "超期", "超期 澜东区", "澜东区超期", "逾期", "超期清单"]
)
def test_the_overdue_list_names_what_is_overdue_and_nothing_else(town: Town, says: str) -> None:
    said = town.told("凤新", says)
    assert set(said.reply.numbers) == {"DC-2026-004", "KS-2026-001"}
    assert set(NUMBER.findall(said.text)) == {"DC-2026-004", "KS-2026-001"}
    assert "/duty DC-2026-004" in said.commands


@pytest.mark.parametrize("says", ["/due", "/due 7", "到期", "到期 7", "临期", "快到期", "/due 7 澜东区", "澜东区到期"])
def test_what_falls_due_within_seven_days_counts_today_and_the_seventh_day(town: Town, says: str) -> None:
    said = town.told("凤新", says)
    assert list(said.reply.numbers) == ["DC-2026-003", "JY-2026-002", "WF-2026-003"]  # due in 2, 4 and 7 days


def test_what_falls_due_today_is_due_and_not_overdue(town: Town) -> None:
    assert "GD-2026-021" in town.told("张立军", "/due 0").reply.numbers
    town.play([("张立军", "私聊", "/overdue", "!GD-2026-021")])


def test_a_list_with_nothing_in_it_says_so_in_one_line(town: Town) -> None:
    town.edit("UPDATE duty SET due_on = '2027-05-01'")
    for says in ("/overdue", "/due 7"):
        said = town.told("凤新", says)
        assert len(said.lines) == 1
        assert not said.reply.numbers


@pytest.mark.parametrize(("command", "count"), [("/overdue", 24), ("/due 30", 64)])
def test_a_long_list_is_turned_page_by_page_and_shows_everything_once(town: Town, command: str, count: int) -> None:
    said = town.told("姜启林", command)
    seen = list(said.reply.numbers)
    while any("下一页" in button.label for row in said.reply.buttons for button in row):
        turn = next(b.command for row in said.reply.buttons for b in row if "下一页" in b.label)
        said = town.press("姜启林", said, turn)
        assert said.reply.replaces
        assert said.reply.numbers
        seen += said.reply.numbers
    assert len(seen) == count
    assert len(set(seen)) == count
    back = next(b.command for row in said.reply.buttons for b in row if "上一页" in b.label)
    assert set(town.press("姜启林", said, back).reply.numbers) < set(seen)


def test_pages_keep_to_the_county_and_the_days_that_were_asked_for(town: Town) -> None:
    said = town.told("姜启林", "/due 30 沙栗县")
    assert "/due 30 沙栗县 p2" in said.commands
    second = town.press("姜启林", said, "/due 30 沙栗县 p2")
    assert all(town.duty(number).region_id == town.duty("DC-2026-028").region_id for number in second.reply.numbers)


@pytest.mark.parametrize("page", ["p99", "p9999", "第77页"])
def test_a_page_that_is_not_there_is_refused_with_a_way_back(town: Town, page: str) -> None:
    said = town.told("姜启林", f"/overdue {page}")
    assert len(said.lines) == 1
    assert "/overdue 青澜市 p5" in said.commands


@pytest.mark.parametrize(
    "says",
    [
        "/duty DC-2026-004",
        "事项 DC-2026-004",
        "详情 dc-2026-004",
        "查看DC-2026-004",
        "DC-2026-004",
        "duty DC-2026-004",
        "ＤＣ－２０２６－００４",
        " dc-2026-004 ",
    ],
)
def test_a_duty_is_shown_by_its_number_however_it_is_written(town: Town, says: str) -> None:
    town.play([("凤新", "私聊", says, "DC-2026-004", "54.69", "50.86", "28.66", "26.65", "2026-11-06", "马景民")])


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("马景民", True),
        ("李明波", True),
        ("王志远", True),
        ("苗宏宁", True),
        ("严宏敏", False),
        ("凤新", False),
        ("葛正超", False),
        ("姜启林", False),
        ("任景斌", False),
    ],
)
def test_a_card_offers_to_report_only_to_those_who_may(town: Town, who: str, offered: bool) -> None:
    commands = town.told(who, "/duty DC-2026-004").commands
    assert ("/done DC-2026-004" in commands) == offered
    assert ("/progress DC-2026-004" in commands) == offered


def test_a_card_of_a_closed_duty_offers_nothing_but_its_past(town: Town) -> None:
    assert town.told("王志远", "/duty WF-2026-002").commands == ["/history WF-2026-002"]


@pytest.mark.parametrize("says", ["/mine", "我的事项", "我的任务", "mine"])
def test_mine_lists_the_open_duties_of_whoever_asks_most_urgent_first(town: Town, says: str) -> None:
    said = town.told("马景民", says)
    assert list(said.reply.numbers) == ["DC-2026-004", "DC-2026-003", "DC-2026-002", "DC-2026-001"]


def test_mine_of_a_successor_and_of_a_delegate_lists_what_they_stand_in_for(town: Town) -> None:
    assert list(town.told("贺启宁", "/mine").reply.numbers) == ["JY-2026-021", "JY-2026-019"]
    said = town.told("赵伟生", "/mine")
    second = town.press("赵伟生", said, "/mine p2")
    held = set(said.reply.numbers) | set(second.reply.numbers)
    assert held == {
        "DC-2026-038",
        "DC-2026-039",
        "DC-2026-040",
        "GD-2026-019",
        "GD-2026-020",
        "GD-2026-021",
        "GD-2026-022",
        "GD-2026-023",
    }
    assert "张立军" in said.text


def test_the_delegate_is_rid_of_the_duties_when_the_leave_is_over(town: Town) -> None:
    town.now = town.now.replace(day=28)
    assert set(town.told("赵伟生", "/mine").reply.numbers) == {"DC-2026-038", "DC-2026-039", "DC-2026-040"}


@pytest.mark.parametrize("says", ["/help", "帮助", "怎么用", "使用说明", "help", "/help@duban_bot"])
def test_help_shows_each_what_he_may_use(town: Town, says: str) -> None:
    town.play(
        [
            ("马景民", "私聊", says, "/status", "/done", "/progress", "/undo", "/mine", "!/bind", "!/digest"),
            ("姜启林", "私聊", says, "/bind", "/digest", "/status"),
            ("李明波", "私聊", says, "/digest", "!/bind"),
            (CASTLESS, "澜东群", says, "/status", "!/done", "!/bind", "!/undo"),
        ]
    )


CASTLESS = "路人"


@pytest.mark.parametrize("says", ["/digest", "日报", "简报", "digest"])
def test_the_digest_can_be_asked_for_by_those_who_lead(town: Town, says: str) -> None:
    town.play(
        [
            ("任景斌", "私聊", says, "159", "24", "64", "11月18日", "[/overdue"),
            ("姜启林", "私聊", says, "159"),
            ("凤新", "私聊", says, "澜东区", "13", "!沙栗县"),
            ("李明波", "私聊", says, "澜东区", "[/digest on"),
        ]
    )
    before = town.contents()
    said = town.told("马景民", says)
    assert "13" not in said.text
    assert town.changed_tables(before) == set()


@pytest.mark.parametrize(("on", "off"), [("/digest on", "/digest off"), ("日报 订阅", "日报 退订")])
def test_a_deputy_orders_the_digest_and_cancels_it(town: Town, on: str, off: str) -> None:
    def wanting() -> list[tuple[object, ...]]:
        with town.store.reading() as session:
            sql = "SELECT name FROM person WHERE wants_digest = 1"
            return [tuple(row) for row in session.connection().exec_driver_sql(sql)]

    town.told("李明波", on)
    assert wanting() == [("李明波",)]
    town.told("李明波", off)
    assert wanting() == []


GROUP_QUESTIONS = (
    "/status",
    "/overdue",
    "/due 30",
    "/duty DC-2026-004",
    "DC-2026-004",
    "/help",
    "/digest",
    "/due 7",
    "/status 督察",
    "/done DC-2026-003",
    "/progress DC-2026-001 3 2",
    "/undo",
)


@pytest.mark.parametrize("who", ["马景民", "李明波", "苗宏宁", "姜启林"])
def test_no_answer_in_a_group_names_a_person(town: Town, who: str) -> None:
    for where in ("澜东群", "市群"):
        for says in GROUP_QUESTIONS:
            said = town.say(who, says, where)
            if said:
                names_nobody(town, said)


def test_in_a_group_only_what_is_meant_for_the_bot_is_answered(town: Town) -> None:
    assert town.say("马景民", "大家把进度报一下", "澜东群", addressed=False) is None
    assert town.say("马景民", "完成 DC-2026-003", "澜东群", addressed=False) is None
    assert town.say("马景民", "DC-2026-003完成了吗?", "澜东群", addressed=False) is None
    assert town.duty("DC-2026-003").status == "not_started"
    assert town.say("马景民", "/status", "澜东群", addressed=False) is not None


def test_answers_say_as_of_which_day_and_of_which_ledger(town: Town) -> None:
    town.now = town.now.replace(day=20)
    for says in ("/status", "/overdue", "/due 7"):
        town.play([("凤新", "私聊", says, "11月20日", "11月18日")])


def test_words_in_the_ledger_never_become_markup(town: Town) -> None:
    town.edit(
        "UPDATE duty SET title = '<b>粗</b> & <a href=\"x\">链接</a>', town = '<i>镇' WHERE number = 'DC-2026-004'"
    )
    for says in ("/duty DC-2026-004", "/overdue", "/mine"):
        said = town.told("马景民", says)
        assert "&lt;b&gt;粗&lt;/b&gt; &amp;" in said.html
        assert "<b>粗" not in said.html
        assert "<i>" not in said.html


@pytest.mark.parametrize(
    "says", ["/status <b>&", "/<script> x", "/duty <i>x</i>", "/done <u>1</u>", "<pre>", "/lang <b>"]
)
def test_words_that_people_say_never_become_markup(town: Town, says: str) -> None:
    html = town.told("马景民", says).html
    for tag in ("<i>", "<u>", "<pre>", "<script>", "<b>&"):
        assert tag not in html
