"""Everything that can be said, in one visible list; menus, /help and the permission check are made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from handlers import (
    aliases,
    assigning,
    cases,
    commitments,
    cooperating,
    digest,
    duty,
    exporting,
    extending,
    forecasting,
    gaps,
    history,
    letters,
    lists,
    membership,
    pace,
    people,
    proofs,
    queue,
    rank,
    reporting,
    schedule,
    status,
    steps,
    undoing,
    unreachable,
    uploads,
    urging,
    who,
    why,
)
from handlers.request import Call
from rules.permission import may_ask_for_digest, may_bind, may_ever_report, reads_letters
from rules.steps import COMMANDS as STEP_COMMANDS
from rules.steps import may_ever_take
from text.reply import N_, Reply


class Audience(StrEnum):
    """Who may use a command."""

    ANYONE = "anyone"  # a stranger too
    REPORTERS = "reporters"  # persons, but only worth mentioning to those who report
    READERS = "readers"  # a known person in private, any member of a bound group
    PERSONS = "persons"
    OFFICE = "office"


ABOUT_STEPS = STEP_COMMANDS | {"queue"}


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command: how it is called, who may use it, what it does, and the form that works."""

    name: str
    aliases: tuple[str, ...]
    audience: Audience
    handler: Callable[[Call], Reply]
    summary: str
    example: str
    writes: bool = False
    rare: bool = False  # only the whole of the help names it
    free_words: bool = False  # whatever stands behind its name is taken: heard only where it is typed as a command

    def open_to(self, call: Call) -> bool:
        """Tell whether it is worth mentioning to whoever calls."""
        if self.audience == Audience.OFFICE:
            return may_bind(call.person, call.today)
        if self.name == "digest":
            return may_ask_for_digest(call.person)
        if self.name in ("drafts", "draft"):
            return self.name == "drafts" and reads_letters(call.person, call.today)  # the list leads to each
        if self.name in ABOUT_STEPS and call.person is not None:
            steps_of = ("accept", "close") if self.name == "queue" else (self.name,)
            return any(may_ever_take(step, call.person, call.office.policy) for step in steps_of)
        if self.audience == Audience.REPORTERS:
            return may_ever_report(call.person)
        if self.audience == Audience.PERSONS:
            return call.person is not None
        return self.audience == Audience.READERS


DONE_WORDS = (
    "完成", "已完成", "报完成", "已报完成", "我已完成", "已经完成", "全部完成", "整改完成", "完成整改", "已完成整改",
    "已整改", "已整改完成", "整改完毕", "做完", "搞完", "办结", "已办结",
)  # fmt: skip

