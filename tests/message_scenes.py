"""Scenes for docs/messages.md: what a scene is, and those of a duty's life."""

from dataclasses import dataclass, field
from datetime import timedelta

NOTICE = "(通知)"  # nothing is said: what waits to be told to the person is shown
ALL_STATIONS = ("sign", "plan", "selfcheck", "publish", "close")
CITY, COUNTY = "telegram:-1001", "telegram:-1002"


@dataclass(frozen=True)
class Line:
    """Who says what, where; ``says`` may hold {names} of what earlier scenes kept."""

    title: str
    who: str
    says: str
    chat: str | None = None
    replied_to: str | None = None
    later: timedelta = timedelta()
    named: str | None = None
    keeps: str | None = None  # under which name the undo button's number is remembered
    file: str | None = None  # which of FILES is sent with it
    photos: int = 0  # so many pictures come with it
    policy: dict[str, object] = field(default_factory=dict)  # what the office decided otherwise


LIFE = (
    Line("签收", "澜东区 马景民", "签收 DC-2026-002"),
    Line("不再能签收", "澜东区 马景民", "签收 DC-2026-002", named="step_not_now"),
    Line("没有启用的一步", "澜东区 马景民", "方案 DC-2026-001 播种", named="step_not_used"),
    Line("报方案,问内容", "澜东区 马景民", "/plan DC-2026-001", policy={"stations": ALL_STATIONS}),
    Line(
        "报方案",
        "澜东区 马景民",
        "填塘平整；12月10日前清表50%；2027年2月28日前复种100%",
        policy={"stations": ALL_STATIONS},
    ),
    Line(
        "节点晚于时限",
        "澜东区 马景民",
        "方案 DC-2026-001 2027年12月1日前完成",
        named="milestone_late",
        policy={"stations": ALL_STATIONS},
    ),
    Line("完成前要自验", "澜东区 马景民", "完成 DC-2026-001", named="no_self_check", policy={"stations": ALL_STATIONS}),
    Line("自验归分管领导", "澜东区 马景民", "自验 DC-2026-001", named="deputy_only", policy={"stations": ALL_STATIONS}),
    Line("县级自验", "澜东区 李明波", "自验 DC-2026-001 现场核过，已复种", policy={"stations": ALL_STATIONS}),
    Line("发照片,问是哪件", "澜东区 马景民", "", photos=2),
    Line("点选是哪件的照片", "澜东区 马景民", "/evidence DC-2026-001"),
    Line("看佐证", "苗宏宁", "佐证 DC-2026-001"),
    Line("没有佐证", "苗宏宁", "佐证 DC-2026-028"),
    Line("报完成,附照片", "澜东区 马景民", "完成 DC-2026-001", photos=3),
    Line("告知验收人:待验收", "葛正超", NOTICE),
    Line("待验收", "葛正超", "待验收"),
    Line("待验收的下一件", "葛正超", "/queue 6"),
    Line("县里看等验收的", "澜东区 马景民", "待验收"),
    Line("登记核查", "葛正超", "核查 DC-2026-001 现场已复种"),
    Line("退回,问原因", "葛正超", "退回 DC-2026-001"),
    Line("退回", "葛正超", "照片看不清"),
    Line("告知责任人:退回", "澜东区 马景民", NOTICE),
    Line("再报完成", "澜东区 马景民", "完成 DC-2026-001"),
    Line("只有验收人能通过", "澜东区 李明波", "通过 DC-2026-001", named="reviewer_only"),
    Line("验收通过", "葛正超", "通过 DC-2026-001"),
    Line("告知主任:待销号", "姜启林", NOTICE),
    Line("销号归主任", "葛正超", "销号 DC-2026-001", named="heads_step"),
    Line("还没公示", "姜启林", "销号 DC-2026-001", named="notice_not_over", policy={"stations": ALL_STATIONS}),
    Line("公示", "葛正超", "公示 DC-2026-001 7 区政府网站", policy={"stations": ALL_STATIONS}),
    Line("待销号", "姜启林", "待销号"),
    Line("销号", "姜启林", "销号 DC-2026-001"),
    Line("告知责任人:已销号", "澜东区 马景民", NOTICE),
    Line("办理经过", "姜启林", "历史 DC-2026-001"),
    Line("办理经过,群里只有单位", "姜启林", "/history DC-2026-001", COUNTY),
    Line("回头看,问结果", "葛正超", "回头看 DC-2026-001"),
    Line("回头看,未反弹", "葛正超", "/recheck DC-2026-001 ok"),
    Line("回头看,反弹", "葛正超", "反弹 DC-2026-001 2027年3月31日 1亩 又挖塘"),
    Line("告知分管领导:反弹", "澜东区 李明波", NOTICE),
    Line("不属本县,问原因", "澜东区 马景民", "不属本县 DC-2026-002"),
    Line("不属本县", "澜东区 马景民", "地块在沙栗县境内"),
    Line("已提过不属本县", "澜东区 马景民", "不属本县 DC-2026-002 再提", named="transfer_open"),
    Line("移交,问去向", "姜启林", "移交 DC-2026-002"),
    Line("移交给本县", "姜启林", "/transfer DC-2026-002 澜东区 界线不清", named="same_county"),
    Line("移交", "姜启林", "/transfer DC-2026-002 沙栗县"),
    Line("告知接收的县", "沙栗县 戚启", NOTICE),
    Line("要由接收的县办", "澜东区 严宏敏", "签收 DC-2026-002", named="new_county_only"),
    Line("退回移交", "沙栗县 戚启", "不属本县 DC-2026-002 图斑跨界，主体在澜东区"),
    Line("没有人提移交", "姜启林", "不移交 DC-2026-002 已核实", named="no_transfer"),
    Line("暂缓,问原因", "姜启林", "暂缓 DC-2026-002"),
    Line("暂缓", "姜启林", "诉讼未结"),
    Line("恢复", "姜启林", "恢复 DC-2026-002", later=timedelta(days=10)),
    Line("转为长期坚持", "姜启林", "转长期 DC-2026-002 耕地要长期管护"),
    Line("撤销转长期", "姜启林", "撤销"),
    Line("不能并入自己", "姜启林", "作废 DC-2026-002 并入 DC-2026-002", named="same_duty"),
    Line("作废", "姜启林", "作废 DC-2026-002 并入 DC-2026-003"),
    Line("要有佐证", "沙栗县 戚启", "完成 DC-2026-030", named="no_evidence", policy={"needs_evidence": True}),
    Line("帮助,验收人", "葛正超", "帮助"),
    Line("帮助,主任的全部", "姜启林", "/help all"),
    Line("请假,没有请假", "澜东区 马景民", "请假"),
    Line("请假", "澜东区 马景民", "请假 11月20日至25日 严宏敏"),
    Line("告知代理人", "澜东区 严宏敏", NOTICE),
    Line("代理人不对", "澜东区 马景民", "请假 11月25日 戚启", named="no_delegate"),
    Line("销假", "澜东区 马景民", "销假"),
    Line("撤销销假", "澜东区 马景民", "撤销"),
    Line("暂停提醒,没有暂停", "澜东区 马景民", "暂停提醒"),
    Line("暂停提醒", "澜东区 马景民", "暂停提醒 11月25日 严宏敏"),
    Line("告知代理人:暂停提醒", "澜东区 严宏敏", NOTICE),
    Line("暂停着", "澜东区 马景民", "免打扰"),
    Line("谁负责,暂停提醒的", "任景斌", "谁负责 澜东区 督察"),
    Line("暂停太久", "澜东区 马景民", "暂停提醒 12月31日", named="pause_too_long"),
    Line("暂停要有人代收", "澜东区 窦思康", "暂停提醒 11月25日", named="pause_needs_delegate"),
    Line("督察办代为暂停", "苗宏宁", "/pause 王志远 11月21日 严宏敏"),
    Line("恢复提醒", "澜东区 马景民", "恢复提醒"),
    Line("告知代理人:恢复提醒", "澜东区 严宏敏", NOTICE),
    Line("联系不上", "苗宏宁", "联系不上"),
    Line("联系不上,一个县", "苗宏宁", "/unreachable 澜西区"),
    Line("交接,不能接", "苗宏宁", "交接 马景民 给 戚启", named="no_successor"),
    Line("交接前核对", "苗宏宁", "交接 马景民 给 严宏敏"),
    Line("交接", "苗宏宁", "/handover QL0014 QL0018 yes"),
    Line("告知接手的人", "澜东区 严宏敏", NOTICE),
    Line("撤销交接", "苗宏宁", "撤销"),
    Line("离任", "苗宏宁", "离任 俞景生"),
    Line("解绑前问", "澜东区 凤新", "解绑"),
    Line("解绑自己", "澜东区 凤新", "/unlink yes"),
    Line("解绑别人", "苗宏宁", "解绑 柏德生"),
    Line("发邀请码", "苗宏宁", "邀请 柏德生"),
    Line("邀请谁", "苗宏宁", "邀请 王志远", named="which_person"),
    Line("留意见,问内容", "澜东区 严宏敏", "意见 DC-2026-004"),
    Line("留意见", "澜东区 严宏敏", "边界桩已复核"),
    Line("告知责任人:意见", "澜东区 马景民", NOTICE),
    Line("催办", "苗宏宁", "催办 DC-2026-004 下周省里来看"),
    Line("一天里再催一次", "姜启林", "催办 DC-2026-004"),
    Line("催办已销号的", "苗宏宁", "催办 DC-2026-031"),
    Line("告知责任人:催办", "澜东区 马景民", NOTICE),
    Line("会办", "苗宏宁", "会办 DC-2026-004 澜东区农业农村局、临港街道人民政府"),
    Line("会办,还差谁", "澜东区 马景民", "完成 DC-2026-004"),
    Line("会办,不能先报", "澜东区 马景民", "完成 DC-2026-004 60", named="units_missing"),
    Line("会办,不用了", "苗宏宁", "会办 DC-2026-004 不用"),
)

