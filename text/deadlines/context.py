"""What stands around words that may name a day, and what it says of them; each row has a sentence that a test reads.

The sentences are said on Wednesday 2026-11-18 at 10:30; one that sets no deadline has no day beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from text.deadlines.english import WEEKDAY


@dataclass(frozen=True, slots=True)
class Cue:
    """Words beside a day, and a sentence with them."""

    words: str
    said: str
    meant: str = ""


# Behind these, the words name no day at all.
NO_DAY_BEHIND = (
    Cue(r"[a-z0-9_/.#+-]", "系统版本升级到2.12.1"),
    Cue("[编文案单证]号[:为]?", "宗地编号2026-12-08号"),
    Cue("第", "人大代表建议第15号前已答复"),
    Cue(r"[〔\[]", "永自然资函〔2026〕3号"),
    Cue(r"\d[-.]|(?<!-\d\d)\d:", "电话0571-87654321"),
    Cue(r"[\d一二三四五六七八九十][日号]", "请在21日和22日两天内调度"),
    Cue(r"周[一二三四五六日天]\s*[至到-]", "值班时间为周一至周五"),
)
# Before these, the words name no day at all.
NO_DAY_BEFORE = (
    Cue(r"[a-z0-9_%‰℃〕\]]|[-.:/+]\d", "完成率12.15%"),
    Cue("亩|公顷|平方|米|吨|公里", "要求12.15亩全部复耕"),
    Cue("万|亿|元", "计划12.15万元用于复垦"),
    Cue("人|件|宗|处(?![理置罚])|块|个|条(?!件)|户|套|期|级|届|批(?![准复])|次|组(?!织)|队", "要求12/15宗先完成"),
    Cue("楼|栋|幢|路|街|巷|弄|门|线|广场|煤矿|会议室|班(?!前)", "五一路的违建"),
    Cue("村|镇|乡|县|市|区", "八一村2组违建已拆除"),
    Cue("图|地块|问题|案", "3号图斑和12号地块"),
    Cue("度(?!假|末|底|内)|文|令|院|头条|科技|集团|系(?!统)|志|规划|公告|通知书", "2026年度卫片执法"),
    Cue("[至到-]周[一二三四五六日天]", "周一到周五上班时间可来局里对接"),
    Cue(r"\(周|\(\d+月|\s*or\b", "12月25日(周六)"),
    Cue(r"[和与及]\d{1,2}[日号]", "请在11月21日和22日调度"),
    Cue(r"前[一两二三四五六七八九十\d]{1,2}个?(?:工作日|季度|月|周|天)", "请于12月1日前5个工作日报送"),
    Cue(r"天|点钟?[^\d前]", "国庆前天天加班"),
)
# Behind these, a day is over or long agreed.
OVER_BEHIND = (
    Cue("近|过去|过了|历时|拖了", "近3个月新增图斑12个"),
    Cue("(?:已经?|曾)[于在]?", "该问题已于11月20日完成整改"),
    Cue("(?<!不)(?<!不得)超过?|逾期|超期", "超期3个月的一律约谈"),
    Cue("前|原定|原", "原定11月30日，经同意延期至2026年12月31日", "2026-12-31"),
    Cue("自|从|since", "自12月1日起施行"),
    Cue(r"\bwas (?:due|planned|scheduled)(?: on| by| for)?", "It was due on Monday"),
)
# Before these, a day is over, or only says which thing is meant.
OVER_BEFORE = (
    Cue("的?(?:以来|起|开始|已)", "该图斑12月31日前已整改完毕"),
    Cue("的?(?:下发|印发|下达|发布|收到|接到|通报|发的|发来|发出)", "11月19日下发的通知请认真落实"),
    Cue("的?(?:发现|新增|召开[的了过]|取得|批复|批准|立案|查处)", "今天发现3个问题"),
    Cue("(?:来的|到的|上报的|的通知|的会|的文)", "今天的会议纪要"),
    Cue(r"[^\s,。;交报送于前内]{0,3}的(?=问题|图斑|材料|通报|情况|地块)", "第四季度末验收的问题20宗"),
)
# Behind these, a day is a deadline.
UNTIL = (
    Cue("截止到?|截至", "截止12月5日", "2026-12-05"),
    Cue("限期?[在于至]?", "限12月5日整改到位", "2026-12-05"),
    Cue("不得?(?:[迟晚]于|超过)|[最至][迟晚]", "材料不晚于25日", "2026-11-25"),
    Cue(r"\bby|\buntil|\bbefore|later than", "send it by the 25th", "2026-11-25"),
    Cue(r"\bdue(?: on| by)?|deadline(?: is)?:?", "deadline is Dec 15", "2026-12-15"),
)
# Behind these, a day has taken the place of another one.
EXTENDED = (
    Cue("(?:延期?|延长|展期|顺延|推迟|改|调整|变更|宽限)[至到为]", "整改时限由11月30日前延长至12月15日", "2026-12-15"),
    Cue("extended? to", "extended to Dec 15", "2026-12-15"),
)
# Behind these stands the day by which something is to be done, or was.
NAMED = (
    Cue(
        "(?:整改|完成|办结|办理|销号|竣工|报送|反馈|提交|拆除|验收|结案|交付)(?:时限|期限|时间|日期|节点)[为是]?:?",
        "销号时间：2027年1月", "2027-01-31",
    ),
    Cue("之日起", "自收文之日起20个工作日", "2026-12-16"),
)  # fmt: skip
# Behind these, something is asked for.
ASKED = (Cue("(?:请|务必|必须|要求|拟|计划|预计|争取|力争|确保|赶)[于在]?", "请于25日报送材料", "2026-11-25"),)
# Behind these, a day is likelier a deadline than another day of the sentence.
LIKELIER = (Cue("于|在", "11月20日调度，各县在12月1日完成", "2026-12-01"),)
# Before these, a week, a month or a quarter is a deadline; a count behind them says what was done in it.
DEEDS = (
    Cue("(?:必须|务必|要)?(?:全部|全面|基本)?(?:完成|办结|销号|清零|竣工|到位)", "3号图斑本周完成", "2026-11-22"),
    Cue(r"(?:必须|务必|要)(?:全部|全面|基本)?整改(?![^\s,。;!到完])", "12月份要全部整改", "2026-12-31"),
    Cue("(?:必须|务必|要)?(?:报送?|上报|反馈|回复|提交|交)", "材料下周报送", "2026-11-29"),
)
DONE_COUNT = r"(?![了过])(?![^,。;]{0,8}\d(?:[\d.]*)(?:宗|个|件|起|亩|处|户|条))"
# After 截至, these say how things stood on that day.
STOOD = Cue(r",?[^。;]{0,10}(?:已|累计|共|[还仍尚][剩有]|剩余)", "截至11月18日，全市已整改112宗")
# After 前, these say how things stood before a day, if it is over.
STOOD_BEFORE = Cue("未|尚|为|是|建成|形成|存在", "9月30日前未完成整改的，已移交纪委")

ALL_CUES = (
    *NO_DAY_BEHIND, *NO_DAY_BEFORE, *OVER_BEHIND, *OVER_BEFORE, *UNTIL, *EXTENDED, *NAMED, *ASKED, *LIKELIER, *DEEDS,
    STOOD, STOOD_BEFORE,
)  # fmt: skip

# What names a day that is over, or one that comes again and again; so does what stands right behind it.
NO_DEADLINE = (
    r"昨[天日晚]|(?<!大)前[天年]|去年|上上?个?(?:周|星期|礼拜|月|季度)"
    rf"|\byesterday\b|\b(?:last|past) (?:week|month|year|\d+|{WEEKDAY}\b)(?! of)|\bago\b"
    r"|(?<![今明\d一二三四五六七八九十])[日周旬月季年]报(?!送|来|到|上|给)"
    r"|每隔?[\d一两二三四半]?个?(?=[年月周季天日晚早星礼工])"
    rf"|\b(?:every|each) (?:other )?(?:day|week|month|quarter|year|{WEEKDAY}\b)(?: by)? ?"
    r"|前[一两二三四五六七八九十\d]{1,2}个?(?:工作日|季度|月|周|天)(?!内)"
)


def behind(cues: tuple[Cue, ...], between: str = r"\s*(?:the )?") -> re.Pattern[str]:
    """Return what finds one of the cues at the end of the words before a piece."""
    return re.compile(rf"(?:{'|'.join(cue.words for cue in cues)}){between}$")


def ahead(cues: tuple[Cue, ...], rest: str = "", *, between: str = r"\s*") -> re.Pattern[str]:
    """Return what matches one of the cues right after a piece."""
    return re.compile(rf"{between}(?:{'|'.join(cue.words for cue in cues)}){rest}")
