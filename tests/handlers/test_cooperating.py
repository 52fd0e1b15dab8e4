"""Several units at one duty."""

from db.models import Status
from tests.handlers.dialogue import Town

LATE = "DC-2026-004"  # lead 澜东区自然资源局; co-units 澜东区农业农村局、临港街道人民政府


def settle(town: Town, who: str, unit: str) -> None:
    town.edit("UPDATE person SET unit = ? WHERE name = ?", unit, who)


def test_a_comment_reaches_the_person_responsible_and_stands_on_the_card(town: Town) -> None:
    town.play([
        ("严宏敏", "私聊", f"意见 {LATE}", "请写意见"),
        ("严宏敏", "私聊", "边界桩已复核", f"意见已记在 {LATE}"),
        ("戚启", "私聊", f"意见 {LATE} 看看", "没有查到编号"),
    ])  # fmt: skip
    assert "边界桩已复核" in town.notice("马景民")
    town.play([
        ("马景民", "私聊", f"事项 {LATE}", "严宏敏：边界桩已复核"),
        ("马景民", "澜东群", f"/duty {LATE}", "边界桩已复核", "!严宏敏"),
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
        ("姜启林", "私聊", f"意见 {LATE} 请补一张全景", "意见已记"),
        ("马景民", "私聊", "撤销", "已撤销"),  # a comment settles nothing
    ])  # fmt: skip


def test_a_duty_of_several_units_is_done_after_the_last_and_not_after_the_first(town: Town) -> None:
    settle(town, "窦思康", "澜东区农业农村局")
    town.play([
        ("马景民", "私聊", f"会办 {LATE} 澜东区农业农村局", "只有市督察办"),
        ("马景民", "私聊", f"会办 {LATE}", "没有要求各单位分别完成"),
        ("苗宏宁", "私聊", f"会办 {LATE} 澜东区农业农村局、临港街道人民政府", "还差3家", "澜东区自然资源局"),
        ("马景民", "私聊", f"完成 {LATE}", "还差2家", "✅ 澜东区自然资源局"),
    ])  # fmt: skip
    assert town.duty(LATE).status == Status.IN_PROGRESS
    town.play([
        ("马景民", "私聊", f"完成 {LATE} 60", "还差：澜东区农业农村局、临港街道人民政府"),
        ("窦思康", "私聊", f"完成 {LATE}", "还差1家", "✅ 澜东区农业农村局"),
        ("苗宏宁", "私聊", f"会办 {LATE} 没有的单位 完成", "没看懂"),
        ("苗宏宁", "私聊", f"会办 {LATE} 临港街道人民政府 完成", "各单位都已完成"),
    ])  # fmt: skip
    assert "各单位都已完成，可以报完成" in town.notice("马景民")
    town.play([("马景民", "私聊", f"⏎/done {LATE}", "已报完成")])
    assert town.duty(LATE).status == Status.AWAITING_ACCEPTANCE


def test_the_demand_can_be_taken_back(town: Town) -> None:
    town.play([
        ("苗宏宁", "私聊", f"会办 {LATE} 澜东区农业农村局", "还差2家"),
        ("严宏敏", "私聊", f"完成 {LATE}", "不是您负责的事项"),
        ("苗宏宁", "私聊", f"会办 {LATE} 不用", "没有要求"),
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
    ])  # fmt: skip


def test_the_office_urges_a_duty_once_a_day_and_the_person_responsible_hears_at_once(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"催办 {LATE}", "只有市督察办"),
        ("苗宏宁", "私聊", f"催办 {LATE} 下周省里来看", f"已催办{LATE}：马景民"),
        ("姜启林", "私聊", f"催办 {LATE}", "今天09:00已催办过（苗宏宁）", "没有再发"),
        ("苗宏宁", "私聊", "催办 DC-2026-999", "没有查到编号"),
    ])  # fmt: skip
    told = town.notice("马景民")
    assert f"督察办催办：{LATE}" in told
    assert "下周省里来看" in told
    assert "已超期" in told
    town.play([
        ("苗宏宁", "私聊", f"历史 {LATE}", "督察办催办"),
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
        ("苗宏宁", "私聊", f"催办 {LATE}", "现在不用催办"),
        ("马景民", "私聊", "撤销", "已撤销"),  # urging settles nothing
    ])  # fmt: skip