COMMANDS = (
    Command(
        name="status", aliases=("进度", "整改进度", "进展情况", "情况", "查询"), audience=Audience.READERS,
        handler=status.status, summary=N_("整改进度"), example=N_("进度 %(county)s 督察"),
    ),
    Command(
        name="overdue", aliases=("超期", "逾期", "超期清单"), audience=Audience.READERS,
        handler=lists.overdue_list, summary=N_("超期事项"), example=N_("超期 %(county)s"),
    ),
    Command(
        name="due", aliases=("到期", "临期", "快到期"), audience=Audience.READERS,
        handler=lists.due, summary=N_("几日内到期"), example=N_("到期 7"),
    ),
    Command(
        name="gaps", aliases=("缺项", "待完善", "缺项清单"), audience=Audience.READERS, rare=True,
        handler=gaps.gaps, summary=N_("缺时限、责任人、方案，未签收"), example=N_("缺项 %(county)s"),
    ),
    Command(
        name="stalled", aliases=("停滞", "停滞清单", "无进展"), audience=Audience.READERS, rare=True,
        handler=pace.stalled, summary=N_("几周没有进展的事项"), example=N_("停滞 %(county)s"),
    ),
    Command(
        name="pace", aliases=("预计完成", "完成预测"), audience=Audience.READERS, rare=True,
        handler=pace.pace, summary=N_("照现在的进度何时完成"), example=N_("预计完成 督察"),
    ),
    Command(
        name="rank", aliases=("排名", "排行", "晾晒"), audience=Audience.READERS,
        handler=rank.rank, summary=N_("整改率排名"), example=N_("排名 督察"),
    ),
    Command(
        name="schedule", aliases=("序时", "序时进度", "年度目标"), audience=Audience.READERS,
        handler=schedule.schedule, summary=N_("对照全年目标的序时进度"), example=N_("序时 %(county)s"),
    ),
    Command(
        name="compare", aliases=("较8月", "较上次", "对比"), audience=Audience.READERS, rare=True,
        handler=schedule.compare, summary=N_("较8月调度会的变化"), example=N_("较8月 %(county)s"),
    ),
    Command(
        name="meeting", aliases=("会议", "调度会"), audience=Audience.PERSONS, writes=True, rare=True, free_words=True,
        handler=schedule.meeting, summary=N_("记下开会时的数据，以后对比"), example=N_("会议 记 11月调度会"),
    ),
    Command(
        name="duty", aliases=("事项", "详情", "查看"), audience=Audience.READERS,
        handler=duty.duty, summary=N_("一件事项的详情"), example=N_("事项 编号"),
    ),
    Command(
        name="mine", aliases=("我的", "我的事项", "我的任务"), audience=Audience.REPORTERS,
        handler=lists.mine, summary=N_("我负责的在办事项"), example=N_("我的事项"),
    ),
    Command(
        name="done", aliases=DONE_WORDS,
        audience=Audience.REPORTERS, writes=True,
        handler=reporting.done, summary=N_("报完成（待验收）"), example=N_("完成 编号"),
    ),
    Command(
        name="progress", aliases=("进展", "报进展", "上报"), audience=Audience.REPORTERS, writes=True,
        handler=reporting.progress, summary=N_("报累计已整改面积（亩）和其中耕地"), example=N_("进展 编号 30 20"),
    ),
    Command(
        name="undo", aliases=("撤销", "撤回"), audience=Audience.REPORTERS, writes=True,
        handler=undoing.undo, summary=N_("撤销我刚才办的"), example=N_("撤销"),
    ),
    Command(
        name="who", aliases=("负责人", "谁负责", "责任人"), audience=Audience.READERS,
        handler=who.who, summary=N_("由谁负责"), example=N_("负责人 %(county)s 督察"),
    ),
    Command(
        name="why", aliases=("为什么", "原因", "为何"), audience=Audience.READERS,
        handler=why.why, summary=N_("为什么亮这个灯"), example=N_("为什么 编号"),
    ),
    Command(
        name="sign", aliases=("签收", "接收"), audience=Audience.REPORTERS, writes=True,
        handler=steps.sign, summary=N_("签收新下达的事项"), example=N_("签收 编号"),
    ),
    Command(
        name="decline", aliases=("不属本县", "不属于本县", "申请移交"), audience=Audience.REPORTERS, writes=True,
        handler=steps.decline, summary=N_("提出不属本县"), example=N_("不属本县 编号 原因"), rare=True,
    ),
    Command(
        name="plan", aliases=("方案", "整改方案", "报方案"), audience=Audience.REPORTERS, writes=True,
        handler=steps.plan, summary=N_("报整改方案和节点"), example=N_("方案 编号 措施；12月10日前拆除50%%"), rare=True,
    ),
    Command(
        name="selfcheck", aliases=("自验", "县级自验", "自查"), audience=Audience.REPORTERS, writes=True,
        handler=steps.selfcheck, summary=N_("登记县级自验（分管领导）"), example=N_("自验 编号"), rare=True,
    ),
    Command(
        name="evidence", aliases=("佐证", "看佐证", "照片", "佐证材料"), audience=Audience.PERSONS, writes=True,
        handler=proofs.proofs, summary=N_("看佐证；发照片并写编号就是补充佐证"), example=N_("佐证 编号"),
    ),
    Command(
        name="history", aliases=("历史", "经过", "时间线", "办理经过"), audience=Audience.READERS,
        handler=history.history, summary=N_("一件事项的办理经过"), example=N_("历史 编号"),
    ),
    Command(
        name="queue", aliases=("验收", "待验收", "待销号", "验收清单"), audience=Audience.PERSONS,
        handler=queue.queue, summary=N_("待验收、待销号的事项"), example=N_("待验收"),
    ),
    Command(
        name="accept", aliases=("通过", "验收通过", "同意验收"), audience=Audience.PERSONS, writes=True,
        handler=steps.accept, summary=N_("验收通过"), example=N_("通过 编号"),
    ),
    Command(
        name="return", aliases=("退回", "退回重改", "不通过", "验收不通过"), audience=Audience.PERSONS, writes=True,
        handler=steps.send_back, summary=N_("退回重改"), example=N_("退回 编号 照片看不清"),
    ),
    Command(
        name="check", aliases=("核查", "现场核查", "市级核查"), audience=Audience.PERSONS, writes=True,
        handler=steps.check, summary=N_("登记市级核查情况"), example=N_("核查 编号 现场已复耕"), rare=True,
    ),
    Command(
        name="publish", aliases=("公示", "开始公示"), audience=Audience.PERSONS, writes=True,
        handler=steps.publish, summary=N_("开始公示"), example=N_("公示 编号 7"), rare=True,
    ),
    Command(
        name="close", aliases=("销号", "同意销号"), audience=Audience.PERSONS, writes=True,
        handler=steps.close, summary=N_("销号，计入认定"), example=N_("销号 编号"),
    ),
    Command(
        name="recheck", aliases=("回头看", "复查"), audience=Audience.PERSONS, writes=True,
        handler=steps.recheck, summary=N_("登记回头看"), example=N_("回头看 编号 未反弹"), rare=True,
    ),
    Command(
        name="relapse", aliases=("反弹", "reopen"), audience=Audience.PERSONS, writes=True,
        handler=steps.relapse, summary=N_("反弹，重新整改"), example=N_("反弹 编号 12月31日 又复建2亩"), rare=True,
    ),
    Command(
        name="transfer", aliases=("移交",), audience=Audience.PERSONS, writes=True,
        handler=steps.transfer, summary=N_("移交别的县（市、区）"), example=N_("移交 编号 %(county)s 原因"), rare=True,
    ),
    Command(
        name="keep", aliases=("不移交", "不予移交"), audience=Audience.PERSONS, writes=True,
        handler=steps.keep, summary=N_("不予移交"), example=N_("不移交 编号 原因"), rare=True,
    ),
    Command(
        name="suspend", aliases=("暂缓", "中止"), audience=Audience.PERSONS, writes=True,
        handler=steps.suspend, summary=N_("暂缓，停止计时"), example=N_("暂缓 编号 诉讼未结"), rare=True,
    ),
    Command(
        name="resume", aliases=("恢复", "恢复整改"), audience=Audience.PERSONS, writes=True,
        handler=steps.resume, summary=N_("恢复计时"), example=N_("恢复 编号"), rare=True,
    ),
    Command(
        name="longterm", aliases=("转长期",), audience=Audience.PERSONS, writes=True,
        handler=steps.long_term, summary=N_("转为长期坚持"), example=N_("转长期 编号 原因"), rare=True,
    ),
    Command(
        name="void", aliases=("作废",), audience=Audience.PERSONS, writes=True,
        handler=steps.void, summary=N_("作废或并入另一件"), example=N_("作废 编号 并入 编号"), rare=True,
    ),
    Command(
        name="extend", aliases=("延期", "申请延期", "展期"), audience=Audience.REPORTERS, writes=True,
        handler=extending.extend, summary=N_("申请延期"), example=N_("延期 编号 12月31日 理由"),
    ),
    Command(
        name="extensions", aliases=("延期申请",), audience=Audience.PERSONS, writes=True,
        handler=extending.extensions, summary=N_("待审批的延期申请"), example=N_("延期申请"),
    ),
    Command(
        name="decide", aliases=("审批延期",), audience=Audience.OFFICE, writes=True,
        handler=extending.decide, summary=N_("审批延期申请（督察办主任）"), example=N_("审批延期 编号 同意"), rare=True,
    ),
    Command(
        name="assign", aliases=("下达", "交办"), audience=Audience.OFFICE, writes=True,
        handler=assigning.assign, summary=N_("下达整改事项"), example=N_("下达 %(county)s 12月15日前 3号图斑20亩整改"),
    ),
    Command(
        name="found", aliases=("发现", "线索"), audience=Audience.PERSONS, writes=True, free_words=True,
        handler=cases.found, summary=N_("登记发现的违法线索"), example=N_("发现 %(county)s 3亩耕地上建厂房"),
    ),
    Command(
        name="filed", aliases=("立案",), audience=Audience.REPORTERS, writes=True, free_words=True,
        handler=cases.filed, summary=N_("登记立案"), example=N_("立案 编号 文号"), rare=True,
    ),
    Command(
        name="decided", aliases=("查处", "处罚决定"), audience=Audience.REPORTERS, writes=True, free_words=True,
        handler=cases.decided, summary=N_("登记处罚决定"), example=N_("查处 编号 罚款3万元"), rare=True,
    ),
    Command(
        name="cases", aliases=("线索清单",), audience=Audience.READERS,
        handler=cases.list_, summary=N_("发现、立案、查处情况"), example=N_("线索清单 11月"),
    ),
    Command(
        name="commit", aliases=("表态", "承诺"), audience=Audience.OFFICE, writes=True, free_words=True,
        handler=commitments.commit, summary=N_("登记表态发言"), rare=True,
        example=N_("表态 %(county)s 12月31日前 耕地50亩"),
    ),
    Command(
        name="commitments", aliases=("表态兑现", "兑现情况"), audience=Audience.READERS,
        handler=commitments.list_, summary=N_("表态兑现情况"), example=N_("表态兑现 %(county)s"), rare=True,
    ),
    Command(
        name="digest", aliases=("日报", "简报"), audience=Audience.PERSONS, writes=True,
        handler=digest.digest, summary=N_("今日日报；可每日订阅"), example=N_("日报"),
    ),
    Command(
        name="bind", aliases=("绑定",), audience=Audience.OFFICE, writes=True,
        handler=membership.bind, summary=N_("把本群绑定到县（市、区）"), example=N_("绑定 %(county)s"),
    ),
    Command(
        name="alias", aliases=("别名",), audience=Audience.OFFICE, writes=True,
        handler=aliases.alias, summary=N_("县（市、区）的别名"), example=N_("别名 %(county)s 俗称"), rare=True,
    ),
    Command(
        name="export", aliases=("导出", "下载"), audience=Audience.PERSONS, writes=True,
        handler=exporting.export, summary=N_("导出台账、超期清单、进度表、日历"), example=N_("导出 超期"),
    ),
    Command(
        name="import", aliases=("导入", "导入台账"), audience=Audience.OFFICE, writes=True,
        handler=uploads.import_, summary=N_("导入台账：直接发文件给我"), example=N_("导入"),
    ),
    Command(
        name="urge", aliases=("催办", "催一下"), audience=Audience.OFFICE, writes=True,
        handler=urging.urge, summary=N_("催责任人，马上收到"), example=N_("催办 编号"), rare=True,
    ),
    Command(
        name="forecast", aliases=("预告", "预演", "推演"), audience=Audience.OFFICE, writes=True,
        handler=forecasting.forecast, summary=N_("今后几天会给谁发什么"), example=N_("预告 7"), rare=True,
    ),
    Command(
        name="drafts", aliases=("待签发", "草稿", "函件"), audience=Audience.PERSONS, writes=True,
        handler=letters.drafts, summary=N_("待签发的函件"), example=N_("待签发"), rare=True,
    ),
    Command(
        name="draft", aliases=("看草稿",), audience=Audience.PERSONS, writes=True, free_words=True,
        handler=letters.draft, summary=N_("看、改、签发或不发一份函件"), example=N_("看草稿 3 签发"), rare=True,
    ),
    Command(
        name="comment", aliases=("意见", "留言"), audience=Audience.PERSONS, writes=True,
        handler=cooperating.comment, summary=N_("给事项留意见，责任人会看到"), example=N_("意见 编号 内容"), rare=True,
    ),
    Command(
        name="units", aliases=("会办", "各单位"), audience=Audience.PERSONS, writes=True,
        handler=cooperating.units, summary=N_("要求各单位都完成；看还差谁"), example=N_("会办 编号 单位、单位"),
        rare=True,
    ),
    Command(
        name="leave", aliases=("请假", "休假", "销假"), audience=Audience.PERSONS, writes=True,
        handler=people.leave, summary=N_("请假并指定代理人"), example=N_("请假 11月20日至25日 代理人姓名"), rare=True,
    ),
    Command(
        name="pause", aliases=("免打扰", "暂停提醒", "恢复提醒"), audience=Audience.PERSONS, writes=True,
        handler=people.pause, summary=N_("提醒改发给代理人"), example=N_("暂停提醒 11月25日 代理人姓名"), rare=True,
    ),
    Command(
        name="unlink", aliases=("解绑",), audience=Audience.PERSONS, writes=True,
        handler=people.unlink, summary=N_("解绑账号（换号、丢手机）"), example=N_("解绑"), rare=True,
    ),
    Command(
        name="handover", aliases=("交接", "工作交接"), audience=Audience.OFFICE, writes=True,
        handler=people.handover, summary=N_("把一人的在办事项交接给另一人"), example=N_("交接 姓名 给 姓名"), rare=True,
    ),
    Command(
        name="left", aliases=("离任", "调离"), audience=Audience.OFFICE, writes=True,
        handler=people.left, summary=N_("登记离任"), example=N_("离任 姓名"), rare=True,
    ),
    Command(
        name="invite", aliases=("邀请",), audience=Audience.OFFICE, writes=True,
        handler=people.invite, summary=N_("发邀请码"), example=N_("邀请 姓名"), rare=True,
    ),
    Command(
        name="unreachable", aliases=("联系不上", "谁联系不上", "未绑定"), audience=Audience.OFFICE,
        handler=unreachable.unreachable_, summary=N_("谁收不到提醒"), example=N_("联系不上"), rare=True,
    ),
    Command(
        name="lang", aliases=("语言", "language"), audience=Audience.PERSONS, writes=True,
        handler=membership.lang, summary=N_("中文 / English"), example=N_("语言"),
    ),
    Command(
        name="help", aliases=("帮助", "怎么用", "使用说明"), audience=Audience.ANYONE,
        handler=membership.help_, summary=N_("使用说明"), example=N_("帮助"),
    ),
    Command(
        name="start", aliases=(), audience=Audience.ANYONE, writes=True,
        handler=membership.start, summary=N_("凭邀请码加入"), example="/start CODE",
    ),
)  # fmt: skip

BY_NAME = {command.name: command for command in COMMANDS}
NAMES = {alias: command.name for command in COMMANDS for alias in (command.name, *command.aliases)}
