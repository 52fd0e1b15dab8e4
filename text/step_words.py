"""The words for the steps of a duty's life: on a button, as what was done, and for the table itself."""

from rules.steps import STEPS, Audience, Need, Role
from text.reply import N_

# step -> (the button, what was done)
STEP_WORDS: dict[str, tuple[str, str]] = {
    "assign": (N_("下达"), N_("下达")),
    "sign": (N_("签收"), N_("已签收")),
    "decline": (N_("不属本县"), N_("已提出不属本县，待督察办决定")),
    "transfer": (N_("移交"), N_("已移交，待对方接收")),
    "keep": (N_("不移交"), N_("不予移交，仍由原县办理")),
    "take": (N_("接收"), N_("已接收移交")),
    "give_back": (N_("退回移交"), N_("移交被退回，仍由原县办理")),
    "handover": (N_("交接"), N_("责任人交接")),
    "plan": (N_("报方案"), N_("已登记整改方案")),
    "progress": (N_("报进展"), N_("已登记进展")),
    "selfcheck": (N_("县级自验"), N_("县级自验通过")),
    "done": (N_("报完成"), N_("已报完成，待市级验收")),
    "check": (N_("记核查"), N_("已登记市级核查")),
    "accept": (N_("通过"), N_("验收通过")),
    "return": (N_("退回"), N_("退回重改")),
    "publish": (N_("公示"), N_("开始公示")),
    "close": (N_("销号"), N_("已销号")),
    "recheck": (N_("未反弹"), N_("回头看：未反弹")),
    "relapse": (N_("反弹"), N_("回头看：反弹，重新整改")),
    "suspend": (N_("暂缓"), N_("已暂缓")),
    "resume": (N_("恢复"), N_("恢复整改")),
    "longterm": (N_("长期坚持"), N_("转为长期坚持")),
    "void": (N_("作废"), N_("已作废")),
}

BUTTON = {name: button for name, (button, _said) in STEP_WORDS.items()}
DONE_SAID = {step.kind: STEP_WORDS[step.name][1] for step in STEPS}  # by the kind of its event

ROLE_WORDS = {
    Role.REPORTER: N_("责任人、接任者、代理人、分管领导，督察办科员代登记"),
    Role.COUNTY_LEADER: N_("分管领导"),
    Role.NEW_COUNTY: N_("接收县的责任人、分管领导"),
    Role.REVIEWER: N_("本类别的市级验收人（休假时为其代理人）"),
    Role.HEAD: N_("督察办主任（休假时为其代理人）"),
    Role.OPERATOR: N_("督察办科员"),
}
NEED_WORDS = {
    Need.REASON: N_("原因或说明"),
    Need.DEADLINE: N_("时限"),
    Need.MEASURES: N_("措施"),
    Need.COUNTY: N_("县（市、区）"),
    Need.EVIDENCE: N_("佐证（类别要求时）"),
    Need.SELF_CHECK: N_("县级自验（启用时）"),
    Need.ALL_UNITS: N_("各单位都完成（会办时）"),
    Need.NOT_OWN: N_("不是自己或本单位上报、整改的"),
    Need.NOTICE_OVER: N_("公示期满（启用时）"),
}
AUDIENCE_WORDS = {
    Audience.RESPONSIBLE: N_("责任人"),
    Audience.DEPUTY: N_("分管领导"),
    Audience.REVIEWER: N_("验收人"),
    Audience.HEAD: N_("督察办主任"),
    Audience.NEW_COUNTY: N_("接收的县"),
}

# other links of a duty's chain, as a timeline says them
OTHER_SAID = {
    "imported": N_("台账导入"),
    "import_undone": N_("撤销导入"),
    "assignment_undone": N_("撤销下达"),
    "undone": N_("撤销上一步"),
    "extension_asked": N_("申请延期"),
    "extension_approved": N_("同意延期"),
    "extension_refused": N_("不同意延期"),
    "evidence_added": N_("补充佐证"),
    "comment": N_("意见"),
    "urged": N_("督察办催办"),
    "letter_sent": N_("督察办发函"),
    "units_set": N_("要求各单位分别完成"),
    "part_done": N_("单位已完成"),
    "all_parts_done": N_("各单位都已完成"),
}

# the letters of the ladder, as the default settings call them
LETTERS = (
    N_("提醒函"), N_("督办函"), N_("通报"), N_("约谈通知"), N_("挂牌督办"), N_("限批情况"), N_("问责建议材料"),
)  # fmt: skip