LETTERS = (
    Line("待签发", "姜启林", "待签发"),
    Line("待签发,市领导签的", "任景斌", "待签发"),
    Line("看草稿,提醒函", "姜启林", "看草稿 {2_澜东区}"),
    Line("看草稿,约谈通知", "任景斌", "看草稿 {5_沙栗县}"),
    Line("看草稿,不外发的", "姜启林", "看草稿 {7_沙栗县}"),
    Line("没有这份草稿", "姜启林", "看草稿 999", named="no_letter"),
    Line("改收件人,问是谁", "苗宏宁", "/draft {2_澜东区} to"),
    Line("改收件人,不是本县的人", "苗宏宁", "/draft {2_澜东区} to 戚启", named="outside_letter"),
    Line("改收件人", "苗宏宁", "/draft {2_澜东区} to 马景民"),
    Line("改答复期限,问是哪天", "苗宏宁", "/draft {2_澜东区} by"),
    Line("改答复期限", "苗宏宁", "12月10日"),
    Line("不归他签发", "苗宏宁", "/draft {2_澜东区} sign", named="signer_only"),
    Line("签发", "姜启林", "/draft {2_澜东区} sign"),
    Line("告知收件人:提醒函", "澜东区 马景民", NOTICE),
    Line("已经签发", "姜启林", "/draft {2_澜东区} sign", named="letter_decided"),
    Line("不发,问原因", "姜启林", "/draft {2_沙栗县} dismiss"),
    Line("不发", "姜启林", "已电话沟通，县里本周报方案"),
    Line("不外发的不能签发", "姜启林", "/draft {7_沙栗县} sign", named="letter_not_sent"),
    Line("归档", "姜启林", "/draft {7_沙栗县} file"),
    Line("签发约谈通知", "任景斌", "/draft {5_沙栗县} sign"),
)

_PROMISE = "county=澜东区 due=2026-12-31 area=耕地50 stream=inspection person=QL0011 meeting=8月约谈会"

CASES = (
    Line("登记线索", "澜东区 王志远", "发现 澜东区临港街道 3亩耕地上建厂房", photos=2, keeps="found"),
    Line("登记线索,督察办", "姜启林", "发现 沙栗县老街违建", keeps="other_found"),
    Line("登记线索,问县", "姜启林", "发现 老街违建"),
    Line("登记线索,没有这个县", "姜启林", "海川县"),
    Line("登记线索,先问", "澜东区 王志远", "发现新村3亩地上挖塘"),
    Line("登记线索,问内容", "澜东区 王志远", "发现"),
    Line("登记线索,不是本县的人", "葛正超", "发现 澜东区 新村挖塘", named="not_your_case"),
    Line("登记线索,太长", "澜东区 王志远", "发现 " + "占" * 201, named="long_text"),
    Line("登记查处,还没立案", "澜东区 李明波", "查处 XS-2026-001 罚款3万元", named="case_not_now"),
    Line("立案,问文号", "澜东区 王志远", "立案 XS-2026-001"),
    Line("立案", "澜东区 王志远", "澜自资立〔2026〕12号"),
    Line("立案,日期不对", "姜启林", "立案 XS-2026-002 沙自资立〔2026〕3号 11月1日", named="case_day"),
    Line("立案,不是分管的人", "澜东区 马景民", "立案 XS-2026-001 1号", named="not_yours_to_file"),
    Line("立案,没有这条线索", "澜东区 王志远", "立案 XS-2026-999 1号", named="unknown_case"),
    Line("撤销线索,已有后一步", "澜东区 王志远", "/undo {found}", named="deed_stands"),
    Line("登记查处,问决定", "澜东区 王志远", "查处 XS-2026-001"),
    Line("登记查处", "澜东区 王志远", "责令拆除，罚款3万元", keeps="decided"),
    Line("撤销查处", "澜东区 王志远", "/undo {decided}"),
    Line("线索,在群里没有姓名", "姜启林", "/cases XS-2026-001", COUNTY),
    Line("线索清单", "任景斌", "线索清单"),
    Line("线索清单,有没立案的", "任景斌", "线索清单 11月", later=timedelta(days=9)),
    Line("撤销线索", "姜启林", "/undo {other_found}"),
    Line("登记表态,问县", "姜启林", "表态"),
    Line("登记表态,问时限", "姜启林", "表态 澜东区 2月30日 50亩"),
    Line("登记表态,问面积", "姜启林", "表态 澜东区 12月31日前 abc"),
    Line("登记表态前核对", "姜启林", "表态 澜东区 12月31日前 整改耕地50亩 督察 8月约谈会上李明波承诺"),
    Line("登记表态", "姜启林", f"/commit {_PROMISE} draft=c1 by=QL0003 go=yes"),
    Line("再次登记表态", "姜启林", f"/commit {_PROMISE} draft=c1 by=QL0003 go=yes", named="already_committed"),
    Line(
        "登记一件事项的表态",
        "姜启林",
        "/commit duty=DC-2026-004 county=澜东区 due=2026-11-25 area=20 draft=c2 by=QL0003 go=yes",
        keeps="promised",
    ),
    Line("表态兑现", "任景斌", "表态兑现", later=timedelta(days=9)),
    Line("表态兑现,在群里没有姓名", "姜启林", "/commitments", COUNTY),
    Line("表态兑现,没有", "任景斌", "表态兑现 禾泉县"),
    Line("事项,有表态的", "姜启林", "DC-2026-004"),
    Line("进度,有未兑现的表态", "澜东区 马景民", "进度", later=timedelta(days=9)),
    Line("撤销表态", "姜启林", "/undo {promised}"),
)

LISTS = (
    Line("缺项,全市", "任景斌", "缺项"),
    Line("缺项,一县一项", "沙栗县 戚启", "缺项 缺时限"),
    Line("一个单位的进度,牵头", "任景斌", "进度 沙栗县自然资源局"),
    Line("一个单位的进度,配合", "澜东区 马景民", "进度 农业农村局"),
    Line("是哪个单位", "任景斌", "进度 农业农村局", named="which_unit"),
    Line("缺项,没有", "梅冈县 秦德生", "缺项"),
)
